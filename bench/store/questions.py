"""Questions that people ask a store, each answered by rows whose columns name their units."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from bench.result import known
from bench.store import schema
from bench.store.filters import Filters

Row = dict[str, Any]
RUNS, MACHINES, CASES, WORKLOADS, PASSPORTS = (
    table.c for table in (schema.RUNS, schema.MACHINES, schema.CASES, schema.WORKLOADS, schema.PASSPORTS)
)
USABLE = ("ok", "noisy")
NO_FILTERS = Filters()
FIGURES = (
    CASES.median_s.label("time_s"),
    CASES.low_s.label("time_low_s"),
    CASES.high_s.label("time_high_s"),
    CASES.gflops.label("gflop_per_s"),
    CASES.gb_per_s.label("gb_per_s"),
    CASES.fraction_of_ceiling.label("fraction_of_ceiling"),
    CASES.verdict.label("verdict"),
)
RUN = (RUNS.created.label("created"), RUNS.run_id.label("run_id"))
MACHINE = (MACHINES.fingerprint.label("machine"), MACHINES.cpu_model.label("cpu_model"))
WORKLOAD = (
    WORKLOADS.kernel.label("kernel"),
    WORKLOADS.size.label("size"),
    WORKLOADS.threads.label("threads"),
)


def machines(connection: Connection, asked: Filters = NO_FILTERS, limit: int | None = None) -> list[Row]:
    """Every machine, with the number of its runs and the first and last of them, most runs first."""
    counted = func.count().label("runs")
    first, last = func.min(RUNS.created).label("first_run"), func.max(RUNS.created).label("last_run")
    hardware = (MACHINES.cores.label("cores"), MACHINES.memory_gib.label("memory_gib"))
    asking = (
        select(*MACHINE, *hardware, counted, first, last)
        .join(schema.RUNS, RUNS.machine_id == MACHINES.id)
        .where(*asked.of_runs())
        .group_by(MACHINES.id, MACHINES.fingerprint, MACHINES.cpu_model, MACHINES.cores, MACHINES.memory_gib)
        .order_by(counted.desc(), MACHINES.fingerprint)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(asking).mappings()]


def runs(connection: Connection, asked: Filters = NO_FILTERS, limit: int | None = None) -> list[Row]:
    """Every run, newest first."""
    cases = select(func.count()).where(CASES.run_id == RUNS.id).scalar_subquery().label("cases")
    told = (RUNS.suite, RUNS.verdict.label("machine_verdict"), RUNS.source, RUNS.path)
    asking = (
        select(RUNS.created, *MACHINE, RUNS.run_id, *told, cases)
        .join(schema.MACHINES, MACHINES.id == RUNS.machine_id)
        .where(*asked.of_runs())
        .order_by(RUNS.created_unix_s.desc(), RUNS.id.desc())
        .limit(limit)
    )
    if asked.kernel is not None:
        measured = select(CASES.run_id).join(schema.WORKLOADS, WORKLOADS.id == CASES.workload_id)
        asking = asking.where(RUNS.id.in_(measured.where(*asked.of_workloads())))
    return [dict(row) for row in connection.execute(asking).mappings()]


def best(connection: Connection, asked: Filters = NO_FILTERS, limit: int | None = None) -> list[Row]:
    """Fastest verified case of every machine, kernel, size and thread count; of equally fast ones the first."""
    of_each = func.row_number().over(
        partition_by=(RUNS.machine_id, CASES.workload_id), order_by=(CASES.median_s, CASES.id)
    )
    ranked = (
        select(CASES.id, RUNS.machine_id, of_each.label("place"))
        .join(schema.RUNS, RUNS.id == CASES.run_id)
        .join(schema.WORKLOADS, WORKLOADS.id == CASES.workload_id)
        .where(CASES.verified, CASES.verdict.in_(USABLE), *asked.of_runs(), *asked.of_workloads())
        .subquery()
    )
    asking = (
        select(*WORKLOAD, *MACHINE, *FIGURES, *RUN)
        .join(ranked, ranked.c.id == CASES.id)
        .join(schema.RUNS, RUNS.id == CASES.run_id)
        .join(schema.MACHINES, MACHINES.id == RUNS.machine_id)
        .join(schema.WORKLOADS, WORKLOADS.id == CASES.workload_id)
        .where(ranked.c.place == 1)
        .order_by(WORKLOADS.kernel, WORKLOADS.size, WORKLOADS.threads, CASES.median_s)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(asking).mappings()]


def history(connection: Connection, asked: Filters, limit: int | None = None) -> list[Row]:
    """Cases of one kernel as time went by, newest first, with the commit that was measured."""
    asking = (
        select(RUNS.created, *MACHINE, *WORKLOAD, *FIGURES, PASSPORTS.details.label("passport"), RUNS.run_id)
        .join(schema.RUNS, RUNS.id == CASES.run_id)
        .join(schema.MACHINES, MACHINES.id == RUNS.machine_id)
        .join(schema.PASSPORTS, PASSPORTS.id == RUNS.passport_id)
        .join(schema.WORKLOADS, WORKLOADS.id == CASES.workload_id)
        .where(*asked.of_runs(), *asked.of_workloads())
        .order_by(RUNS.created_unix_s.desc(), CASES.id.desc())
        .limit(limit)
    )
    return [_with_commit(dict(row)) for row in connection.execute(asking).mappings()]


def _with_commit(row: Row) -> Row:
    git = known(json.loads(row.pop("passport")), "git")
    commit = str(git.get("commit", ""))[:10] if isinstance(git, dict) else ""
    return {**row, "commit": f"{commit}{'+' if commit and git.get('changed') else ''}" or None}
