"""The report of benchmark results: every number is that of the file, every verdict that of the harness."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from planner.report.blocks import Block, Chart, Commands, Figures, Fold, Grid, Note, Text, grids
from planner.report.document import Report
from planner.report.language import language
from planner.report.measured import compose
from planner.report.measured.change import short_name, threads_of
from planner.report.measured.context import by_threads, case_id, context, known
from planner.report.measured.origin import quoted
from planner.report.measured.peers import FASTER, SLOWER, UNSURE, colour_of
from planner.report.measured.samples import five
from planner.report.measured.scaling import at_most, speedups
from planner.report.numbering import numbering
from tests.bench.made_up import made, told

ORDER = ("summary", "comparison", "machine", "kernels", "roofline", "samples", "peers", "scaling", "provenance")


def flat(blocks: tuple[Block, ...]) -> list[Block]:
    return [inner for b in blocks for inner in (flat(b.blocks) if isinstance(b, Fold) else [b])]


def blocks_of(report: Report, id: str) -> list[Block]:
    return flat(next(section.blocks for section in report.sections if section.id == id))


def table(report: Report, id: str) -> Grid:
    return next(found for section in report.sections for found in grids(section.blocks) if found.id == id)


def column(found: Grid, at: int) -> list:
    return [row[at].value for row in found.rows]


def result_of(facts, at: int = 0):
    return facts["results"][at]["result"]


def ordered(facts, at: int = 0):
    return sorted(result_of(facts, at)["cases"], key=lambda c: (c["threads"], c["kernel"]))


def test_sections_stand_in_order_and_none_is_empty(one_report, two_report):
    assert [s.id for s in two_report.sections] == list(ORDER)
    assert [s.id for s in one_report.sections] == [id for id in ORDER if id != "comparison"]
    assert all(section.blocks for section in two_report.sections)


def test_ids_are_unique_and_short_enough_for_sheets(two_report):
    ids = [found.id for section in two_report.sections for found in grids(section.blocks)]
    assert len(ids) == len(set(ids))
    assert all(len(id) <= 31 for id in ids)
    numbers = numbering(two_report.sections)
    assert sorted(numbers.figures.values()) == list(range(1, len(numbers.figures) + 1))


def test_the_report_carries_the_time_of_its_newest_result(one_report, one):
    assert one_report.created == result_of(one)["created"]


def test_the_table_of_kernels_is_the_file(one_report, one):
    found = table(one_report, "bench_kernels")
    cases = ordered(one)
    assert column(found, 0) == [c["kernel"] for c in cases]
    assert column(found, 3) == [c["threads"] for c in cases]
    for at, key in ((4, "median_s"), (5, "low_s"), (6, "high_s")):
        wanted = [None if c[key] is None else 1000 * c[key] for c in cases]
        assert column(found, at) == wanted
    assert column(found, 8) == [c["gb_per_s"] for c in cases]
    assert column(found, 9) == [c["fraction_of_ceiling"] for c in cases]
    assert [row[11].mark for row in found.rows] == [c["verdict"] for c in cases]
    assert all(row[9].share is None or 0 <= row[9].share <= 1 for row in found.rows)


def test_wrong_and_noisy_cases_are_listed_but_nowhere_else(one_report):
    assert "broken" in column(table(one_report, "bench_kernels"), 0)
    others = [table(one_report, id) for id in ("bench_samples", "bench_peers", "roofline_fp64")]
    assert all("broken" not in str(column(found, 0)) for found in others)


def test_remarks_of_the_harness_are_told_in_its_own_words(one_report):
    remarks = dict(zip(*(column(table(one_report, "bench_remarks"), at) for at in (0, 1)), strict=True))
    assert remarks["stencil/quick/t2"] == "close other programs"
    assert remarks["broken/quick/t2"] == "off by one"


def test_roofline_data_follow_from_counts_and_ceilings(one_report, one):
    found = table(one_report, "roofline_fp32")
    assert column(found, 0) == ["gemm_fp32"]
    name, intensity, speed, allowed, share = (cell.value for cell in found.rows[0])
    assert intensity == pytest.approx(4e9 / 1.1e8)
    assert allowed == pytest.approx(min(200.0, 40.0 * 4e9 / 1.1e8))
    assert share == 0.5
    assert speed == next(c["gflops"] for c in result_of(one)["cases"] if c["kernel"] == name)


def test_quantiles_of_samples_are_those_of_numpy(one_report, one):
    found = table(one_report, "bench_samples")
    cases = [c for c in ordered(one) if c["median_s"]]
    for row, case in zip(found.rows, cases, strict=True):
        wanted = 1000 * np.quantile(case["samples_s"], [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1])
        assert [cell.value for cell in row[2:9]] == pytest.approx(list(wanted))
        assert row[1].value == len(case["samples_s"])
        assert row[9].value == case["spread"]["mad"]


def test_five_quantiles_of_a_ramp():
    assert five(range(101)) == (5, 25, 50, 75, 95)


def test_peers_are_ranked_with_interval_and_goal(one_report):
    found = table(one_report, "bench_peers")
    assert column(found, 1) == pytest.approx([1.2, 1.0, 0.9])
    assert column(found, 2) == pytest.approx([1.188, 0.99, 0.891])
    assert column(found, 4) == [1.0, 1.005, 1.0]
    everyone = table(one_report, "bench_all_peers")
    assert len(everyone.rows) == 6
    assert column(everyone, 6).count("not installed") == 3


def test_missed_goals_come_first(one_report):
    words, found = one_report.words, table(one_report, "bench_goals")
    assert column(found, 5) == [words.say("bench-goal-missed")] * 2 + [words.say("bench-goal-met")]


def test_speed_up_is_the_time_on_the_fewest_threads_over_time(one_report, one):
    medians = {case_id(c): c["median_s"] for c in result_of(one)["cases"]}
    found = table(one_report, "bench_speedup")
    for at, head in enumerate(found.columns[1:], 1):
        name = head.name
        wanted = medians[f"{name}/quick/t1"] / medians[f"{name}/quick/t2"]
        assert column(found, at) == pytest.approx([1.0, wanted])


def test_speedups_of_a_fit():
    points = [{"x": 1.0, "time_s": 4.0}, {"x": 2.0, "time_s": 2.0}, {"x": 4.0, "time_s": 1.6}]
    assert speedups({"points": points}) == {1: 1.0, 2: 2.0, 4: 2.5}
    slower = [*points[:2], {"x": 4.0, "time_s": 5.0}]
    assert at_most({"points": points}) == 2.5
    assert at_most({"points": slower}) == 0.8


def test_only_the_goal_against_the_peer_drawn_is_marked(tmp_path):
    first = made()
    goals = {"C": 1.1, "torch": 20.0}
    spmv = replace(first.cases[0], goals=goals)
    report = compose(told(tmp_path, [replace(first, cases=(spmv, *first.cases[1:]))]), "en")
    found = table(report, "bench_peers")
    assert column(found, 4)[column(found, 0).index("spmv")] == 1.1


def test_kernels_that_measure_ceilings_are_not_praised(tmp_path):
    first = made()
    peak = replace(first.cases[3], kernel="stream_triad", fraction_of_ceiling=1.0)
    report = compose(told(tmp_path, [replace(first, cases=(peak, *first.cases))]), "en")
    text = next(b for b in blocks_of(report, "kernels") if isinstance(b, Text)).paragraphs[0]
    assert "stream_triad" not in text
    assert text.endswith("gemm_fp32 stays furthest below (50.0\u00a0%).")


def test_the_comparison_is_that_of_the_harness(two_report, two):
    changes = sorted(two["comparisons"][0]["changes"], key=lambda change: -change["ratio"])
    found = table(two_report, "bench_change")
    assert column(found, 0) == [change["id"] for change in changes]
    for at, key in ((3, "ratio"), (4, "low"), (5, "high"), (6, "p")):
        assert column(found, at) == [change[key] for change in changes]
    mean, *counts = next(b for b in blocks_of(two_report, "comparison") if isinstance(b, Figures)).figures
    assert mean.value == f"{two['comparisons'][0]['mean']:.3f}"
    assert sum(int(figure.value) for figure in counts) == len(changes)


def test_unlike_machines_and_noise_are_said_where_they_are_compared(two_report, two):
    notes = [b.text for b in blocks_of(two_report, "comparison") if isinstance(b, Note)]
    what = "; ".join(two["comparisons"][0]["differences"])
    assert "cpu_model" in what
    assert any(what in text for text in notes)
    assert any(two_report.words.say("bench-noisy", count=1, names="=other") == text for text in notes)
    assert any(isinstance(b, Note) for b in blocks_of(two_report, "summary"))


def test_a_quiet_machine_is_not_warned_of(one_report):
    assert not any(isinstance(b, Note) for b in blocks_of(one_report, "summary"))


def test_a_run_compared_with_itself_is_said_to_be_so(tmp_path):
    report = compose(told(tmp_path, [made(), made()]), "en")
    texts = [b.text for b in blocks_of(report, "comparison") if isinstance(b, Note)]
    assert "r0 and r1 are the same run." in texts


def test_results_side_by_side(two_report, two):
    found = table(two_report, "bench_results")
    assert column(found, 0) == ["mine", "=other"]
    assert column(found, 4) == [len(result_of(two, at)["cases"]) for at in (0, 1)]
    assert column(found, 5) == [sum(c["verdict"] == "ok" for c in result_of(two, at)["cases"]) for at in (0, 1)]
    assert column(found, 6) == [40.0, 40.0]
    shares = [c["fraction_of_ceiling"] for c in result_of(two)["cases"] if c["median_s"]]
    assert column(found, 9)[0] == median(shares)
    assert [row[3].mark for row in found.rows] == ["quiet", "noisy"]


def test_key_figures_of_one_result(one_report, one):
    figures = next(b for b in blocks_of(one_report, "summary") if isinstance(b, Figures)).figures
    assert [figure.value for figure in figures[:3]] == ["40.0 GB/s", "200 GFLOP/s", "100 GFLOP/s"]
    assert figures[4].value == f"{one['results'][0]['means']['1']:.2f}"
    assert figures[5].value == "1/3"


def test_provenance_names_files_hashes_and_commands(two_report, two):
    found = table(two_report, "bench_files")
    assert column(found, 5) == [entry["sha256"] for entry in two["results"]]
    commands = next(b for b in blocks_of(two_report, "provenance") if isinstance(b, Commands)).lines
    assert "innocap bench run --suite quick --peers -o mine.json" in commands
    assert commands[-1].startswith("innocap bench show mine.json =other.json")


@pytest.mark.parametrize(("text", "word"), [("a.json", "a.json"), ("a b", "'a b'"), ("$(x)", "'$(x)'")])
def test_names_are_one_word_of_a_command(text, word):
    assert quoted(text) == word


def test_every_chart_tells_its_colours_and_can_be_drawn(two_report):
    from planner.report.drawing import svg

    charts = [b for section in two_report.sections for b in flat(section.blocks) if isinstance(b, Chart)]
    assert len(charts) >= 8
    for chart in charts:
        assert chart.conclusion
        for panel in chart.panels:
            assert panel.alt
            drawn = svg(panel.spec, 400)
            assert "<script" not in drawn


def test_charts_of_two_thread_counts_have_two_panels(one_report):
    samples = next(b for b in blocks_of(one_report, "samples") if isinstance(b, Chart))
    words = one_report.words
    assert [panel.title for panel in samples.panels] == [words.say("bench-threads", count=count) for count in (1, 2)]


def test_both_languages_hold_the_same_numbers(two):
    english, chinese = (compose(two, lang) for lang in ("en", "zh"))
    for a, b in zip(english.sections, chinese.sections, strict=True):
        for left, right in zip(grids(a.blocks), grids(b.blocks), strict=True):
            assert left.id == right.id
            values = [[[c.value for c in row if not isinstance(c.value, str)] for row in t.rows] for t in (left, right)]
            assert values[0] == values[1]


def test_no_message_is_missing_or_empty(two_report):
    texts = [text for s in two_report.sections for b in flat(s.blocks) if isinstance(b, Text) for text in b.paragraphs]
    assert all(text and "bench-" not in text for text in texts)


@pytest.mark.parametrize(("low", "high", "colour"), [(1.01, 1.2, FASTER), (0.8, 0.99, SLOWER), (0.9, 1.1, UNSURE)])
def test_the_colour_of_a_ratio_follows_its_interval(low, high, colour):
    assert colour_of(low, high) == colour


def test_files_of_one_name_are_numbered(tmp_path):
    facts = told(tmp_path, [made(), made("b"), made("c")], ["a/r.json", "b/r.json", "c/s.json"])
    assert [run.name for run in context(facts, language("en")).runs] == ["r (1)", "r (2)", "s"]
    report = compose(facts, "en")
    ids = [found.id for section in report.sections for found in grids(section.blocks)]
    assert len(ids) == len(set(ids))


def test_a_report_needs_a_result():
    with pytest.raises(ValueError, match="at least one result"):
        context({"results": []}, language("en"))


def test_a_result_without_samples_peers_and_ceilings_still_gives_a_report(tmp_path):
    bare = replace(made(), cases=tuple(c for c in made().cases if c.kernel == "broken"), ceilings={})
    report = compose(told(tmp_path, [bare]), "zh")
    assert [s.id for s in report.sections] == ["summary", "machine", "kernels", "provenance"]


def test_tiny_errors_are_not_shown_as_none(one_report):
    """One rounding of a double is allowed; that is not the same as nothing."""
    found = table(one_report, "bench_verified")
    assert set(column(found, 3)) == {"1.0e-15"}
    assert "1.0e-16" in column(found, 2)


def test_small_readers():
    assert known({"a": {"value": None, "reason": "x"}, "b": 0}, "a") is None
    assert known({"b": 0}, "b") == 0
    assert threads_of({"id": "a/b/t12"}) == 12
    assert by_threads([{"threads": 2}, {"threads": 1}]) == {1: [{"threads": 1}], 2: [{"threads": 2}]}
    same = [{"id": f"{k}/quick/t1", "kernel": k} for k in "ab"]
    assert short_name(same[0], same) == "a"
    assert short_name(same[0], [*same, {"id": "a/large/t1", "kernel": "a"}]) == "a/quick"


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_names_from_files_stay_text_in_every_form(two_report):
    import io

    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter", reason="the report extra is not installed")
    from planner.report.forms import excel, markdown

    assert "<script" not in markdown.content(two_report).decode()
    book = openpyxl.load_workbook(io.BytesIO(excel.content(two_report)))
    cells = [cell for page in book for row in page for cell in row if cell.value is not None]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
