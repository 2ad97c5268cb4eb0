"""The page and the table of a comparison: whole, offline, escaped, within the terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.compare import Comparison, compare
from bench.compare.page import _axis, _percent, page
from bench.compare.table import comparison_parts
from bench.result import Machine, NoiseFloor
from tests.bench.compare.scenes import run
from tests.bench.toys import PASSPORT, case, result

EVIL = "<script>alert(1)</script>'\"&"


def changed() -> Comparison:
    return compare([run(1)], [run(2, factors={"k0": 1.3, "k1": 0.7})])


def told(found: Comparison) -> str:
    stream = io.StringIO()
    screen = Console(file=stream, width=120, highlight=False)
    for part in comparison_parts(found):
        screen.print(part, soft_wrap=isinstance(part, str))
    return stream.getvalue()


def test_every_case_has_its_mark() -> None:
    text = page(changed())
    assert text.count("<circle") == text.count("class='span'") == 20
    assert text.count(">SLOWER<") == text.count(">FASTER<") == 1
    assert text.index("k0/") < text.index("k1/")


def test_the_page_needs_no_network_and_no_script() -> None:
    text = page(changed())
    assert not re.search(r"https?://|<script|<link|@import|url\(", text)
    assert "prefers-color-scheme: dark" in text
    assert "width=device-width" in text


def test_its_marks_are_well_formed() -> None:
    drawings = re.findall(r"<svg.*?</svg>", page(changed()), re.DOTALL)
    assert len(drawings) == 21
    assert {ElementTree.fromstring(drawing).tag for drawing in drawings} == {"svg"}


def test_names_are_escaped() -> None:
    wrong = case("b", size=EVIL, verdict="wrong", samples_s=(), remedy=EVIL)
    old = result([case(size=EVIL), replace(wrong, verdict="ok", samples_s=(0.1,))], suite=EVIL)
    new = replace(old, run_id="new", cases=(old.cases[0], wrong), machine=Machine({**PASSPORT, "cpu_model": EVIL}))
    text = page(compare([old], [new], unlike=True))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4


def test_nothing_compared_is_said() -> None:
    found = compare([result([case("a")])], [result([case("b")], run_id="new")])
    assert "Nothing could be compared" in page(found)
    assert "nothing could be compared" in told(found)


@given(st.floats(-5, 5), st.floats(0.01, 2))
def test_marks_stay_on_the_axis(log_ratio: float, reach: float) -> None:
    assert 3 <= _percent(log_ratio, reach) <= 97
    assert _percent(-log_ratio, reach) == pytest.approx(100 - _percent(log_ratio, reach))


@pytest.mark.parametrize(("reach", "step"), [(0.1, "+5%"), (0.3, "+20%"), (1.38, "+100%")])
def test_the_axis_has_a_round_step(reach: float, step: str) -> None:
    assert step in _axis(reach)


def test_the_table_fits_the_terminal_and_sums_up() -> None:
    text = told(changed())
    table = text[text.index("case ") : text.index("20 cases compared")]
    assert max(map(len, table.splitlines())) <= 120
    assert "20 cases compared: 18 SAME, 1 FASTER, 1 SLOWER, 0 UNCLEAR" in text
    assert "geometric mean of new / old time" in text
    assert "+30" in text


def test_a_comparison_without_any_verdict_says_so() -> None:
    noisy = compare([run(1, 3, within=0.3, between=0.3)], [run(2, 3, within=0.3, between=0.3)])
    assert "every case is unclear: nothing was decided" in told(noisy)
    assert "nothing was decided" not in told(changed())


def test_the_table_tells_what_to_know() -> None:
    floor = NoiseFloor("stream_triad", 9, 0.02, 0.1)
    old = run(1, processes=1, noise_floor=floor)
    new = run(2, processes=1, machine=Machine({**PASSPORT, "cores": 4}))
    text = told(compare([old], [new], unlike=True))
    assert "up to 10.0%" in text
    assert "cores: 2 in OLD, 4 in NEW" in text
    assert "one process a side" in text
    assert "OLD and NEW are the same run" in told(compare([old], [old]))


def test_many_reasons_and_many_missing_cases_are_told_shortly() -> None:
    noisy = [replace(entry, conditions={"others_share": 0.5}) for entry in run(2).cases]
    slow = run(3, factors={f"k{number}": 1.5 for number in range(20)})
    text = told(compare([replace(slow, cases=tuple(noisy))], [slow]))
    assert "and 14 more: --json and --html say why" in text
    alone = told(compare([run(1)], [run(2, 1)]))
    assert "not compared, only in OLD: k1/quick/t2, k2/quick/t2, k3/quick/t2, k4/quick/t2 and 15 more" in alone
