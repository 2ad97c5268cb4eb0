"""What a terminal shows about a fleet: every host with its speed against the others, and what failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from bench.fleet.cluster import Outcome
from bench.fleet.stragglers import TOLERANCE, HostSpeed
from bench.result import Result
from bench.tables import LEVEL_STYLES, grid

BAD = ("wrong", "failed", "refused")


def hosts_table(speeds: Sequence[HostSpeed], results: Mapping[str, Result]) -> Table:
    """One line per host, the slowest first; hosts that share no case with another come last."""
    table = grid("host", "speed", "interval", "cases", "not proven", "machine", "", left=("host", "machine", ""))
    for entry in speeds:
        result = results[entry.host]
        table.add_row(
            entry.host,
            f"{entry.speed:.3f}",
            f"{entry.low:.3f} to {entry.high:.3f}",
            str(entry.cases),
            str(sum(case.verdict in BAD for case in result.cases) or ""),
            Text(result.environment.verdict, style=LEVEL_STYLES[result.environment.verdict]),
            Text("straggler" if entry.straggler else "", style="red"),
        )
    for host in sorted(results.keys() - {entry.host for entry in speeds}):
        table.add_row(host, "", "", "0", "", results[host].environment.verdict, "nothing to compare with")
    return table


def straggler_lines(speeds: Sequence[HostSpeed]) -> list[str]:
    """Which hosts fall behind, in words, or that none does."""
    slow = [entry for entry in speeds if entry.straggler]
    if len(speeds) < 2:
        return ["stragglers need at least two hosts that ran the same cases"]
    if not slow:
        return [f"no stragglers: no host is more than {TOLERANCE:.0%} and its interval below the fleet's median"]
    return [
        f"{entry.host} is a straggler: {entry.speed:.1%} of the typical speed over {entry.cases} cases; "
        "look at its environment with: innocap bench doctor"
        for entry in slow
    ]


def failure_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """One line per host without a result."""
    return [f"{outcome.host} failed: {outcome.problem}" for outcome in outcomes if outcome.file is None]
