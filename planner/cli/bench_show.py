"""`innocap bench`: the commands of the harness, whose `show` also writes reports.

The harness knows no report, and reports know no harness: `python -m bench show` prints a table and nothing else. Here,
where both meet, `show` takes several results and the forms and languages of `innocap report`. The harness reads, judges
and compares the results (`bench.cli.facts_of`, plain JSON); the report lays that out (`planner.report.measured`).
"""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli import bench as harness
from bench.cli import facts_of
from planner.cli.frame import BAD_INPUT, fail, failures
from planner.cli.report import keep, wanted


@click.command()
@click.argument("results", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "forms", metavar="FORM,...", help="Write a report: html, pdf, docx, xlsx, md.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The report; for several forms its stem.")
@click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the report."
)
@click.option("--template", type=click.Path(path_type=Path), help="Word file whose styles are used.")
@click.option("--force", is_flag=True, help="Replace reports that exist.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@click.option("--threads", type=click.IntRange(min=1), help="Only cases of this number of threads.")
@click.pass_context
def show(
    ctx: click.Context,
    results: tuple[Path, ...],
    forms: str | None,
    output: Path | None,
    lang: str,
    template: Path | None,
    force: bool,
    as_json: bool,
    markdown: bool,
    threads: int | None,
) -> None:
    """Results of the benchmark as tables, or with --format or -o as a report.

    Several RESULTS are laid side by side, and each later one is compared with the first; that their machines differ is
    said, never passed over.

    \b
      innocap bench show mine.json
      innocap bench show mine.json other.json --format html,xlsx --lang zh -o bench-report
    """
    if forms is None and output is None:
        _print(ctx, results, as_json=as_json, markdown=markdown, threads=threads)
        return
    if as_json or markdown:
        fail("--json and --markdown print; --format and -o write a report: give one or the other", BAD_INPUT)
    with failures():
        from planner.report import write
        from planner.report.measured import compose

        chosen, stem = wanted(output or Path("bench-report"), forms)
        keep(stem, chosen, force)
        for path in write(compose(facts_of(results, threads), lang), stem, chosen, template=template):
            click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB", err=True)


def _print(
    ctx: click.Context, results: tuple[Path, ...], *, as_json: bool, markdown: bool, threads: int | None
) -> None:
    """The tables of the harness, one result after the other."""
    if as_json and len(results) > 1:
        fail(f"--json prints one result, and {len(results)} were given", BAD_INPUT)
    for result in results:
        ctx.invoke(harness.commands["show"], result=result, as_json=as_json, markdown=markdown, threads=threads)


bench = click.Group("bench", {**harness.commands, "show": show}, help=harness.help)
