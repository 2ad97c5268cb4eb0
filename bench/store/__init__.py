"""Results of many machines in one database: SQLite by default, PostgreSQL by URL, through the same SQLAlchemy Core.

machines -> passports -> runs -> cases -> samples, peers; runs -> ceilings; cases -> workloads (what was measured).
A run read back is the run that was collected: what has no column of its own is kept as JSON in `details`.
"""
