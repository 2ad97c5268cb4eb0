"""`innocap plan alternatives`: how different plans can be that are nearly as good, and what all of them share."""

from planner.alternatives.asked import AlternativesError, Asked, Task, case_of, cases, places, tasks_of
from planner.alternatives.extremes import alternative_plan, best_plan, extremes, margin
from planner.alternatives.rows import no_regret_rows, range_rows, summary, table
from planner.alternatives.work import alternatives

__all__ = [
    "AlternativesError",
    "Asked",
    "Task",
    "alternative_plan",
    "alternatives",
    "best_plan",
    "case_of",
    "cases",
    "extremes",
    "margin",
    "no_regret_rows",
    "places",
    "range_rows",
    "summary",
    "table",
    "tasks_of",
]
