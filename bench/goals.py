"""Whether a kernel reaches what it aims at: peer time over ours, per library and over the whole suite."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bench.result import Case, PeerTime

USABLE = ("ok", "noisy")


@dataclass(frozen=True)
class Goal:
    """A goal of one case: the ratio wanted against a library, the ratio found (None: no such peer ran), its peer."""

    library: str
    wanted: float
    found: float | None
    peer: str

    @property
    def met(self) -> bool | None:
        return None if self.found is None else round(self.found, 2) >= self.wanted


def peers_that_ran(case: Case) -> list[PeerTime]:
    """Peers with a time, fastest first."""
    return sorted((peer for peer in case.peers if isinstance(peer, PeerTime)), key=lambda peer: peer.ratio)


def best_peer(case: Case) -> PeerTime | None:
    """The fastest peer that ran beside a case."""
    return next(iter(peers_that_ran(case)), None)


def goals_of(case: Case) -> tuple[Goal, ...]:
    """Every goal of a case, judged against the fastest peer of its library; ratios count to two decimals."""
    found = []
    for library, wanted in case.goals.items():
        rivals = [peer for peer in peers_that_ran(case) if library in ("best", peer.name.split()[0])]
        ratio, name = (rivals[0].ratio, rivals[0].name) if rivals else (None, "")
        found.append(Goal(library, wanted, ratio, name))
    return tuple(found)


def compared(cases: Iterable[Case], threads: int) -> list[Case]:
    """Usable cases of a thread count that a peer ran beside."""
    return [case for case in cases if case.threads == threads and case.verdict in USABLE and best_peer(case)]


def geometric_mean(cases: Iterable[Case]) -> float | None:
    """Geometric mean of the ratios to the best peer; None without any."""
    ratios = [peer.ratio for case in cases if (peer := best_peer(case))]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def calls_to_pay_back(case: Case) -> float | None:
    """Calls after which compiling has cost less than the best peer would have taken longer.

    Infinite where the peer is as fast; None where nothing was compiled for this case or no peer ran.
    """
    best = best_peer(case)
    if best is None or case.cache != "miss" or not case.compile_s or not case.median_s:
        return None
    saved_s = case.median_s * (best.ratio - 1)
    return case.compile_s / saved_s if saved_s > 0 else math.inf
