"""One thing that stands in the way of a clean measurement, how serious it is, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["quiet", "usable", "noisy"]
LEVELS: tuple[Level, ...] = ("quiet", "usable", "noisy")


@dataclass(frozen=True)
class Finding:
    """What was found, and what would help.

    level: what it makes of the machine: quiet (good to know), usable (times are a little less certain), noisy (times
    would say more about the disturbance than about the machine).
    """

    level: Level
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.found}: {self.remedy}"


def worst(findings: Iterable[Finding]) -> Level:
    """Level of the most serious finding; quiet where there is none."""
    return LEVELS[max((LEVELS.index(finding.level) for finding in findings), default=0)]


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The most serious first, each once."""
    return tuple(dict.fromkeys(sorted(findings, key=lambda finding: -LEVELS.index(finding.level))))


def remedies(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Findings as lines, in order of seriousness, each once."""
    return tuple(dict.fromkeys(str(finding) for finding in ordered(findings)))
