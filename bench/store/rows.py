"""A result as rows of the tables, and rows as a result again."""

from __future__ import annotations

import array
import datetime
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from bench.capability import proven
from bench.decode import decode, dumps
from bench.load import ResultError
from bench.result import Case, PeerSkip, PeerTime, Result
from bench.store.machines import canonical, facts

Row = dict[str, Any]

WORKLOAD = {"kernel": "kernel", "version": "version", "size": "size", "threads": "threads", "precision": "precision"}
WORKLOAD |= {"limit": "limited_by", "working_set_bytes": "working_set_bytes"}
WORK = ("flops", "bytes_read", "bytes_written")
WORKLOAD_REST = ("params", "goals")
FIGURES = ("verdict", "median_s", "low_s", "high_s", "gflops", "gb_per_s", "ceiling", "fraction_of_ceiling")
APART = {*WORKLOAD, *WORKLOAD_REST, *FIGURES, "work", "verification", "samples_s", "peers", "plain"}
CASE_REST = tuple(field.name for field in fields(Case) if field.name not in APART)
RUN = ("run_id", "schema", "created", "suite", "preset")
RUN_REST = tuple(f.name for f in fields(Result) if f.name not in {*RUN, "machine", "ceilings", "cases"})
LARGEST = 2**63 - 1


@dataclass(frozen=True)
class CaseRows:
    """One case: the text that identifies what was measured, and the rows of what came out."""

    workload: str
    case: Row
    samples_s: bytes | None
    peers: tuple[Row, ...]


@dataclass(frozen=True)
class RunRows:
    """One run as rows that lack only the numbers that a store gives them."""

    run: Row
    details: str
    facts: Mapping[str, Any]
    passport: str
    cases: tuple[CaseRows, ...]
    ceilings: tuple[Row, ...]


def rows_of(result: Result, source: str) -> RunRows:
    """A result as rows. At most one case of a kernel is marked proven: the one that a capability record would take.

    Args:
        result: any run.
        source: program that measured it.

    Raises:
        ResultError: `created` is not a time, or a number or text is one that databases cannot hold.
    """
    usable = {id(case) for case in {case.kernel: case for case in proven(result)}.values()}
    run = {name: getattr(result, name) for name in RUN} | {
        "source": source,
        "created_unix_s": unix_s(result.created),
        "verdict": result.environment.verdict,
    }
    ceilings = (
        {"position": position, "name": name, **vars(ceiling)}
        for position, (name, ceiling) in enumerate(result.ceilings.items())
    )
    cases = tuple(_case_rows(case, id(case) in usable) for case in result.cases)
    passport = result.machine.passport
    details = dumps({name: getattr(result, name) for name in RUN_REST})
    return RunRows(_held(run), details, facts(passport), dumps(passport), cases, tuple(map(_held, ceilings)))


def unix_s(created: str) -> float:
    """Seconds since 1970 of an ISO 8601 time; UTC where it names no zone. Raises ResultError."""
    try:
        found = datetime.datetime.fromisoformat(created)
        return (found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ResultError(f"created: expected an ISO 8601 time, found {created[:40]!r}") from None


def _case_rows(case: Case, usable: bool) -> CaseRows:
    workload = {column: getattr(case, name) for name, column in WORKLOAD.items()}
    workload |= {name: getattr(case.work, name) for name in WORK}
    check = case.verification
    workload["details"] = dumps(
        {name: getattr(case, name) for name in WORKLOAD_REST}
        | {"formula": case.work.formula, "rtol": check.rtol, "tolerance": check.tolerance}
    )
    row = {name: getattr(case, name) for name in FIGURES} | {"verified": check.passed, "proven": usable}
    rest = {name: getattr(case, name) for name in CASE_REST}
    rest["verification"] = {"max_error": check.max_error, "seed": check.seed, "reason": check.reason}
    row["details"] = dumps(rest)
    peers = [_peer_row("peer", peer) for peer in case.peers]
    if case.plain is not None:
        peers.append(_peer_row("plain", case.plain))
    packed = pack(case.samples_s) if case.samples_s else None
    return CaseRows(canonical(_held(workload)), _held(row), packed, tuple(peers))


def _peer_row(role: str, peer: PeerTime | PeerSkip) -> Row:
    if isinstance(peer, PeerSkip):
        empty = dict.fromkeys(("version", "median_s", "ratio", "ratio_low", "ratio_high", "samples_s"))
        return _held({"role": role, "name": peer.name, "skipped": peer.skipped, **empty})
    return _held({"role": role, "skipped": None, **vars(peer), "samples_s": pack(peer.samples_s)})


def _held(row: Row) -> Row:
    """The row, refused where a database cannot hold a value of it."""
    for name, value in row.items():
        if isinstance(value, int) and abs(value) > LARGEST:
            raise ResultError(f"damaged: {name}: expected a whole number of at most 19 digits, found {value:.3e}")
    return row


def pack(samples_s: Sequence[float]) -> bytes:
    """Seconds as 64-bit little-endian floating-point numbers."""
    return _little_endian(array.array("d", samples_s)).tobytes()


def unpack(packed: bytes | None) -> tuple[float, ...]:
    """What `pack` made, as seconds."""
    return tuple(_little_endian(array.array("d", packed or b"")))


def _little_endian(numbers: array.array[float]) -> array.array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def result_of(run: Row, details: str, passport: str, cases: Iterable[Case], ceilings: Iterable[Row]) -> Result:
    """The result that `rows_of` took apart."""
    data = {name: run[name] for name in RUN} | json.loads(details)
    data["machine"] = {"passport": json.loads(passport)}
    named = sorted(ceilings, key=lambda row: int(row["position"]))
    kept = ("value", "low", "high", "threads", "kernel")
    data["ceilings"] = {row["name"]: {name: row[name] for name in kept} for row in named}
    result = decode(Result, {**data, "cases": []})
    return replace(result, cases=tuple(cases))


def case_of(row: Row, workload: Row, samples_s: bytes | None, peers: Iterable[Row]) -> Case:
    """The case that `rows_of` took apart."""
    told, rest = json.loads(workload["details"]), json.loads(row["details"])
    verification = {**rest.pop("verification"), "passed": row["verified"]}
    work = {name: workload[name] for name in WORK} | {"formula": told.pop("formula")}
    verification |= {name: told.pop(name) for name in ("rtol", "tolerance")}
    ordered = sorted(peers, key=lambda peer: int(peer["position"]))
    data = {name: workload[column] for name, column in WORKLOAD.items()} | told | rest
    data |= {name: row[name] for name in FIGURES}
    data |= {"work": work, "verification": verification, "samples_s": list(unpack(samples_s))}
    data["peers"] = [_peer(peer) for peer in ordered if peer["role"] == "peer"]
    data["plain"] = next((_peer(peer) for peer in ordered if peer["role"] == "plain"), None)
    return decode(Case, data)


def _peer(row: Row) -> Row:
    if row["skipped"] is not None:
        return {"name": row["name"], "skipped": row["skipped"]}
    kept = ("name", "version", "median_s", "ratio", "ratio_low", "ratio_high")
    return {name: row[name] for name in kept} | {"samples_s": list(unpack(row["samples_s"]))}
