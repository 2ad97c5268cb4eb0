"""`python -m planner` is `innocap`."""

from planner.cli import main

main()
