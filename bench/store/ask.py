"""A question by its name, put to a store by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from bench.reading import read_mix
from bench.store import questions
from bench.store.database import open_store, plainly
from bench.store.filters import Filters, filters, kernels_of
from bench.store.ranking import best_ceilings, best_mix

Row = dict[str, Any]
QUESTIONS = {
    "machines": questions.machines,
    "runs": questions.runs,
    "best": questions.best,
    "history": questions.history,
}


def answer(
    question: str, store: str, narrowed: tuple[str | None, str | None, str | None], mix: Path | None, limit: int | None
) -> list[Row]:
    """Rows of a question.

    Args:
        question: one of QUESTIONS, or capability.
        store: path or URL.
        narrowed: machine, kernel and time as a user wrote them, see `filters`.
        mix: file of a workload mix, for capability.
        limit: most rows; capability has one or a few per machine and gives all.

    Raises:
        InputError, Stopped: as `open_store`, `filters` and `read_mix`.
    """
    engine = open_store(store)
    with plainly(store), engine.connect() as connection:
        asked = filters(connection, *narrowed)
        if question == "capability":
            return _capability(connection, asked, mix)
        return QUESTIONS[question](connection, asked, limit)


def _capability(connection: Connection, asked: Filters, mix: Path | None) -> list[Row]:
    if mix is None:
        return best_ceilings(connection, asked)
    return best_mix(connection, read_mix(mix, kernels_of(connection)), asked)
