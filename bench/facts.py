"""All that a report says of results, as plain JSON: the results, goals and remarks, fits over threads, comparisons.

Here everything is judged, so that whoever lays it out computes nothing and needs no code of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.compare import compare
from bench.decode import encode
from bench.goals import compared, geometric_mean, goals_of
from bench.judge import remarks
from bench.load import content
from bench.noise import differs
from bench.reading import InputError
from bench.result import Case, NoiseFloor, Result, read_result
from bench.scaling_points import scalings

FACTS_SCHEMA = "innocap.facts/1"


def facts(paths: Sequence[Path], threads: int | None = None) -> dict[str, Any]:
    """Result files, read and judged; each later one is compared with the first, unlike machines included.

    Args:
        paths: result files, one or more.
        threads: only cases of this number of threads.

    Returns:
        schema, results (one entry per file: see `_told`), comparisons (one per file after the first).

    Raises:
        ResultError: a file cannot be used.
        InputError: a result has no case of this number of threads.
    """
    results = [only(path, read_result(path), threads) for path in paths]
    first = results[0]
    return {
        "schema": FACTS_SCHEMA,
        "results": [_told(path, result) for path, result in zip(paths, results, strict=True)],
        "comparisons": [encode(compare([first], [other], unlike=True)) for other in results[1:]],
    }


def only(path: Path, result: Result, threads: int | None) -> Result:
    """The result with the cases of one number of threads. Raises InputError where there are none."""
    if threads is None:
        return result
    measured = sorted({case.threads for case in result.cases})
    if threads not in measured:
        raise InputError(f"{path}: --threads {threads}: expected one of {', '.join(map(str, measured))}")
    return replace(result, cases=tuple(case for case in result.cases if case.threads == threads))


def _told(path: Path, result: Result) -> dict[str, Any]:
    """A result with the name and hash of its file, and what follows from it.

    goals    per goal of a case: wanted, found, peer, met; by_noise where it is missed by less than the noise floor
    means    geometric mean of the ratios to the best peer, by number of threads
    remarks  what to know about the samples of a case, by case
    fits     how time grows with threads and volume
    """
    counts = sorted({case.threads for case in result.cases})
    means = {str(count): geometric_mean(compared(result.cases, count)) for count in counts}
    return {
        "file": path.name,
        "sha256": hashlib.sha256(content(path)).hexdigest(),
        "result": encode(result),
        "goals": [goal for case in result.cases for goal in _goals(case, result.noise_floor)],
        "means": {count: mean for count, mean in means.items() if mean is not None},
        "remarks": {case.id: list(found) for case in result.cases if (found := remarks(case))},
        "fits": [encode(fit) for fit in scalings([result])],
    }


def _goals(case: Case, floor: NoiseFloor | None) -> list[dict[str, Any]]:
    """Goals count on one thread, as everywhere."""
    if case.threads != 1:
        return []
    found = []
    for goal in goals_of(case):
        missed = goal.met is False and goal.found is not None
        noise = missed and not differs((goal.found or 0.0) / goal.wanted, floor, same_process=True)
        found.append({"case": case.id, "met": goal.met, "by_noise": noise, **encode(goal)})
    return found
