"""What a question is narrowed to: a machine, a kernel, a time from which on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from bench.load import ResultError
from bench.reading import InputError, known_name
from bench.store import schema
from bench.store.rows import unix_s


@dataclass(frozen=True)
class Filters:
    """All of these hold; none by default. `machines` are ids, `since_unix_s` compares with the start of a run."""

    machines: tuple[int, ...] | None = None
    kernel: str | None = None
    since_unix_s: float | None = None

    def of_runs(self) -> list[ColumnElement[bool]]:
        """Conditions on the table of runs."""
        found: list[ColumnElement[bool]] = []
        if self.machines is not None:
            found.append(schema.RUNS.c.machine_id.in_(self.machines))
        if self.since_unix_s is not None:
            found.append(schema.RUNS.c.created_unix_s >= self.since_unix_s)
        return found

    def of_workloads(self) -> list[ColumnElement[bool]]:
        """Conditions on the table of workloads."""
        return [] if self.kernel is None else [schema.WORKLOADS.c.kernel == self.kernel]


def filters(connection: Connection, machine: str | None, kernel: str | None, since: str | None) -> Filters:
    """Filters from what a user wrote.

    Args:
        connection: to the store.
        machine: start of a machine's fingerprint, or part of its processor's name.
        kernel: name of a kernel that the store holds.
        since: ISO 8601 date or time, UTC where it names no zone.

    Raises:
        InputError: nothing in the store has that name, or the time is none.
    """
    if kernel is not None:
        known_name(kernel, kernels_of(connection), "--kernel")
    return Filters(_machines(connection, machine) if machine else None, kernel, _since(since) if since else None)


def kernels_of(connection: Connection) -> list[str]:
    """Names of all kernels in the store."""
    return list(connection.execute(select(schema.WORKLOADS.c.kernel).distinct().order_by("kernel")).scalars())


def _machines(connection: Connection, text: str) -> tuple[int, ...]:
    machines = schema.MACHINES.c
    by_name = func.lower(machines.cpu_model).contains(text.lower(), autoescape=True)
    by_fingerprint = machines.fingerprint.startswith(text.lower(), autoescape=True)
    found = connection.execute(select(machines.id).where(or_(by_fingerprint, by_name))).scalars().all()
    if not found:
        known = connection.execute(select(machines.fingerprint, machines.cpu_model).limit(5)).all()
        told = ", ".join(f"{fingerprint} ({model or 'unnamed'})" for fingerprint, model in known)
        raise InputError(f"--machine: no machine {text!r} in the store; there are {told or 'none yet'}, ...")
    return tuple(found)


def _since(text: str) -> float:
    try:
        return unix_s(text)
    except ResultError:
        raise InputError(f"--since: expected a date such as 2026-01-31, found {text!r}") from None
