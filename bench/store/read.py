"""Runs out of a store, whole, as they were collected."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from bench.result import Case, Result
from bench.store import schema
from bench.store.filters import Filters
from bench.store.rows import Row, case_of, result_of

AT_ONCE = 200
NO_FILTERS = Filters()


def stored_results(
    connection: Connection, asked: Filters = NO_FILTERS, run_ids: Sequence[str] = ()
) -> Iterator[Result]:
    """Runs of a store in the order of their time, all by default, each with all its cases."""
    runs = schema.RUNS.c
    asking = select(runs.id).where(*asked.of_runs()).order_by(runs.created_unix_s, runs.id)
    if run_ids:
        asking = asking.where(runs.run_id.in_(run_ids))
    numbers = list(connection.execute(asking).scalars())
    for first in range(0, len(numbers), AT_ONCE):
        yield from _some(connection, numbers[first : first + AT_ONCE])


def missing_runs(connection: Connection, run_ids: Sequence[str]) -> list[str]:
    """Those of some run ids that the store does not hold."""
    column = schema.RUNS.c.run_id
    present = set(connection.execute(select(column).where(column.in_(run_ids))).scalars())
    return [run_id for run_id in run_ids if run_id not in present]


def _some(connection: Connection, numbers: Sequence[int]) -> Iterator[Result]:
    runs = _rows(connection, select(schema.RUNS).where(schema.RUNS.c.id.in_(numbers)))
    details = _rows(connection, select(schema.RUN_DETAILS).where(schema.RUN_DETAILS.c.run_id.in_(numbers)))
    told = {row["run_id"]: row["details"] for row in details}
    passports = _by_id(connection, schema.PASSPORTS, {run["passport_id"] for run in runs})
    ceilings = _rows(connection, select(schema.CEILINGS).where(schema.CEILINGS.c.run_id.in_(numbers)))
    cases = _cases(connection, numbers)
    by_id = {run["id"]: run for run in runs}
    for number in numbers:
        run = by_id[number]
        own = [row for row in ceilings if row["run_id"] == number]
        yield result_of(run, told[number], passports[run["passport_id"]]["details"], cases.get(number, []), own)


def _cases(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Case]]:
    cases = schema.CASES.c
    rows = _rows(connection, select(schema.CASES).where(cases.run_id.in_(numbers)).order_by(cases.id))
    workloads = _by_id(connection, schema.WORKLOADS, {row["workload_id"] for row in rows})
    own = select(cases.id).where(cases.run_id.in_(numbers))
    samples = _rows(connection, select(schema.SAMPLES).where(schema.SAMPLES.c.case_id.in_(own)))
    packed = {row["case_id"]: row["samples_s"] for row in samples}
    peers: dict[int, list[Row]] = {}
    for peer in _rows(connection, select(schema.PEERS).where(schema.PEERS.c.case_id.in_(own))):
        peers.setdefault(peer["case_id"], []).append(peer)
    found: dict[int, list[Case]] = {}
    for row in rows:
        case = case_of(row, workloads[row["workload_id"]], packed.get(row["id"]), peers.get(row["id"], []))
        found.setdefault(row["run_id"], []).append(case)
    return found


def _rows(connection: Connection, asking: Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(asking).mappings()]


def _by_id(connection: Connection, table: Table, numbers: Collection[int]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    wanted = sorted(numbers)
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        found |= {row["id"]: row for row in _rows(connection, select(table).where(table.c.id.in_(some)))}
    return found
