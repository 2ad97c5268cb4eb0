"""`bench compare`: what became slower or faster between two results, with exit codes for CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.frame import BAD_INPUT, NOT_VERIFIED, json_option, plain_errors, print_json, show, stop

if TYPE_CHECKING:
    from bench.compare import Comparison
    from bench.result import Result

SLOWER, NOTHING_COMPARED = 6, 7


def _share(_: click.Context, __: click.Parameter, text: str) -> float:
    """A share as "3%" or 0.03."""
    try:
        share = float(text.strip().removesuffix("%")) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise click.BadParameter(f"{text!r} is no share between 0 and 100%; write it like 3% or 0.03")
    return share


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--old", "more_old", multiple=True, type=click.Path(path_type=Path), help="One more OLD (repeatable).")
@click.option("--new", "more_new", multiple=True, type=click.Path(path_type=Path), help="One more NEW (repeatable).")
@click.option("--min-effect", callback=_share, default="3%", show_default=True, help="Smallest change that counts.")
@click.option("--unlike", is_flag=True, help="Compare although the machines differ.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page for a browser, too.")
@json_option
@plain_errors
def compare(
    old: Path,
    new: Path,
    more_old: tuple[Path, ...],
    more_new: tuple[Path, ...],
    min_effect: float,
    unlike: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """What became slower or faster from OLD to NEW.

    OLD and NEW are result files, or folders of them. With several runs a side, whole runs are compared, else
    processes, else samples.

    \b
    SLOWER, FASTER  at least the smallest change that counts, and surely no chance
    SAME            the whole 95 % interval lies below the smallest change
    UNCLEAR         too little was measured to tell

    \b
    Exit codes:
      0  no case is slower
      2  bad input, or the machines differ (see --unlike)
      4  a case with a time in OLD is wrong or failed in NEW
      6  a case is slower
      7  nothing could be compared, or every case is unclear
    """
    from bench.compare import compare as compared
    from bench.compare.table import comparison_parts

    sides = [[entry for path in paths for entry in _results(path)] for paths in ((old, *more_old), (new, *more_new))]
    found = compared(*sides, min_effect=min_effect, unlike=unlike)
    if html:
        _write(html, found)
    if as_json:
        print_json({"schema": "innocap.comparison/1", **_plain(found)})
    show(*comparison_parts(found), *([f"written to {html}"] if html else []))
    raise SystemExit(exit_code(found))


def exit_code(found: Comparison) -> int:
    """The code for CI: slower before broken before nothing."""
    if found.count("SLOWER"):
        return SLOWER
    if any(left.broken for left in found.left):
        return NOT_VERIFIED
    return NOTHING_COMPARED if found.count("UNCLEAR") == len(found.changes) else 0


def _results(path: Path) -> list[Result]:
    from bench.result import read_result

    if not path.is_dir():
        return [read_result(path)]
    files = sorted(path.glob("*.json"))
    if not files:
        stop(f"{path}: no result files (*.json) in this folder", BAD_INPUT)
    return [read_result(file) for file in files]


def _plain(found: Comparison) -> dict[str, object]:
    from bench.decode import encode

    return dict(encode(found))


def _write(path: Path, found: Comparison) -> None:
    from bench.compare.page import page
    from bench.disk import write_atomically

    write_atomically(path, page(found))
