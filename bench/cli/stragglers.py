"""`bench stragglers`: which hosts of a fleet are slow."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.frame import NOT_VERIFIED, json_option, plain_errors, print_json, show, stop


@click.command()
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@plain_errors
def stragglers(results: tuple[Path, ...], as_json: bool) -> None:
    """Compare the hosts of a fleet by their RESULTS (files, one per host), the slowest first.

    A straggler is below the median speed of the fleet by more than its interval and 5 %.
    """
    from bench.fleet.stragglers import host_speeds
    from bench.fleet.table import hosts_table, straggler_lines
    from bench.result import read_result

    names = _names(results)
    found = {name: read_result(path) for name, path in names.items()}
    speeds = host_speeds(found)
    if not speeds:
        stop("no two of these results have a proven case in common; nothing to compare", NOT_VERIFIED)
    if as_json:
        print_json(speeds)
        return
    show(hosts_table(speeds, found), *straggler_lines(speeds))


def _names(paths: tuple[Path, ...]) -> dict[str, Path]:
    """Paths by file name without .json, by whole path where names repeat."""
    stems = [path.stem for path in paths]
    return {path.stem if stems.count(path.stem) == 1 else str(path): path for path in paths}
