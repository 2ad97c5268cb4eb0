"""Why a result cannot be true: the cause of a rate above its ceiling, worked out from what else the run measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.result import Case
from bench.roofline import MEMORY_NAME, REFUSED_ABOVE, Caches, ceiling_of

PARTLY_HELD = 4
LOW_ENOUGH = 0.9


def explained(case: Case, cases: Sequence[Case], all_threads: int, caches: Caches | None = None) -> Case:
    """A refused case with its cause and remedy in place of a list of guesses; any other case as it is.

    Args:
        case: judged.
        cases: all cases of the run, judged.
        all_threads: thread count of ceilings with plain names.
        caches: of the machine, where known.
    """
    if case.verdict != "refused" or not case.ceiling or not case.fraction_of_ceiling:
        return case
    sources = [other for other in cases if ceiling_of(other, all_threads) == case.ceiling and other.samples_s]
    head = f"{case.fraction_of_ceiling:.0%} of the ceiling {case.ceiling} is above {REFUSED_ABOVE:.0%}"
    return replace(case, remedy=f"{head}: {_cause(case, sources, caches)}")


def _cause(case: Case, sources: Sequence[Case], caches: Caches | None) -> str:
    """The first that the evidence supports: data held by a cache, a disturbed ceiling, counts that are too high."""
    return _held(case, caches) or _disturbed(sources) or _miscounted(case)


def _held(case: Case, caches: Caches | None) -> str:
    if not (case.ceiling or "").startswith(MEMORY_NAME) or case.working_set_bytes is None or caches is None:
        return ""
    last = max(caches.totals)
    times = case.working_set_bytes / caches.totals[last]
    if times > PARTLY_HELD:
        return ""
    return (
        f"its data are only {times:.1f} times the {last.upper()} caches, which held a part of them; "
        "measure a larger size"
    )


def _disturbed(sources: Sequence[Case]) -> str:
    noisy = [source for source in sources if source.verdict == "noisy"]
    if not sources or len(noisy) < len(sources):
        return ""
    return f"the ceiling itself was disturbed ({noisy[0].kernel}: {noisy[0].remedy})"


def _miscounted(case: Case) -> str:
    if case.traffic and case.traffic.bytes_moved < LOW_ENOUGH * case.work.bytes_moved:
        share = case.traffic.bytes_moved / case.work.bytes_moved
        return f"hardware counters saw only {share:.0%} of the bytes that it counts ({case.work.formula}); correct them"
    ceiling = case.ceiling or ""
    amount = "FLOP" if "gflops" in ceiling else "bytes"
    large = "its data are far larger than the caches and " if ceiling.startswith(MEMORY_NAME) else ""
    return (
        f"{large}the ceiling was measured undisturbed, so it counts too many {amount}: "
        f"check its formula ({case.work.formula})"
    )
