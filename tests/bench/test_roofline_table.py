"""The roofline in a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.result import Ceiling, Traffic, WorkCount
from bench.roofline_table import GAUGE, gauge, roofline_parts
from tests.bench.toys import case, result

PLACED = {"ceiling": "dram_gb_per_s", "fraction_of_ceiling": 0.75}
REGISTERS = WorkCount(1e9, 0.0, 0.0, "f")


def told(*cases: object, threads: int | None = None, **changes: object) -> str:
    stream = io.StringIO()
    screen = Console(file=stream, width=120, highlight=False)
    for part in roofline_parts(result(cases, **changes), threads):  # type: ignore[arg-type]
        screen.print(part)
    return stream.getvalue()


def test_ceilings_and_places_are_listed() -> None:
    text = told(case(**PLACED), case("nbody", work=REGISTERS))
    assert "dram_gb_per_s" in text
    assert "stream_triad" in text
    assert "75% ████████████ " in text
    assert text.index("toy") < text.index("registers")
    assert max(map(len, text.splitlines())) <= 120


def test_ceilings_are_not_listed_as_kernels() -> None:
    assert "thread" not in told(case("stream_triad")).partition("measured by")[2]


def test_every_thread_count_has_its_table_unless_one_is_chosen() -> None:
    cases = [case(), case(threads=1)]
    both = told(*cases, ceilings={"dram_gb_per_s@1": Ceiling(20.0, 19.0, 20.0, 1, "sum")})
    assert both.index("2 threads, ") < both.index("1 thread, ")
    single = told(*cases, threads=1)
    assert "1 thread, " in single
    assert "2 threads" not in single
    assert "fma_fp64_gflops" not in single


def test_counted_bytes_stand_beside_the_model() -> None:
    text = told(case(traffic=Traffic("misses", 1e10)), case("other", traffic_reason="none"))
    assert "counted" in text
    assert " 0.1 " in text
    assert "counted: FLOP per byte by misses" in text
    assert "not counted" not in text


def test_why_bytes_were_not_counted_is_told_once() -> None:
    text = told(case(traffic_reason="a virtual machine"), case("b", traffic_reason="a virtual machine"))
    assert text.count("bytes were not counted: a virtual machine") == 1


def test_what_is_too_fast_is_told() -> None:
    assert "toy/quick/t2 is refused: it counts too" in told(case(verdict="refused", remedy="it counts too many bytes"))


@pytest.mark.parametrize(("fraction", "bar"), [(None, ""), (0.0, ""), (0.125, "██"), (0.16, "██▌"), (1.0, "█" * GAUGE)])
def test_the_gauge_by_hand(fraction: float | None, bar: str) -> None:
    assert gauge(fraction) == bar


@given(st.floats(-1, 10))
def test_the_gauge_never_overflows(fraction: float) -> None:
    assert len(gauge(fraction)) <= GAUGE
