"""`bench scale`: latency and bandwidth of transfers, serial share of threads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.frame import NOT_VERIFIED, json_option, plain_errors, print_json, show, stop

if TYPE_CHECKING:
    from bench.scaling import Parameter
    from bench.scaling_points import Scaling


@click.command()
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kernel", "kernels", multiple=True, help="Only this kernel, over sizes as well (repeatable).")
@json_option
@plain_errors
def scale(results: tuple[Path, ...], kernels: tuple[str, ...], as_json: bool) -> None:
    """How time grows with volume and with threads, fitted to the cases of one or several results."""
    from bench.reading import known_name
    from bench.result import read_result
    from bench.scaling_points import scalings

    read = [read_result(path) for path in results]
    for kernel in kernels:
        known_name(kernel, sorted({case.kernel for result in read for case in result.cases}), "--kernel")
    found = scalings(read, kernels)
    if not found:
        stop(
            "nothing to fit: it needs a kernel at two thread counts (innocap bench sweep spmv --threads powers), "
            "or a network kernel at two sizes (innocap bench sweep allreduce --sizes 1000,1000000)",
            NOT_VERIFIED,
        )
    if as_json:
        print_json(found)
        return
    show(*parts(found))


def parts(found: tuple[Scaling, ...]) -> list[Any]:
    """A table for each kind of fit, then what does not fit."""
    from bench.tables import grid

    lines: list[Any] = []
    for kind, title in TITLES.items():
        fits = [scaling for scaling in found if scaling.kind == kind]
        if not fits:
            continue
        names = list(dict.fromkeys(parameter.name for scaling in fits for parameter in scaling.fit.parameters))
        table = grid("kernel", "held", "points", *(HEADS[name] for name in names), "worst", left=("kernel", "held"))
        for scaling in fits:
            cells = {parameter.name: _cell(parameter) for parameter in scaling.fit.parameters}
            worst = f"{max(map(abs, scaling.fit.residuals)):.1%}"
            row = (scaling.kernel, scaling.held, str(len(scaling.points)))
            table.add_row(*row, *(cells.get(name, "") for name in names), worst)
        lines += [title, table, *_notes(fits), ""]
    return lines[:-1]


TITLES = {
    "transfer": "transfers: T = a + V / b",
    "strong": "threads, same work: T = T1 (1 + s (p - 1) + k p (p - 1)) / p, k with four thread counts",
    "weak": "threads, work grows with them: the same law for the time per unit of work",
}
HEADS = {
    "latency_s": "latency a, µs",
    "bandwidth_gb_per_s": "bandwidth b, GB/s",
    "half_speed_bytes": "half speed at, KiB",
    "serial_share": "serial share s, %",
    "crosstalk": "crosstalk k, %",
    "speedup_measured": "speed-up there",
    "speedup_limit": "limit",
    "best_threads": "best threads",
}
SCALES = {"latency_s": 1e6, "half_speed_bytes": 1 / 1024, "serial_share": 100.0, "crosstalk": 100.0}


def _cell(parameter: Parameter) -> str:
    from bench.tables import figure_text

    factor, ends = SCALES.get(parameter.name, 1.0), (parameter.value, parameter.low, parameter.high)
    value, low, high = ("∞" if end is None else figure_text(end * factor) for end in ends)
    return value if value == low == high else f"{value} ({low} to {high})"


def _notes(fits: list[Scaling]) -> list[str]:
    """What does not fit, each alone; what cannot be checked or was disturbed, in one line each."""
    wrong = [f"- {scaling.kernel}, {scaling.held}: {scaling.fit.note}" for scaling in fits if scaling.fit.fits is False]
    unchecked = [scaling.kernel for scaling in fits if scaling.fit.fits is None]
    if unchecked:
        note = next(scaling.fit.note for scaling in fits if scaling.fit.fits is None)
        wrong.append(f"- unchecked: {', '.join(dict.fromkeys(unchecked))}, {note}")
    noisy, points = sum(scaling.noisy for scaling in fits), sum(len(scaling.points) for scaling in fits)
    if noisy:
        wrong.append(
            f"- {noisy} of the {points} points are noisy: measure again on a quiet machine before relying on this"
        )
    return wrong
