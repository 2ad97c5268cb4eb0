"""A goal and whether a measurement meets it, in one line."""

from __future__ import annotations

from typing import Any


def told(what: str, measured: float, *, at_most: float | None = None, at_least: float | None = None) -> dict[str, Any]:
    """Print the goal and the figure; both as a row to store."""
    met = (at_most is None or measured <= at_most) and (at_least is None or measured >= at_least)
    goal = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
    print(f"  goal {'met' if met else 'MISSED'}: {what} {measured:.3g}, goal {goal}", flush=True)
    return {"what": what, "measured": measured, "at_most": at_most, "at_least": at_least, "met": met}
