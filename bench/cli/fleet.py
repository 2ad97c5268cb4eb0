"""`bench run --dask`: a suite on every host of a cluster."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.frame import NOT_VERIFIED, STOPPED, print_json, show, stop

if TYPE_CHECKING:
    from rich.progress import Progress

    from bench.fleet.cluster import Host, Outcome
    from bench.fleet.remote import Request

FOLDER = Path("bench-results")


def run_on_cluster(address: str, request: Request, folder: Path, *, resume: bool, force: bool, as_json: bool) -> None:
    """Run a suite on every host of a Dask cluster and say which hosts failed or fell behind."""
    from bench.fleet.cluster import connected, hosts_of, remarks, run_on_hosts
    from bench.fleet.remote import identity
    from bench.fleet.table import failure_lines

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with connected(address) as cluster:
        try:
            hosts, unusable = hosts_of(cluster)
            show(*remarks(hosts, identity()))
            with _bars() as bars:
                found = run_on_hosts(
                    cluster, hosts, request, folder, resume=resume, force=force, told=_reporter(bars, hosts)
                )
        except KeyboardInterrupt:
            stop(f"interrupted; finished hosts are kept in {folder}, go on with --resume", STOPPED)
    outcomes = [*found, *unusable]
    unproven = _summary(outcomes, folder, as_json)
    show(*failure_lines(outcomes))
    if unproven or any(outcome.file is None for outcome in outcomes):
        raise SystemExit(NOT_VERIFIED)


def _summary(outcomes: list[Outcome], folder: Path, as_json: bool) -> bool:
    """Tables of the hosts with a result; whether any of their cases is not proven."""
    from bench.fleet.stragglers import host_speeds
    from bench.fleet.table import BAD, hosts_table, straggler_lines
    from bench.result import read_result

    results = {outcome.host: read_result(outcome.file) for outcome in outcomes if outcome.file}
    speeds = host_speeds(results)
    if as_json:
        hosts = {outcome.host: {"file": str(outcome.file or ""), "problem": outcome.problem} for outcome in outcomes}
        print_json({"hosts": hosts, "speeds": speeds, "stragglers": [e.host for e in speeds if e.straggler]})
    if len(results) > 1:
        show(hosts_table(speeds, results), *straggler_lines(speeds))
    show(f"{len(results)} of {len(outcomes)} hosts finished; results are in {folder}")
    return any(case.verdict in BAD for result in results.values() for case in result.cases)


def _bars() -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from bench.tables import console

    screen = console()
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[line]}"),
    )
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def _reporter(bars: Progress, hosts: list[Host]) -> Callable[[str, str], None]:
    tasks = {host.name: bars.add_task(host.name, total=1.0, line="") for host in hosts}
    last: dict[str, str] = {}

    def report(host: str, line: str) -> None:
        if last.get(host) == line:
            return
        last[host] = line
        bars.update(tasks[host], line=line[:60], completed=_share(line))
        if bars.disable:
            print(f"{host}: {line}", file=sys.stderr, flush=True)

    return report


def _share(line: str) -> float:
    """Share of the cases that are done, from a line like "3/12 spmv"; 0 where it tells none."""
    from bench.fleet.cluster import FINISHED

    if line == FINISHED:
        return 1.0
    found = re.match(r"(\d+)/(\d+) (?!kernels compiled)", line)
    return int(found.group(1)) / max(int(found.group(2)), 1) if found else 0.0
