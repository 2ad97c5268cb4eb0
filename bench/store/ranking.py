"""What the machines of a store are capable of: the best proven run of each, by stored ceilings or for a mix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, literal, select, union_all

from bench.capability import weigh
from bench.reading import Mix
from bench.record import Peak
from bench.store import schema
from bench.store.filters import Filters

Row = dict[str, Any]
RUNS, MACHINES, CASES, WORKLOADS, CEILINGS = (
    table.c for table in (schema.RUNS, schema.MACHINES, schema.CASES, schema.WORKLOADS, schema.CEILINGS)
)
UNITS = ("gflops", "gb_per_s")
AT_ONCE = 500


def best_ceilings(connection: Connection, asked: Filters = Filters()) -> list[Row]:  # noqa: B008
    """Highest measured ceiling of all threads of every machine and kind, in the unit that its name ends with."""
    asking = select(
        CEILINGS.name, CEILINGS.machine_id, func.max(CEILINGS.value).label("value"), func.count().label("runs")
    ).where(~CEILINGS.name.contains("@"))
    if asked.since_unix_s is not None:
        asking = asking.join(schema.RUNS, CEILINGS.run_id == RUNS.id).where(*asked.of_runs())
    elif asked.machines is not None:
        asking = asking.where(CEILINGS.machine_id.in_(asked.machines))
    highest = asking.group_by(CEILINGS.name, CEILINGS.machine_id).subquery()
    rows = connection.execute(
        select(MACHINES.fingerprint, MACHINES.cpu_model, highest.c.name, highest.c.value, highest.c.runs)
        .join(schema.MACHINES, MACHINES.id == highest.c.machine_id)
        .order_by(highest.c.name, highest.c.value.desc())
    )
    return [
        {"machine": machine, "cpu_model": cpu, "ceiling": name, "value": value, "unit": _unit(name), "runs": runs}
        for machine, cpu, name, value, runs in rows
    ]


def _unit(name: str) -> str:
    return {"gflops": "GFLOP/s", "gb_per_s": "GB/s"}[next((unit for unit in UNITS if name.endswith(unit)), UNITS[0])]


def best_mix(connection: Connection, mix: Mix, asked: Filters = Filters()) -> list[Row]:  # noqa: B008
    """Highest effective speed for a mix of every machine, over its runs that prove every kernel of the mix.

    The median over those runs stands beside it: the more runs, the luckier the best one.
    """
    runs = _speeds_of_runs(connection, mix, asked)
    by_machine: dict[int, list[tuple[float, int]]] = {}
    for run, machine, seconds_per_gflop in runs:
        by_machine.setdefault(machine, []).append((seconds_per_gflop, run))
    best = {min(found)[1]: found for found in by_machine.values()}
    rows = [_mix_row(row, mix, best[row["id"]]) for row in _told_of(connection, list(best), mix)]
    return sorted(rows, key=lambda row: float(row["effective_tflops"]), reverse=True)


def _speeds_of_runs(connection: Connection, mix: Mix, asked: Filters) -> Sequence[Any]:
    """Run, machine, and seconds per GFLOP of the mix, for every run that proves all its kernels and its peak."""
    each = [
        select(CASES.run_id, (literal(share) / CASES.gflops).label("seconds")).where(
            CASES.workload_id.in_(numbers), CASES.proven, CASES.gflops > 0
        )
        for share, numbers in _workloads(connection, mix)
    ]
    parts = union_all(*each).subquery()
    proven = (
        select(parts.c.run_id, func.sum(parts.c.seconds).label("seconds"))
        .group_by(parts.c.run_id)
        .having(func.count() == len(each))
        .subquery()
    )
    return connection.execute(
        select(RUNS.id, RUNS.machine_id, proven.c.seconds)
        .join(proven, proven.c.run_id == RUNS.id)
        .join(schema.CEILINGS, (CEILINGS.run_id == RUNS.id) & (CEILINGS.name == _peak_name(mix)))
        .where(*asked.of_runs())
    ).all()


def _workloads(connection: Connection, mix: Mix) -> list[tuple[float, list[int]]]:
    """Share of every kernel of the mix, with the workloads that are this kernel."""
    return [
        (share, list(connection.execute(select(WORKLOADS.id).where(WORKLOADS.kernel == kernel)).scalars()))
        for kernel, share in mix.shares.items()
    ]


def _peak_name(mix: Mix) -> str:
    return f"fma_{mix.precision}_gflops"


def _told_of(connection: Connection, runs: Sequence[int], mix: Mix) -> Iterable[Row]:
    """Machine, peak and speeds with intervals of some runs."""
    for first in range(0, len(runs), AT_ONCE):
        some = runs[first : first + AT_ONCE]
        speeds = _intervals(connection, some, mix)
        rows = connection.execute(
            select(*RUNS, MACHINES.fingerprint, MACHINES.cpu_model, CEILINGS.value, CEILINGS.low, CEILINGS.high)
            .join(schema.MACHINES, MACHINES.id == RUNS.machine_id)
            .join(schema.CEILINGS, (CEILINGS.run_id == RUNS.id) & (CEILINGS.name == _peak_name(mix)))
            .where(RUNS.id.in_(some))
        )
        yield from ({**row, "speeds": speeds[row["id"]]} for row in rows.mappings())


def _intervals(
    connection: Connection, runs: Sequence[int], mix: Mix
) -> dict[int, dict[str, tuple[float, float, float]]]:
    found: dict[int, dict[str, tuple[float, float, float]]] = {}
    rows = connection.execute(
        select(CASES.run_id, WORKLOADS.kernel, WORKLOADS.flops, CASES.median_s, CASES.low_s, CASES.high_s)
        .join(schema.WORKLOADS, WORKLOADS.id == CASES.workload_id)
        .where(CASES.run_id.in_(runs), WORKLOADS.kernel.in_(mix.shares), CASES.proven)
    )
    for run, kernel, flops, median_s, low_s, high_s in rows:
        found.setdefault(run, {})[kernel] = (flops / median_s / 1e9, flops / high_s / 1e9, flops / low_s / 1e9)
    return found


def _mix_row(row: Row, mix: Mix, runs: Sequence[tuple[float, int]]) -> Row:
    speed = weigh(mix, row["speeds"], Peak(row["value"] / 1e3, row["low"] / 1e3, row["high"] / 1e3))
    return {
        "machine": row["fingerprint"],
        "cpu_model": row["cpu_model"],
        "mix": mix.id,
        "effective_tflops": speed.effective_tflops,
        "effective_low_tflops": speed.effective_low,
        "effective_high_tflops": speed.effective_high,
        "sustained_fraction": speed.sustained_fraction,
        "median_tflops": 1 / median(seconds for seconds, _ in runs) / 1e3,
        "runs": len(runs),
        "machine_verdict": row["verdict"],
        "run_id": row["run_id"],
        "created": row["created"],
    }
