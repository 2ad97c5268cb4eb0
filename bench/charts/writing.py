"""A roofline as a file: SVG and PNG are drawn by vl-convert, a page carries Vega inside and needs no network."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.charts.places import Place, Roof, places, roofs, thread_counts
from bench.charts.roofline import Spec, bars, roofline
from bench.load import ResultError
from bench.result import Result, known
from bench.tables import size_text

WIDE, HIGH = 880, 520
NARROW, NARROW_HIGH = 268, 380
LIGHT = {"ink": "#1b2330", "muted": "#5a6472", "paper": "#ffffff", "rule": "#e6eaee"}
DARK = {"ink": "#e6e9ee", "muted": "#a2acb9", "paper": "#14181f", "rule": "#2a313b"}
ENDINGS = (".html", ".svg", ".png")
PNG_SCALE = 2.0


def draw(result: Result, path: Path, threads: int | None = None) -> None:
    """Write the roofline of a result to a file; its ending says how: .html, .svg or .png.

    Args:
        result: with ceilings.
        path: what to write.
        threads: only this thread count; else a page shows all of them and a picture the largest.

    Raises:
        ResultError: another ending, no such thread count, vl-convert is missing, or the disk refuses.
    """
    if path.suffix not in ENDINGS:
        raise ResultError(f"{path}: no picture can end with {path.suffix!r}; use one of {', '.join(ENDINGS)}")
    found = thread_counts(result)
    if not found:
        raise ResultError("the result has no timed kernel but ceilings; run a suite with workloads, such as quick")
    if threads is not None and threads not in found:
        raise ResultError(f"nothing was measured with {threads} threads, only with {', '.join(map(str, found))}")
    chosen = found if threads is None else [threads]
    vl_convert = _vl_convert()
    if path.suffix == ".html":
        content = page(result, chosen, vl_convert.javascript_bundle()).encode()
    elif path.suffix == ".svg":
        content = vl_convert.vegalite_to_svg(picture(result, chosen[0])).encode()
    else:
        content = vl_convert.vegalite_to_png(picture(result, chosen[0]), scale=PNG_SCALE)
    write(path, content)


def write(path: Path, content: bytes) -> None:
    """Put the bytes at `path`, making its folder. Raises ResultError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ResultError(f"{path}: cannot be written: {error.strerror}; choose another place with -o") from None


def _vl_convert() -> ModuleType:
    try:
        import vl_convert
    except ImportError:
        raise ResultError(
            'charts are drawn with vl-convert-python, which is not installed: pip install "innocap[report]"'
        ) from None
    module: ModuleType = vl_convert
    return module


def picture(result: Result, threads: int) -> Spec:
    """Both charts of a thread count as one Vega-Lite specification, on white."""
    found, ceilings = places(result, threads), roofs(result, threads)
    title = {"text": f"Roofline, {_threads(threads)}", "subtitle": machine(result), "anchor": "start", "offset": 14}
    charts = {
        "vconcat": _charts(found, ceilings, WIDE, HIGH),
        "resolve": {"scale": {"color": "independent", "shape": "independent"}},
    }
    return themed({"title": title, "spacing": 36, **charts}, LIGHT)


def machine(result: Result) -> str:
    """Processor, memory, suite and time in one line."""
    passport = result.machine.passport
    cpu, cores = known(passport, "cpu_model") or "unnamed processor", known(passport, "cores") or "?"
    head = f"{cpu}, {cores} cores, {size_text(known(passport, 'memory_bytes'))}"
    return f"{head}; suite {result.suite}, {result.created}; the machine was {result.environment.verdict}"


def _charts(found: Sequence[Place], ceilings: Sequence[Roof], width: int, height: int) -> list[Spec]:
    charts = [roofline(found, ceilings, width, height)]
    without = any(place.gb_per_s and not place.intensity for place in found)
    return [*charts, bars(found, width)] if without else charts


def _threads(count: int) -> str:
    return f"{count} thread{'s' if count > 1 else ''}"


def themed(spec: Spec, theme: dict[str, str]) -> Spec:
    """A specification with colours and fonts; `ink`, `muted` and `paper` are parameters that its marks use."""
    axis = {
        "labelColor": theme["muted"],
        "titleColor": theme["muted"],
        "titleFontWeight": "normal",
        "gridColor": theme["rule"],
        "domainColor": theme["rule"],
        "tickColor": theme["rule"],
        "labelFontSize": 11,
        "titleFontSize": 12,
    }
    title = {"color": theme["ink"], "subtitleColor": theme["muted"], "fontSize": 17, "subtitleFontSize": 12}
    legend = {"orient": "top", "labelColor": theme["ink"], "titleColor": theme["muted"], "titleFontWeight": "normal"}
    config = {
        "background": theme["paper"],
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": axis,
        "title": title,
        "legend": {**legend, "symbolSize": 90, "labelFontSize": 12},
    }
    named = [{"name": name, "value": theme[name]} for name in ("ink", "muted", "paper")]
    return {**spec, "params": named, "config": config, "padding": 4}


def page(result: Result, threads: Sequence[int], library: str) -> str:
    """An interactive page with a section per thread count.

    Args:
        result: with ceilings.
        threads: which counts, in this order.
        library: Vega, Vega-Lite and Vega-Embed as one script.
    """
    sections = "\n".join(_section(result, count) for count in threads)
    style, script = ((files("bench.charts") / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark"><title>Roofline</title>',
            f"<style>{style}</style></head><body><main><h1>Roofline</h1><p>{escape(machine(result))}</p>",
            sections,
            READING,
            f'<script type="module" src="data:text/javascript;base64,{_base64(library)}"></script>',
            f'<script type="module">{script}</script></main></body></html>\n',
        )
    )


READING = (
    '<p class="reading">Every kernel stands at its FLOP per byte by the formula of its work, below the ceilings that '
    "this machine reached itself. Hollow points: the bytes that hardware counters saw. Point at a kernel for its "
    "figures; click on the legend to see one kind alone.</p>"
)


def _section(result: Result, threads: int) -> str:
    found, ceilings = places(result, threads), roofs(result, threads)
    wide, narrow = _charts(found, ceilings, WIDE, HIGH), _charts(found, ceilings, NARROW, NARROW_HIGH)
    charts = "\n".join(
        f'<div class="chart"><script type="application/json">{_data(pair)}</script></div>'
        for pair in zip(wide, narrow, strict=True)
    )
    return f"<section><h2>{_threads(threads)}</h2>{charts}</section>"


def _data(pair: tuple[Spec, Spec]) -> str:
    """A chart for wide and narrow windows, in both themes, as JSON that cannot end its script element."""
    themes = {"light": LIGHT, "dark": DARK}
    sizes = dict(zip(("wide", "narrow"), pair, strict=True))
    charts: dict[str, Any] = {"specs": sizes, "themes": {name: themed({}, theme) for name, theme in themes.items()}}
    return json.dumps(charts, separators=(",", ":")).replace("<", "\\u003c")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
