"""The verdict of a case: ok, noisy, refused, wrong or failed, with what would help, and remarks on its samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import median

from bench.environment.meanwhile import happening
from bench.result import Case, Grade
from bench.roofline import REFUSED_ABOVE, too_fast

WIDE_INTERVAL = 0.05
LARGE_DRIFT = 0.05
SMALL_DRIFT = 0.02
ALIKE = 0.6
ENOUGH_TO_CORRELATE = 20
MANY_OUTLIERS = 0.05
FEW_SAMPLES = 6


def judged(case: Case, asked: float | None = None) -> Case:
    """The case with verdict and remedy; the first of wrong, refused, noisy that applies, else ok.

    Args:
        case: as measured.
        asked: half width of the interval of the median, relative to it, that the suite asked for.
    """
    grade, remedy = _judgement(case, WIDE_INTERVAL if asked is None else asked)
    return replace(case, verdict=grade, remedy=remedy)


def _judgement(case: Case, asked: float) -> tuple[Grade, str]:
    if case.verdict == "failed" and case.remedy:
        return "failed", case.remedy
    if not case.verification.passed:
        return "wrong", f"{case.verification.reason}; it has no time"
    if case.median_s is None:
        return "failed", "it was not timed; run again"
    if too_fast(case):
        return "refused", (
            f"{case.fraction_of_ceiling:.0%} of the ceiling {case.ceiling} is above {REFUSED_ABOVE:.0%}: "
            "something is wrong with its counts or its ceiling"
        )
    noise = disturbed(case.conditions or {}) or _drifted(case, LARGE_DRIFT) or _too_wide(case, asked)
    return ("noisy", noise) if noise else ("ok", "")


def relative_half_width(case: Case) -> float:
    """Half the 95 % interval of the median over the median; infinite where there is none."""
    if not case.median_s or case.low_s is None or case.high_s is None:
        return float("inf")
    return (case.high_s - case.low_s) / (2 * case.median_s)


def disturbed(conditions: Mapping[str, float | None]) -> str:
    """What disturbed a case most, with its remedy, if that makes its time doubtful, or nothing."""
    return next((str(finding) for finding in happening(conditions) if finding.level == "noisy"), "")


def _drifted(case: Case, beyond: float) -> str:
    drift = case.spread.drift if case.spread else 0.0
    if abs(drift) <= beyond:
        return ""
    if drift > 0:
        return (
            f"it became {drift:.0%} slower from its first sample to its last: "
            "let the machine get warm before, improve cooling, and look for a program that started meanwhile"
        )
    return (
        f"it became {-drift:.0%} faster from its first sample to its last: "
        "the machine was still busy or asleep at first; run again when it is quiet"
    )


def _too_wide(case: Case, asked: float) -> str:
    width = relative_half_width(case)
    if width <= asked:
        return ""
    medians = _process_medians(case)
    apart = (max(medians) - min(medians)) / (2 * median(medians))
    remedy = "allow more time per case (time_cap_s in the suite), or a quieter machine"
    if apart > asked:
        remedy = (
            f"its {len(medians)} processes differ by +-{apart:.1%}; measure in more processes, or look what changes"
        )
    return f"its interval is +-{width:.1%}, wider than the +-{asked:.1%} asked for: {remedy}"


def _process_medians(case: Case) -> list[float]:
    counts = case.samples_per_process or (len(case.samples_s),)
    return [median(case.samples_s[begin:end]) for begin, end in pairwise(accumulate(counts, initial=0))]


def remarks(case: Case) -> tuple[str, ...]:
    """What to know about the samples of a timed case, in plain words; most cases have none."""
    count = len(case.samples_s)
    if case.median_s is None or case.spread is None:
        return ()
    found = [] if abs(case.spread.drift) > LARGE_DRIFT else [_drifted(case, SMALL_DRIFT)]
    if count < FEW_SAMPLES:
        found.append(f"only {count} samples, whose whole range is the interval: allow more time per case")
    if count >= ENOUGH_TO_CORRELATE and case.spread.autocorrelation > ALIKE:
        found.append(
            f"successive samples are alike (correlation {case.spread.autocorrelation:.2f}): something slow changes its "
            "speed, such as the clock or another program; its interval is wider for that"
        )
    if case.spread.outliers > max(MANY_OUTLIERS * count, 2):
        found.append(
            f"{case.spread.outliers} of {count} samples are far off the others: something interrupts it now and then"
        )
    if (case.conditions or {}).get("flush_to_zero"):
        found.append("a library replaced denormal numbers by zero meanwhile: compare only with runs where it does too")
    return tuple(filter(None, found))
