"""From samples to figures: what one process measured, and several processes of one case as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from bench import energy
from bench.result import Case, PeerSkip, PeerTime
from bench.stats import Estimate, median_interval, split, spread

MISSING = "it did not run in every process"


def summarised(case: Case) -> Case:
    """The case with everything that follows from its samples and counts."""
    estimate = over_processes(case.samples_s, case.samples_per_process)
    return replace(
        case,
        median_s=estimate.median,
        low_s=estimate.low,
        high_s=estimate.high,
        gflops=case.work.flops / estimate.median / 1e9,
        gb_per_s=case.work.bytes_moved / estimate.median / 1e9,
        spread=spread(case.samples_s, case.samples_per_process),
    )


def over_processes(samples: Sequence[float], counts: Sequence[int]) -> Estimate:
    """Median of all samples; its interval reaches at least from the lowest to the highest median of a process.

    Processes differ by more than their samples do (addresses, pages, caches), which the interval of all cannot see.
    """
    pooled = median_interval(samples, counts=counts)
    medians = [median_interval(part).median for part in split(samples, counts)]
    return Estimate(pooled.median, min(pooled.low, *medians), max(pooled.high, *medians))


def peer_time(
    name: str, version: str, samples: Sequence[float], ours: Sequence[float], counts: Sequence[int]
) -> PeerTime:
    """A peer's samples beside ours, round by round, as a time and a ratio."""
    ratio = over_processes([theirs / mine for theirs, mine in zip(samples, ours, strict=True)], counts)
    return PeerTime(name, version, tuple(samples), median_interval(samples).median, ratio.median, ratio.low, ratio.high)


def merged(parts: Sequence[Case]) -> Case:
    """Answers of several processes to one case as one case; a failure of one of them is that of the case.

    Compile time is that of the process that compiled, if any did.
    """
    for part in parts:
        if part.median_s is None:
            return part
    if len(parts) == 1:
        return parts[0]
    samples, counts = _joined([part.samples_s for part in parts]), tuple(len(part.samples_s) for part in parts)
    first = next((part for part in parts if part.cache == "miss"), parts[0])
    case = replace(
        first,
        samples_s=samples,
        samples_per_process=counts,
        verification=max((part.verification for part in parts), key=lambda found: found.max_error or 0.0),
        stop_reason="; ".join(dict.fromkeys(part.stop_reason for part in parts)),
        conditions=_mean_conditions([part.conditions or {} for part in parts]),
        peers=_merged_peers(parts, samples, counts),
        plain=_merged_peer([part.plain for part in parts], samples, counts),
        energy=energy.over_processes([part.energy for part in parts]),
        energy_reason=next((part.energy_reason for part in parts if part.energy_reason), ""),
    )
    return summarised(case)


def _joined(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(sample for row in rows for sample in row)


def _mean_conditions(all_of: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name in dict.fromkeys(name for conditions in all_of for name in conditions):
        known = [value for conditions in all_of if (value := conditions.get(name)) is not None]
        found[name] = fmean(known) if known else None
    return found


def _merged_peers(
    parts: Sequence[Case], samples: Sequence[float], counts: Sequence[int]
) -> tuple[PeerTime | PeerSkip, ...]:
    found = []
    for name in dict.fromkeys(peer.name for part in parts for peer in part.peers):
        rows = [next((peer for peer in part.peers if peer.name == name), None) for part in parts]
        timed = [row if isinstance(row, PeerTime) else None for row in rows]
        skipped = [row for row in rows if isinstance(row, PeerSkip)]
        found.append(_merged_peer(timed, samples, counts) or (skipped or [PeerSkip(name, MISSING)])[0])
    return tuple(found)


def _merged_peer(rows: Sequence[PeerTime | None], samples: Sequence[float], counts: Sequence[int]) -> PeerTime | None:
    timed = [row for row in rows if row is not None]
    if len(timed) < len(rows):
        return None
    return peer_time(timed[0].name, timed[0].version, _joined([row.samples_s for row in timed]), samples, counts)
