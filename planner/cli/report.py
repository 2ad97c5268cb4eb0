"""`innocap report`: plans as a web page, PDF, Word, Excel or Markdown, in English or Chinese."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.frame import BAD_INPUT, fail, failures

if TYPE_CHECKING:
    from planner.report import Form

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("plans", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The file; for several forms its stem."
)
@click.option("--format", "forms", metavar="FORM,...", help="html, pdf, docx, xlsx, md; default: by the suffix.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language.")
@click.option("--bench", "result", type=click.Path(path_type=Path), help="Benchmark result to show with its roofline.")
@click.option("--frontier", type=FOLDER, help="Folder of innocap plan frontier.")
@click.option("--ladder", type=FOLDER, help="Folder of innocap plan ladder.")
@click.option("--alternatives", type=FOLDER, help="Folder of innocap plan alternatives.")
@click.option("--sweep", type=FOLDER, help="Folder of innocap plan sweep.")
@click.option("--map", "shapes", type=click.Path(path_type=Path), help="GeoJSON of the regions, instead of tiles.")
@click.option("--map-number", default="", metavar="TEXT", help="Approval number printed under every map.")
@click.option("--template", type=click.Path(path_type=Path), help="Word file whose styles are used.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def report(
    plans: tuple[Path, ...],
    output: Path,
    forms: str | None,
    lang: str,
    result: Path | None,
    shapes: Path | None,
    map_number: str,
    template: Path | None,
    force: bool,
    **folders: Path | None,
) -> None:
    """Report on PLANS; the first is the plan, the others are compared with it.

    Plans that differ in nothing but the elasticity set are shown as its robustness.
    """
    with failures():
        from planner.plan import read
        from planner.report import compose, outline, studies, write

        chosen, stem = wanted(output, forms)
        keep(stem, chosen, force)
        found = [read(folder) for folder in plans]
        regions = found[0].summary["regions"]
        composed = compose(
            found,
            lang,
            bench=None if result is None else _read_json(result),
            studies=studies.read(**folders),
            outline=None if shapes is None else outline.read(shapes, regions, map_number),
        )
        for path in write(composed, stem, chosen, template=template):
            click.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB", err=True)


def wanted(output: Path, forms: str | None) -> tuple[list[Form], Path]:
    """The forms asked for, and where they go without their suffix."""
    from planner.report import FORMS, form_of

    suffixes = {form.suffix: form.id for form in FORMS}
    stem = output.with_suffix("") if output.suffix in suffixes else output
    ids = forms.split(",") if forms else [suffixes.get(output.suffix, "html")]
    return [form_of(id.strip()) for id in dict.fromkeys(ids)], stem


def keep(stem: Path, forms: list[Form], force: bool) -> None:
    """A report may have been edited by hand: files that exist stay, unless --force was given."""
    there = [path for form in forms if (path := stem.with_name(stem.name + form.suffix)).exists()]
    if there and not force:
        fail(f"{', '.join(map(str, there))}: exists; give another --output, or --force to replace it", BAD_INPUT)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
        return dict(found)
    except (OSError, ValueError, TypeError) as error:
        fail(f"{path}: not a readable benchmark result: {error}", BAD_INPUT)
