"""Putting runs into a store, a batch in one transaction: all of it or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, delete, func, insert, select

from bench.store import schema
from bench.store.files import Copy
from bench.store.machines import canonical, digest
from bench.store.rows import CaseRows, Row

CHILDREN = (schema.CEILINGS, schema.CASES, schema.RUN_DETAILS)
GRANDCHILDREN = (schema.SAMPLES, schema.PEERS)
MOST_PARAMETERS = 1000


@dataclass
class Counts:
    """What became of the copies that were read: new runs, newer copies of known runs, copies that do not count."""

    new: int = 0
    replaced: int = 0
    older: int = 0


@dataclass
class Numbers:
    """Numbers that this program has seen in the store: texts that identify a row -> its id. Ids are never reused."""

    machines: dict[str, int] = field(default_factory=dict)
    passports: dict[str, int] = field(default_factory=dict)
    workloads: dict[str, int] = field(default_factory=dict)


def known_checksums(connection: Connection) -> set[str]:
    """SHA-256 of every file whose run is in the store."""
    return set(connection.execute(select(schema.RUNS.c.sha256)).scalars())


def write_batch(connection: Connection, copies: Iterable[Copy], numbers: Numbers) -> Counts:
    """Put copies of runs into the store, within a transaction that no other writer shares.

    Args:
        connection: of `bench.store.database.writing`.
        copies: read files; of several copies of one run the one with the highest rank stays.
        numbers: what earlier batches learned; replace it when a transaction was not kept.
    """
    counts = Counts()
    best: dict[str, Copy] = {}
    for copy in copies:
        run_id = copy.rows.run["run_id"]
        counts.older += run_id in best
        best[run_id] = max(copy, best.get(run_id, copy), key=lambda found: found.rank)
    present = _present(connection, best)
    kept: dict[str, tuple[int, Copy]] = {}
    following = _next_id(connection, schema.RUNS)
    for run_id, copy in best.items():
        number, rank = present.get(run_id, (following, (-1, "")))
        if rank >= copy.rank:
            counts.older += 1
            continue
        kept[run_id] = number, copy
        counts.replaced += run_id in present
        counts.new += run_id not in present
        following += run_id not in present
    _forget(connection, [number for run_id, (number, _) in kept.items() if run_id in present])
    _insert_runs(connection, list(kept.values()), numbers)
    return counts


def _present(connection: Connection, run_ids: Collection[str]) -> dict[str, tuple[int, tuple[int, str]]]:
    runs = schema.RUNS.c
    asked = select(runs.run_id, runs.id, runs.modified_ns, runs.sha256).where(runs.run_id.in_(run_ids))
    return {run_id: (number, (at, sha256)) for run_id, number, at, sha256 in connection.execute(asked)}


def _next_id(connection: Connection, table: Table) -> int:
    return (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1


def _forget(connection: Connection, numbers: Sequence[int]) -> None:
    cases = select(schema.CASES.c.id).where(schema.CASES.c.run_id.in_(numbers))
    for table in GRANDCHILDREN if numbers else ():
        connection.execute(delete(table).where(table.c.case_id.in_(cases)))
    for table in CHILDREN if numbers else ():
        connection.execute(delete(table).where(table.c.run_id.in_(numbers)))
    if numbers:
        connection.execute(delete(schema.RUNS).where(schema.RUNS.c.id.in_(numbers)))


def _insert_runs(connection: Connection, kept: Sequence[tuple[int, Copy]], numbers: Numbers) -> None:
    _learn_machines(connection, kept, numbers)
    _learn_passports(connection, kept, numbers)
    workloads = dict.fromkeys(case.workload for _, copy in kept for case in copy.rows.cases)
    _learn_workloads(connection, workloads, numbers)
    _put(connection, schema.RUNS, [_run_row(number, copy, numbers) for number, copy in kept])
    _put(connection, schema.RUN_DETAILS, [{"run_id": number, "details": copy.rows.details} for number, copy in kept])
    _put(connection, schema.CEILINGS, [row for number, copy in kept for row in _ceiling_rows(number, copy, numbers)])
    found = [(number, case) for number, copy in kept for case in copy.rows.cases]
    _insert_cases(connection, found, numbers)


def _insert_cases(connection: Connection, found: Sequence[tuple[int, CaseRows]], numbers: Numbers) -> None:
    cases, samples, peers = [], [], []
    for number, (run, rows) in enumerate(found, _next_id(connection, schema.CASES)):
        cases.append({**rows.case, "id": number, "run_id": run, "workload_id": numbers.workloads[rows.workload]})
        if rows.samples_s is not None:
            samples.append({"case_id": number, "samples_s": rows.samples_s})
        peers += [{**peer, "case_id": number, "position": place} for place, peer in enumerate(rows.peers)]
    _put(connection, schema.CASES, cases)
    _put(connection, schema.SAMPLES, samples)
    _put(connection, schema.PEERS, peers)


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _run_row(number: int, copy: Copy, numbers: Numbers) -> Row:
    return {
        **copy.rows.run,
        "id": number,
        "machine_id": numbers.machines[canonical(copy.rows.facts)],
        "passport_id": numbers.passports[copy.rows.passport],
        "path": copy.path,
        "modified_ns": copy.modified_ns,
        "sha256": copy.sha256,
    }


def _ceiling_rows(number: int, copy: Copy, numbers: Numbers) -> list[Row]:
    machine = numbers.machines[canonical(copy.rows.facts)]
    return [{**row, "run_id": number, "machine_id": machine} for row in copy.rows.ceilings]


def _learn_machines(connection: Connection, kept: Sequence[tuple[int, Copy]], numbers: Numbers) -> None:
    told: dict[str, Row] = {}
    for _, copy in kept:
        facts = copy.rows.facts
        row = {name: facts.get(name) for name in ("cpu_model", "cores", "memory_gib")}
        told[canonical(facts)] = {**row, "fingerprint": digest(facts)[:12], "details": canonical(facts)}
    _learn(connection, schema.MACHINES, "fingerprint", told, numbers.machines)


def _learn_passports(connection: Connection, kept: Sequence[tuple[int, Copy]], numbers: Numbers) -> None:
    told: dict[str, Row] = {}
    for _, copy in kept:
        machine = numbers.machines[canonical(copy.rows.facts)]
        told[copy.rows.passport] = {"machine_id": machine, "details": copy.rows.passport}
    rows = {text: {**row, "sha256": _sha256(text)} for text, row in told.items() if text not in numbers.passports}
    _learn(connection, schema.PASSPORTS, "sha256", rows, numbers.passports)


def _learn_workloads(connection: Connection, texts: Iterable[str], numbers: Numbers) -> None:
    rows = {text: {**json.loads(text), "sha256": _sha256(text)} for text in texts if text not in numbers.workloads}
    _learn(connection, schema.WORKLOADS, "sha256", rows, numbers.workloads)


def _learn(connection: Connection, table: Table, key: str, told: Mapping[str, Row], numbers: dict[str, int]) -> None:
    """Number every text that has none yet: that of the row in the store with its key, or a new row's."""
    unknown = {text: row for text, row in told.items() if text not in numbers}
    if not unknown:
        return
    present = _numbered(connection, table, key, [row[key] for row in unknown.values()])
    following, rows = _next_id(connection, table), []
    for text, row in unknown.items():
        if row[key] not in present:
            present[row[key]] = following
            rows.append({**row, "id": following})
            following += 1
        numbers[text] = present[row[key]]
    _put(connection, table, rows)


def _numbered(connection: Connection, table: Table, key: str, values: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for first in range(0, len(values), MOST_PARAMETERS):
        some = values[first : first + MOST_PARAMETERS]
        asked = select(table.c[key], table.c.id).where(table.c[key].in_(some))
        found |= {name: number for name, number in connection.execute(asked)}  # noqa: C416
    return found


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
