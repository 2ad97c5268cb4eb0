"""Parts of sections that fill a file of their own: tables of orders, and what shows a study of the plan."""
