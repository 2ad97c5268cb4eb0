"""The page as a whole: drawn with script and without, on a desk and on a phone, light and dark, on paper, by ear."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.conftest import Opener, read_through

NAMES = ("en", "zh", "bench-en", "bench-zh", "specimen")
WIDTHS = (1280, 390)
INKED = """(root) => [...document.querySelectorAll(root)].filter((box) => {
  const shape = [...box.querySelectorAll('path[d], rect, line, circle, text')];
  const seen = box.getBoundingClientRect();
  return !(shape.length > 3 && seen.width > 60 && seen.height > 40);
}).map((box) => box.closest('figure').id)"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_every_chart_lives_and_nothing_overflows(
    opened: Opener, reports: Mapping[str, Path], name: str, width: int
) -> None:
    with opened(reports[name], width) as page:
        read_through(page)
        assert page.evaluate(INKED, ".drawing .live") == []
        assert page.locator(".drawing .live svg").count() == page.locator(".drawing").count() > 4
        assert page.evaluate(OVERFLOW) == 0
        edges = page.locator(".drawing .live svg").evaluate_all(
            "all => all.map((s) => s.getBoundingClientRect().right)"
        )
        assert max(edges) <= width + 1


@pytest.mark.parametrize("name", NAMES)
def test_without_script_everything_reads(opened: Opener, reports: Mapping[str, Path], name: str) -> None:
    with opened(reports[name], java_script_enabled=False) as page:
        drawings = page.locator(".drawing .still svg")
        assert drawings.count() == page.locator(".drawing").count()
        for drawing in drawings.all():
            box = drawing.bounding_box()
            assert box is not None
            assert box["width"] > 100
            assert box["height"] > 40
        for slider in page.locator("figure.slider").all():
            assert slider.locator(".frame:visible").count() == 1
            assert not slider.locator("input[type=range]").is_visible()
            assert slider.locator(".control output").inner_text() != ""
        for table in page.locator("main > section > .tablebox").all():
            assert table.locator("tbody tr:visible").count() == table.locator("tbody tr").count()
        assert page.locator(".filter:visible, #page-dark:visible").count() == 0


def test_a_solved_plan_reported_by_the_command(opened: Opener, solved: Path) -> None:
    with opened(solved, 360) as page:
        read_through(page)
        assert page.evaluate(INKED, ".drawing .live") == []
        assert page.evaluate(OVERFLOW) == 0
        assert page.locator("html").get_attribute("lang") == "zh-Hans-CN"


def _brightness(page: object, what: str) -> float:
    """Relative brightness of a computed colour, 0 to 1; `what` is element, then property."""
    script = """([where, property]) => {
      const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
      canvas.fillStyle = getComputedStyle(document.querySelector(where))[property];
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
      return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    }"""
    return float(page.evaluate(script, what.rsplit(" ", 1)))  # type: ignore[attr-defined]


def test_the_page_follows_the_system_into_the_dark_charts_too(opened: Opener, reports: Mapping[str, Path]) -> None:
    for scheme, background, ink in (("light", 0.98, 0.2), ("dark", 0.12, 0.75)):
        with opened(reports["en"], color_scheme=scheme) as page:
            read_through(page)
            assert _brightness(page, "body backgroundColor") == pytest.approx(background, abs=0.05)
            assert _brightness(page, "body color") == pytest.approx(ink, abs=0.2)
            labels = _brightness(page, ".live .role-axis-label text fill")
            assert (labels > 0.5) == (scheme == "dark")
            swatch = _brightness(page, ".legend rect fill")
            drawn = _brightness(page, ".chart .still rect, .chart .still path[fill] fill")
            assert abs(swatch - _brightness(page, "body backgroundColor")) > 0.1
            assert drawn >= 0


def test_the_chosen_appearance_is_remembered(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["zh"], color_scheme="light") as page:
        button = page.locator("#page-dark")
        assert button.get_attribute("aria-pressed") == "false"
        button.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
        assert _brightness(page, "body backgroundColor") < 0.2
        page.evaluate("sessionStorage.clear()")
        again = page.context.new_page()
        again.goto(page.url)
        assert again.locator("#page-dark").get_attribute("aria-pressed") == "true"
        assert _brightness(again, "body backgroundColor") < 0.2
        again.locator("#page-dark").click()
        assert _brightness(again, "body backgroundColor") > 0.9


def test_paper_is_light_whole_and_without_controls(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["en"], color_scheme="dark") as page:
        read_through(page)
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert _brightness(page, "body backgroundColor") > 0.95
        assert page.locator("nav:visible, .filter:visible, .zoom:visible, .more:visible, .play:visible").count() == 0
        assert page.locator("main details:not([open])").count() == 0
        assert page.locator("figure tr:visible").count() == 0
        assert page.locator("main tbody tr:visible").count() == page.locator("section > :not(figure) tbody tr").count()
        assert page.locator(".chart .still svg:visible").count() == page.locator(".chart .drawing").count()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("main details[open]").count() == 0
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES)
def test_everything_has_a_name_for_those_who_do_not_see(opened: Opener, reports: Mapping[str, Path], name: str) -> None:
    """Read from the browser's accessibility tree, as a screen reader does."""
    spoken = {
        "button",
        "link",
        "image",
        "img",
        "slider",
        "searchbox",
        "region",
        "table",
        "navigation",
        "figure",
        "toolbar",
    }
    with opened(reports[name]) as page:
        read_through(page)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        session = page.context.new_cdp_session(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        seen = [node for node in nodes if not node.get("ignored") and node["role"]["value"] in spoken]
        assert {"button", "link", "table", "figure"} <= {node["role"]["value"] for node in seen}
        nameless = [node for node in seen if not node.get("name", {}).get("value", "").strip()]
        assert [node["role"]["value"] for node in nameless] == []


def test_the_keyboard_reaches_every_control(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["specimen"]) as page:
        read_through(page)
        page.evaluate(
            """() => document.querySelectorAll('a, button, input, summary, [tabindex="0"]').forEach((one, at) => {
              if (one.checkVisibility()) one.dataset.control = at;
            })"""
        )
        controls = set(page.eval_on_selector_all("[data-control]", "all => all.map((one) => one.dataset.control)"))
        reached: set[str] = set()
        for _ in range(3 * len(controls)):
            page.keyboard.press("Tab")
            at = page.evaluate("document.activeElement?.dataset.control ?? ''")
            if at in reached and at == min(controls, key=int):
                break
            reached.add(at)
        assert controls <= reached


def test_the_contents_follow_the_reader(opened: Opener, reports: Mapping[str, Path]) -> None:
    with opened(reports["en"]) as page:
        last = page.locator("nav a").nth(4)
        last.click()
        page.wait_for_function(
            "(hash) => document.querySelector('nav a[aria-current]')?.hash === hash",
            arg=last.get_attribute("href"),
        )
        page.locator(".skip").press("Enter")
        assert page.evaluate("document.activeElement.id") == "page-main"


def test_no_script_but_ours_runs(opened: Opener, reports: Mapping[str, Path], browser: object) -> None:
    """The policy of the page stops a script that is put into it, and eval: the positive control of the other tests."""
    context = browser.new_context(offline=True)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(reports["specimen"].as_uri())
    page.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.intruder = true';
          document.body.append(script);
        }"""
    )
    assert page.evaluate("window.intruder === undefined")
    assert page.evaluate(
        """() => new Promise((told) => setTimeout(() => {
          try { new Function('return 1')(); told(false); } catch { told(true); }
        }))"""
    )
    assert page.evaluate("fetch('https://example.invalid/').then(() => false, () => true)")
    context.close()
