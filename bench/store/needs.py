"""Optional packages, named with their remedy where they are missing."""

from __future__ import annotations

import importlib.util

from bench.reading import InputError

TITLES = {"sqlalchemy": "a store", "pg8000": "PostgreSQL", "pyarrow": "Parquet", "pytest_benchmark": "this format"}


def need(package: str, extra: str) -> None:
    """Refuse to go on without a package of an optional extra. Raises InputError."""
    if importlib.util.find_spec(package) is None:
        raise InputError(f'{TITLES[package]} needs {package}, which is not installed: pip install "innocap[{extra}]"')
