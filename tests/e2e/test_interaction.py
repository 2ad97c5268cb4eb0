"""What a reader can do: point, zoom, move a slider, sort and search tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Opener, until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def near(page: Page, figure: str) -> Locator:
    """A figure, scrolled to, whose drawings live."""
    found = page.locator(figure).first
    found.scroll_into_view_if_needed()
    page.wait_for_function(
        "(at) => [...document.querySelector(at).querySelectorAll('.drawing')].every((d) => d.dataset.live)", arg=figure
    )
    return found


@pytest.mark.parametrize("name", ["en", "zh", "specimen"])
def test_a_slider_moves_numbers_and_drawing(opened: Opener, reports: Mapping[str, Path], name: str) -> None:
    """The made-up plan orders alike in every year, so that only its numbers move; the specimen's drawing moves too."""
    with opened(reports[name]) as page:
        figure = near(page, "figure.slider")
        range_, output = figure.locator("input[type=range]"), figure.locator(".control output")

        def state() -> tuple[str, str, str]:
            until(page, "document.querySelectorAll('figure.slider .live').length === 1")
            texts = figure.locator(".live svg text").all_text_contents()
            return output.inner_text(), figure.locator(".frame:visible").inner_text(), " ".join(texts)

        before = state()
        range_.press("ArrowLeft")
        after = state()
        moved = [one != other for one, other in zip(before, after, strict=True)]
        assert moved == [True, True, name == "specimen"]
        assert range_.get_attribute("aria-valuetext") == after[0]
        range_.press("ArrowRight")
        assert state() == before
        range_.press("Home")
        assert output.inner_text() == figure.locator(".frame").first.get_attribute("data-name")


def test_play_goes_through_the_frames_and_stops(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["specimen"]) as page:
        figure = near(page, "figure.slider")
        play, output = figure.locator("button.play"), figure.locator(".control output")
        assert output.inner_text() == "2027"
        play.press("Enter")
        assert output.inner_text() == "2026"
        until(page, "document.querySelector('figure.slider .control output').textContent === '2027'")
        assert "Play" in play.inner_text()


def test_tables_sort_by_value_and_back(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["specimen"]) as page:
        table = page.locator("#table-every_measure")
        rows = "rows => rows.map((row) => row.cells[0].textContent.trim())"

        def order() -> list[str]:
            return list(table.locator("tbody tr").evaluate_all(rows))

        given = order()
        values = {f"row {at}": value for at, value in enumerate(VALUES)}
        head = table.locator("thead th").nth(2)
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "descending"
        known = sorted((name for name, value in values.items() if value is not None), key=lambda n: -values[n])  # type: ignore[operator]
        assert order()[: len(known)] == known
        head.locator("button").press("Enter")
        assert head.get_attribute("aria-sort") == "ascending"
        assert order()[: len(known)] == known[::-1]
        assert set(order()[len(known) :]) == {name for name, value in values.items() if value is None}
        head.locator("button").press("Space")
        assert head.get_attribute("aria-sort") is None
        assert order() == given


VALUES = (0.0, 1.0, -3.5, 0.000123, 1.9e-7, 12.345, 99.96, 1234.5, 1234567.89, 0.9995, None, None, None)


def test_names_sort_as_names(opened: Opener, reports: Mapping[str, Path]) -> None:
    """Chinese names by pinyin, as the browser's own collation has it."""
    with opened(reports["zh"]) as page:
        table = page.locator("section > .tablebox:has(.filter)").first
        head = table.locator("thead th").first
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        names = table.locator("tbody tr").evaluate_all("rows => rows.map((row) => row.cells[0].textContent.trim())")
        assert names == page.evaluate(
            "(all) => [...all].sort(new Intl.Collator('zh-Hans-CN', { numeric: true }).compare)", names
        )
        assert len(set(names)) > 20


def test_a_long_table_opens_and_is_searched(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["en"]) as page:
        table = page.locator("section > .tablebox:has(.filter)").first
        all_rows = table.locator("tbody tr").count()
        assert all_rows == 31
        assert table.locator("tbody tr:visible").count() == 12
        table.locator("button.more").click()
        assert table.locator("tbody tr:visible").count() == all_rows
        table.locator("button.more").press("Enter")
        assert table.locator("tbody tr:visible").count() == 12
        table.locator("input[type=search]").fill("jiang")
        found = table.locator("tbody tr:visible th").all_text_contents()
        assert len(found) == 5
        assert all("jiang" in name.lower() for name in found)
        assert table.locator("[role=status]").inner_text() == "5 of 31 rows"
        table.locator("input[type=search]").fill("nowhere at all")
        assert table.locator("tbody tr:visible").count() == 0
        table.locator("input[type=search]").fill("")
        assert table.locator("tbody tr:visible").count() == 12


def test_pointing_tells_the_value(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["en"]) as page:
        figure = near(page, "figure.chart")
        tile = figure.locator(".drawing.scaled .live .mark-rect path").first
        tile.hover()
        tip = page.locator(".tip")
        assert tip.is_visible()
        assert ":" in tip.inner_text()
        page.mouse.wheel(0, 50)
        until(page, "document.querySelector('.tip').hidden")


def test_charts_zoom_by_button_key_and_mouse(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["specimen"]) as page:
        near(page, "figure#figure-lines")
        figure = page.locator("figure#figure-lines")
        bar = figure.locator(".zoom")

        def labels() -> list[str]:
            page.wait_for_timeout(250)
            return sorted(figure.locator(".live .role-axis-label text").all_text_contents())

        whole = labels()
        bar.locator("button").first.click()
        near_by = labels()
        assert near_by != whole
        bar.locator("button").first.press("ArrowRight")
        assert labels() != near_by
        bar.locator("button").first.press("0")
        assert labels() == whole
        figure.locator(".drawing").hover()
        page.keyboard.down("Control")
        page.mouse.wheel(0, -400)
        page.keyboard.up("Control")
        assert labels() != whole
        figure.locator(".drawing").dblclick()
        assert labels() == whole


def test_bars_do_not_zoom(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["en"]) as page:
        figure = page.locator("figure.chart:has(.mark-rect)").nth(1)
        figure.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        assert figure.locator(".zoom").count() == 0


def test_charts_follow_the_width_of_the_window(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["specimen"]) as page:
        figure = near(page, "figure#figure-lines")
        widths = "document.querySelector('figure#figure-lines .live svg').getBoundingClientRect().width"
        before = page.evaluate(widths)
        page.set_viewport_size({"width": 360, "height": 800})
        until(page, f"{widths} < 340")
        size = figure.locator(".live .role-axis-label text").first.evaluate(
            "(text) => text.getBoundingClientRect().height"
        )
        assert before > 600
        assert size > 9
