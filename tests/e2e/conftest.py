"""Reports as a reader meets them: files on disk, opened by Chromium without a network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from planner.report import Report, compose
from planner.report.forms import html
from planner.report.measured import compose as compose_results
from tests.bench.made_up import made as bench_made
from tests.bench.made_up import told
from tests.planner.report.forms.specimen import specimen
from tests.planner.report.made_up import bench_result, three_plans

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of the system; tests are skipped where it or its driver is missing, or it cannot start."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test-e2e")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with driver.sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=found, args=QUIET)
        except driver.Error as error:
            pytest.skip(f"{found} does not start: {error.message.splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Files by name: the made-up plan and results in both languages, and every kind of block with harmful names."""
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    folder = tmp_path_factory.mktemp("reports")
    results = told(folder, [bench_made(), bench_made("second", factor=1.5, quiet="noisy")], ["mine.json", "other.json"])
    made: dict[str, Report] = {
        "en": compose(three_plans(), "en", bench=bench_result()),
        "zh": compose(three_plans(), "zh", bench=bench_result()),
        "bench-en": compose_results(results, "en"),
        "bench-zh": compose_results(results, "zh"),
        "specimen": specimen("en"),
    }
    for name, report in made.items():
        (folder / f"{name}.html").write_bytes(html.content(report))
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that the command writes on a plan that the solver made and the verifier passed."""
    folder = tmp_path_factory.mktemp("solved")
    page = folder / "tiny.html"
    command = [sys.executable, "-c", "from planner.cli import main; main()"]
    solve = ["plan", "solve", "configs/tiny/plan.yaml", "-o", str(folder / "plan")]
    report = ["report", str(folder / "plan"), "--lang", "zh", "-o", str(page)]
    for words in (solve, report):
        subprocess.run([*command, *words], cwd=ROOT, check=True, capture_output=True, timeout=200)
    return page


@pytest.fixture
def opened(browser: Browser) -> Opener:
    """Opens a file as a page; when it is closed, nothing was asked of any network and nothing went wrong."""

    @contextmanager
    def opening(path: Path, width: int = 1280, **options: Any) -> Iterator[Page]:
        settings = {"viewport": {"width": width, "height": 900}, "offline": True, "reduced_motion": "reduce"}
        context = browser.new_context(**(settings | options))
        page = context.new_page()
        page.set_default_timeout(20_000)
        wrong: list[str] = []
        asked: list[str] = []
        page.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        page.evaluate("window.innocapAsked = performance.getEntriesByType('resource').length")
        assert page.evaluate("innocapAsked") == 0
        context.close()
        assert wrong == []
        assert asked == [path.as_uri()]

    return opening


def read_through(page: Page) -> None:
    """Scroll down to the end as a reader would, until every chart lives."""
    page.evaluate(
        """async () => {
          for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
            scrollTo(0, y);
            await new Promise((done) => setTimeout(done, 25));
          }
          scrollTo(0, 0);
        }"""
    )
    until(page, "document.querySelectorAll('.drawing:not([data-live])').length === 0")


def until(page: Page, truth: str, seconds: float = 60) -> None:
    """Wait for an expression to be true; the wait of Playwright evaluates text in the page, which its policy bars."""
    for _ in range(int(seconds / 0.05)):
        if page.evaluate(truth):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not true after {seconds} s: {truth}")
