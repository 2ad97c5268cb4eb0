"""The verdict of a case: ok, noisy, refused, wrong or failed, with what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.result import Case, Grade
from bench.roofline import REFUSED_ABOVE, too_fast

WIDE_INTERVAL = 0.05
DISTURBED_SHARE = 0.10

REMEDIES = {
    "others_share": "other programs used {share:.0%} of the cores meanwhile: close them and run again",
    "steal_share": "the host took {share:.0%} of the time away: use a machine of its own, or another hour",
    "waited_share": "its threads waited {share:.0%} of the time for a core: close other programs",
}


def judged(case: Case) -> Case:
    """The case with verdict and remedy; the first of wrong, refused, noisy that applies, else ok."""
    grade, remedy = _judgement(case)
    return replace(case, verdict=grade, remedy=remedy)


def _judgement(case: Case) -> tuple[Grade, str]:
    if case.verdict == "failed" and case.remedy:
        return "failed", case.remedy
    if not case.verification.passed:
        return "wrong", f"{case.verification.reason}; it has no time"
    if case.median_s is None:
        return "failed", "it was not timed; run again"
    if too_fast(case):
        return "refused", (
            f"{case.fraction_of_ceiling:.0%} of the ceiling {case.ceiling} is above {REFUSED_ABOVE:.0%}: "
            "the ceiling was disturbed or the data fit in a cache; run again on a quiet machine, or a larger suite"
        )
    disturbance = disturbed(case.conditions or {})
    if disturbance:
        return "noisy", disturbance
    if relative_half_width(case) > WIDE_INTERVAL:
        return "noisy", f"its interval is +-{relative_half_width(case):.0%}: allow more time per case"
    return "ok", ""


def relative_half_width(case: Case) -> float:
    """Half the 95 % interval of the median over the median; infinite where there is none."""
    if not case.median_s or case.low_s is None or case.high_s is None:
        return float("inf")
    return (case.high_s - case.low_s) / (2 * case.median_s)


def disturbed(conditions: Mapping[str, float | None]) -> str:
    """Remedy for the largest disturbance above DISTURBED_SHARE, or nothing."""
    shares = [(conditions.get(name) or 0.0, name) for name in REMEDIES]
    share, name = max(shares)
    return REMEDIES[name].format(share=share) if share > DISTURBED_SHARE else ""
