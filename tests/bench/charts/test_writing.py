"""Files: a page without network, an SVG, a PNG; and one message for whatever is wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.charts.writing import DARK, LIGHT, draw, page, picture
from bench.load import ResultError
from bench.result import WorkCount
from tests.bench.test_cli import called, refused, stored
from tests.bench.toys import case, result

EVIL = "</script><script>alert(1)</script>"
COPY = WorkCount(0, 1e8, 1e8, "f")
FOUND = result([case(), case("copy", work=COPY), case("gemm", threads=1, limit="compute")])


def test_a_page_holds_everything_and_reaches_for_nothing() -> None:
    text = page(FOUND, [2, 1], "window.vegaEmbed = () => 0;")
    assert text.count('<div class="chart">') == 3
    assert "2 threads" in text
    assert "1 thread<" in text
    assert not re.search(r"(src|href)=\"(?!data:)|https?://|@import", text)


def test_a_page_has_both_themes_and_both_widths() -> None:
    data = re.search(r'<script type="application/json">(.*?)</script>', page(FOUND, [2], ""), re.DOTALL)
    assert data is not None
    found = json.loads(data.group(1))
    assert set(found["specs"]) == {"wide", "narrow"}
    assert found["specs"]["narrow"]["width"] < 320 < found["specs"]["wide"]["width"]
    assert {name: theme["config"]["background"] for name, theme in found["themes"].items()} == {
        "light": LIGHT["paper"],
        "dark": DARK["paper"],
    }


def test_names_cannot_end_their_script() -> None:
    text = page(result([case(EVIL)], suite=EVIL), [2], "")
    assert "<script>alert" not in text
    assert text.count("<script") == text.count("</script>")


def test_a_picture_is_of_one_thread_count() -> None:
    assert "2 threads" in picture(FOUND, 2)["title"]["text"]
    assert len(picture(FOUND, 2)["vconcat"]) == 2
    assert len(picture(FOUND, 1)["vconcat"]) == 1


def test_svg_and_png_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    draw(FOUND, tmp_path / "new" / "r.svg")
    drawn = ElementTree.fromstring((tmp_path / "new" / "r.svg").read_text("utf-8"))
    texts = {element.text for element in drawn.iter() if element.tag.endswith("text")}
    assert {"memory 40.0 GB/s", "fp64 100 GFLOP/s", "toy", "copy", "Roofline, 2 threads"} <= texts
    draw(FOUND, tmp_path / "r.png", threads=1)
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_carries_vega(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    draw(FOUND, tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size > 500_000


@pytest.mark.parametrize(
    ("name", "threads", "told"),
    [
        ("r.gif", None, "no picture can end with '.gif'; use one of .html, .svg, .png"),
        ("r", None, "no picture can end with ''"),
        ("r.svg", 64, "nothing was measured with 64 threads, only with 2, 1"),
    ],
)
def test_bad_requests_are_told(tmp_path: Path, name: str, threads: int | None, told: str) -> None:
    with pytest.raises(ResultError, match=re.escape(told)):
        draw(FOUND, tmp_path / name, threads)


def test_nothing_to_draw_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no timed kernel but ceilings"):
        draw(result([case("stream_triad")]), tmp_path / "r.svg")


def test_a_missing_package_is_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(ResultError, match=r'pip install "innocap\[report\]"'):
        draw(FOUND, tmp_path / "r.svg")


def test_the_command_draws_and_shows(tmp_path: Path) -> None:
    pytest.importorskip("vl_convert")
    path = stored(tmp_path / "r.json", FOUND)
    done = called("roofline", path, "-o", tmp_path / "r.svg", "--threads", 2)
    assert done.exit_code == 0
    assert f"written to {tmp_path / 'r.svg'}" in done.stderr
    assert "2 threads, from few to many FLOP per byte" in done.stderr
    refused(called("roofline", path, "--threads", 64), 2, "nothing was measured with --threads 64")
    refused(called("roofline", path, "-o", tmp_path / "r.bmp"), 2, ".bmp")
    blocked = stored(tmp_path / "file", "")
    refused(called("roofline", path, "-o", blocked / "r.svg"), 2, "cannot be written")
