"""The time that a file carries: that of its plan, so that the same report gives the same bytes."""

from __future__ import annotations

import datetime

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def moment(created: str) -> datetime.datetime | None:
    """An ISO time as UTC; None where it is none."""
    try:
        found = datetime.datetime.fromisoformat(created)
    except ValueError:
        return None
    return found.astimezone(datetime.UTC) if found.tzinfo else found.replace(tzinfo=datetime.UTC)
