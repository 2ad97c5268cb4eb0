"""Two results, or two groups of results, side by side: what became slower, faster, or is the same.

A change is FASTER or SLOWER only if it is surely no chance (rank test on the raw samples and, where a side has several
processes or runs, Student's t on their medians; p < 5 % over all cases together by Holm) and no trifle (at least the
minimum effect and the machine's noise floor). It is SAME if its whole 95 % interval lies within the minimum effect.
Else it is UNCLEAR. Holm rather than a false discovery rate, because one false alarm is enough to stop a build.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.compare.change import Change, change, decided, scatter
from bench.compare.likeness import require_alike
from bench.compare.moderate import prior
from bench.compare.ranks import holm
from bench.result import Case, Result, known

MIN_EFFECT = 0.03
TIMED = ("ok", "noisy", "unverified")
IDENTITY = ("params", "precision", "version", "work")


@dataclass(frozen=True)
class Left:
    """A case that could not be compared; broken: it has a time in OLD and a run of NEW failed at it."""

    id: str
    reason: str
    broken: bool = False


@dataclass(frozen=True)
class Run:
    """Where one result comes from; commit: of the harness and its kernels, with a + where files were changed."""

    run_id: str
    created: str
    suite: str
    cpu: str
    commit: str
    quiet: str


@dataclass(frozen=True)
class Comparison:
    """What changed from OLD to NEW.

    old, new     the runs of each side
    changes      cases with times on both sides, the largest decided change first
    left         the others
    mean         geometric mean of the ratios with its 95 % interval [mean_low, mean_high]; None without changes
    min_effect   as asked
    noise_floor  the largest that a result carries; None where none was measured
    differences  of the machines, where they were allowed
    """

    old: tuple[Run, ...]
    new: tuple[Run, ...]
    changes: tuple[Change, ...]
    left: tuple[Left, ...]
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    min_effect: float
    noise_floor: float | None
    differences: tuple[str, ...]

    @property
    def same_runs(self) -> bool:
        return {run.run_id for run in self.old} == {run.run_id for run in self.new}

    def count(self, verdict: str) -> int:
        return sum(found.verdict == verdict for found in self.changes)


def compare(
    old: Sequence[Result], new: Sequence[Result], *, min_effect: float = MIN_EFFECT, unlike: bool = False
) -> Comparison:
    """Compare every case that both sides have.

    Args:
        old: one or more results of the earlier state; a run that is given twice counts once.
        new: likewise of the later one.
        min_effect: smallest change that counts, as a share.
        unlike: compare although the machines differ.

    Raises:
        UnlikeError: the machines differ and `unlike` does not allow it.
    """
    old, new = _distinct(old), _distinct(new)
    others = [*((result, "another OLD") for result in old[1:]), *((result, "NEW") for result in new)]
    found = dict.fromkeys(
        text for result, name in others for text in require_alike(old[0], result, unlike=unlike, other=name)
    )
    floors = [result.noise_floor.worst for result in (*old, *new) if result.noise_floor]
    least = max(min_effect, *floors) if floors else min_effect
    pairs, left = _paired(_by_id(old), _by_id(new))
    together = prior([entry for pair in pairs if (entry := scatter(*pair))])
    changes = [change(*pair, least, together, min_effect) for pair in pairs]
    judged = [decided(entry, p) for entry, p in zip(changes, holm([entry.p for entry in changes]), strict=True)]
    mean = geometric_mean(changes)
    return Comparison(
        old=tuple(map(_run, old)),
        new=tuple(map(_run, new)),
        changes=tuple(sorted(judged, key=_rank)),
        left=tuple(left),
        mean=mean[0] if mean else None,
        mean_low=mean[1] if mean else None,
        mean_high=mean[2] if mean else None,
        min_effect=min_effect,
        noise_floor=max(floors, default=None),
        differences=tuple(found),
    )


def geometric_mean(changes: Sequence[Change]) -> tuple[float, float, float] | None:
    """Geometric mean of the ratios of these cases, and its 95 % interval from theirs as independent; None of none.

    log mean = sum of logs / n; half width = sqrt(sum of half widths^2) / n.
    """
    if not changes:
        return None
    centre = sum(math.log(found.ratio) for found in changes) / len(changes)
    half = math.hypot(*(math.log(found.high / found.low) / 2 for found in changes)) / len(changes)
    return math.exp(centre), math.exp(centre - half), math.exp(centre + half)


def _distinct(results: Sequence[Result]) -> list[Result]:
    return list({result.run_id: result for result in results}.values())


def _run(result: Result) -> Run:
    passport = result.machine.passport
    git = known(passport, "git") or {}
    commit = str(git.get("commit") or "unknown")[:10] + ("+" if git.get("changed") else "")
    cpu = str(known(passport, "cpu_model") or "unnamed processor")
    return Run(result.run_id, result.created, result.suite, cpu, commit, result.environment.verdict)


def _by_id(results: Sequence[Result]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for result in results:
        for case in result.cases:
            found.setdefault(case.id, []).append(case)
    return found


def _paired(
    old: Mapping[str, list[Case]], new: Mapping[str, list[Case]]
) -> tuple[list[tuple[list[Case], list[Case]]], list[Left]]:
    pairs, left = [], []
    for name in dict.fromkeys([*old, *new]):
        before, after = (side.get(name, []) for side in (old, new))
        timed = [case for case in before if _timed(case)], [case for case in after if _timed(case)]
        reason = _unpaired(before, after, timed)
        if reason:
            left.append(Left(name, reason, broken=bool(timed[0] and after and not timed[1])))
        else:
            pairs.append(timed)
    return pairs, left


def _timed(case: Case) -> bool:
    return case.verdict in TIMED and bool(case.samples_s) and min(case.samples_s) > 0


def _unpaired(before: Sequence[Case], after: Sequence[Case], timed: tuple[Sequence[Case], Sequence[Case]]) -> str:
    if not before or not after:
        return f"only in {'OLD' if before else 'NEW'}"
    for side, cases, usable in (("NEW", after, timed[1]), ("OLD", before, timed[0])):
        if not usable:
            return f"{cases[0].verdict} in {side}: {cases[0].remedy or 'it has no time'}"
    unlike = [name for name in IDENTITY if len({repr(getattr(case, name)) for case in (*timed[0], *timed[1])}) > 1]
    return f"another piece of work: {', '.join(unlike)} differ" if unlike else ""


def _rank(found: Change) -> tuple[int, float]:
    order = ("SLOWER", "FASTER", "UNCLEAR", "SAME")
    return order.index(found.verdict), -abs(math.log(found.ratio))
