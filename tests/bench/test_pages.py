"""Pages of the documentation: complete, well-formed, and up to date."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from bench.cli import bench
from bench.decode import dumps
from bench.pages import kernels_page, results_page, table
from bench.result import Machine, PeerSkip, PeerTime
from kernels import KERNELS
from tests.bench.toys import PASSPORT, case, result

ROOT = Path(__file__).parent.parent.parent


def rows_of(page: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]


def test_the_page_of_the_kernels_is_the_one_in_the_repository() -> None:
    """After a change: innocap bench list --markdown > docs/kernels.md."""
    assert (ROOT / "docs" / "kernels.md").read_text("utf-8") == kernels_page(KERNELS)


def test_every_kernel_has_one_row_with_its_goals() -> None:
    rows = {row[0].strip("`"): row for row in rows_of(kernels_page(KERNELS))}
    for kernel in KERNELS:
        assert rows[kernel.name][1] == kernel.story
        for library, ratio in kernel.goals.items():
            assert f"{ratio:g} {library}" in rows[kernel.name][4]


def test_every_file_tells_formula_work_and_source() -> None:
    for block in re.findall(r"```text\n(.*?)```", kernels_page(KERNELS), re.DOTALL):
        for label in ("Formula ", "Work ", "Source "):
            assert re.search(f"^{label}", block, re.MULTILINE), block


FAST = PeerTime("C loops", "cc 12", (0.02,), 0.02, 2.0, 1.9, 2.1)
SLOW = PeerTime("torch mm", "torch 2", (0.005,), 0.005, 0.5, 0.4, 0.6)
PLAIN = PeerTime("plain loops", "numba", (0.1,), 0.1, 10.0, 9.0, 11.0)


def test_the_results_page_tells_ratios_goals_and_what_was_missed() -> None:
    cases = [
        case("fast", threads=1, peers=(FAST, PeerSkip("torch mm", "not installed")), goals={"C": 1.5}, plain=PLAIN),
        case("slow", threads=1, peers=(SLOW,), goals={"best": 1.0, "C": 1.0}, verdict="noisy"),
        case("fast", threads=2, peers=(FAST,), goals={"C": 1.5}, cache="hit"),
    ]
    page = results_page(result(cases))
    rows = {row[0]: row for row in rows_of(page.split("## 2 threads")[0])}
    assert rows["`fast`"][6:11] == [
        "**2.00** (1.90-2.10) C loops",
        "1.5 C: reached 2.00",
        "10.0",
        "1.5 s, 150 calls",
        "",
    ]
    assert rows["`slow`"][7:11] == ["1 best: **missed**, 1 C: no peer", "", "1.5 s, not paid back", "noisy"]
    assert "geometric mean of 2 kernels: **1.00**; 1 of 2 goals reached" in page
    assert "- C loops: cc 12" in page
    assert "- torch mm: skipped, not installed" in page
    assert "Toy CPU, 2 cores, 8 GiB" in page


def test_goals_are_judged_on_one_thread_only() -> None:
    page = results_page(result([case("fast", threads=2, peers=(FAST,), goals={"C": 3})]))
    assert "missed" not in page
    assert "## 2 threads" in page


def test_a_run_without_peers_has_a_page_too() -> None:
    page = results_page(result([case("lonely", threads=1)]))
    assert "geometric" not in page
    assert "`lonely`" in page


def test_the_page_tells_the_command_and_the_width_that_was_forced() -> None:
    narrow = {**PASSPORT, "numba_flags": {"INNOCAP_SIMD_BITS": "256", "NUMBA_NUM_THREADS": "2"}}
    page = results_page(result([case()], settings={"peers": True}, suite="standard", machine=Machine(narrow)))
    assert "    INNOCAP_SIMD_BITS=256 innocap bench run --suite standard --peers -o RESULT\n" in page


def test_a_table_has_a_rule_under_its_head() -> None:
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_both_pages_come_from_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(dumps(result([case("lonely", threads=1)])))
    shown = CliRunner().invoke(bench, ["show", str(path), "--markdown"])
    assert shown.output.startswith("# What was measured")
    assert "innocap bench run --suite quick" in shown.output
    assert CliRunner().invoke(bench, ["list", "--markdown"]).output == kernels_page(KERNELS)


def test_the_command_of_a_page_names_the_only_thread_count() -> None:
    assert "innocap bench run --suite quick --threads 2 -o RESULT" in results_page(result([case()]))
    both = result([case()], settings={"threads": [1, 2], "peers": True})
    assert "innocap bench run --suite quick --peers -o RESULT" in results_page(both)


def test_only_one_thread_count_is_shown_where_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(dumps(result([case("one", threads=1), case("two", threads=2)])))
    shown = CliRunner().invoke(bench, ["show", str(path), "--markdown", "--threads", "1"])
    assert "`one`" in shown.stdout
    assert "`two`" not in shown.stdout
    refused = CliRunner().invoke(bench, ["show", str(path), "--threads", "3"])
    assert (refused.exit_code, "--threads 3: expected one of 1, 2" in refused.stderr) == (2, True)
