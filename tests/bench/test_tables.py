"""What a terminal shows: within 100 columns, without colour codes where it is no terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bench.result import Environment, NoiseFloor, PeerSkip, PeerTime, Spread
from bench.tables import (
    WIDTH,
    best_peer,
    cases_table,
    compile_text,
    console,
    fact_text,
    goal_lines,
    passport_table,
    peer_notes,
    peer_text,
    percent_text,
    rate_text,
    remarks,
    result_parts,
    sample_lines,
    seconds_text,
    size_text,
    time_text,
)
from tests.bench.toys import PASSPORT, PEERS, case, result


def shown(*parts: object) -> str:
    screen = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    for part in parts:
        screen.print(part)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


LONG = case(
    "fma_peak_fp32",
    seconds=0.0123,
    spread=0.167,
    threads=128,
    fraction_of_ceiling=1.0,
    peers=(PeerTime("scipy csr, 1 thread", "scipy 1.17", (0.1,), 0.1, 12.55, 12, 13),),
    working_set_bytes=int(83.5 * 2**20),
    verdict="refused",
    remedy="too fast",
)


def test_every_figure_of_a_case_is_in_its_line_within_120_columns() -> None:
    text = shown(cases_table([LONG]))
    line = text.splitlines()[1]
    for figure in (
        "fma_peak_fp32",
        "83.5 MiB",
        "128",
        "12.3 ms ±16.7%",
        "100%",
        "12.55 scipy csr, 1 thread",
        "1.5 s",
        "refused",
    ):
        assert figure in line
    assert len(text.splitlines()) == 2
    assert max(map(len, text.splitlines())) <= 120


def test_cases_are_sorted_by_name_and_threads() -> None:
    cases = [case("b"), case("a", threads=4), case("a", threads=1)]
    lines = shown(cases_table(cases)).splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["a", "a", "b"]
    assert [line.split()[3] for line in lines] == ["1", "4", "2"]


def test_a_wrong_case_shows_no_time() -> None:
    wrong = case(median_s=None, compile_s=None, gflops=None, gb_per_s=None, verdict="wrong", remedy="y is off")
    assert shown(cases_table([wrong])).splitlines()[1].split() == ["toy", "64", "MiB", "2", "-", "wrong"]
    assert remarks([wrong]) == ["toy is wrong: y is off"]


def test_noisy_cases_share_one_line() -> None:
    cases = [case("a", verdict="noisy", remedy="x", spread=0.1), case("b", verdict="noisy", remedy="y", spread=0.3)]
    assert remarks([*cases, case()]) == ["2 noisy, the least certain is b: y"]


def test_the_best_peer_is_the_fastest_one() -> None:
    fast, slow = (PeerTime(name, "1", (1.0,), 1.0, ratio, ratio, ratio) for name, ratio in (("f", 0.8), ("s", 2.0)))
    both = case(peers=(slow, fast, PeerSkip("x", "absent")))
    assert best_peer(both) == fast
    assert peer_text(both) == "0.80 f"
    assert peer_text(case()) == ""


def test_peers_are_named_with_version_or_reason_once() -> None:
    assert peer_notes([case(peers=PEERS), case(peers=PEERS)]) == ["fast: fast 1.0", "slow: skipped, not installed"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.0, "12 s"), (0.01234, "12.3 ms"), (5e-6, "5 µs"), (3.2e-8, "32 ns"), (1.0, "1 s")]
)
def test_times_have_three_digits_and_a_unit(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_small_texts() -> None:
    assert time_text(case(seconds=0.01, spread=0.05)) == "10 ms ±5.0%"
    assert [rate_text(rate) for rate in (None, 0.0, 0.0123, 3.14, 217.3)] == ["", "", "0.012", "3.1", "217"]
    assert [percent_text(value) for value in (None, 0.874)] == ["", "87%"]
    assert [size_text(size) for size in (None, 5, 2048, 3 * 2**40)] == ["", "5 B", "2 KiB", "3.07e+03 GiB"]
    assert [compile_text(case(cache=kind)) for kind in ("miss", "hit", "none")] == ["1.5 s", "cached", ""]


def test_a_whole_result_fits_and_names_machine_and_environment() -> None:
    seen = Environment({}, {}, {}, "noisy", ("it runs on battery: plug it in",))
    text = shown(*result_parts(result([LONG, case(peers=PEERS)], environment=seen)))
    for word in (
        "Toy CPU, 2 cores, 8 GiB",
        "the machine was noisy",
        "- it runs on battery",
        "fma_peak_fp32 is refused",
    ):
        assert word in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_passport_shows_reasons_for_what_is_unknown() -> None:
    text = shown(passport_table(PASSPORT))
    assert "unknown: known only after a parallel kernel has run" in text
    assert "numpy 2.4.6, numba 0.68.1" in text
    assert "l1d 64 KiB, l2 2 MiB, l3 32 MiB" in text
    assert "_" not in text


def test_a_fact_is_one_line() -> None:
    assert fact_text({"commit": "abc", "changed": False}) == "commit abc"
    assert fact_text({"commit": "abc", "changed": True}) == "commit abc, changed"
    assert (fact_text(("avx2", "fma")), fact_text(()), fact_text(1024, is_bytes=True)) == ("avx2, fma", "none", "1 KiB")


def test_no_colour_codes_where_it_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(cases_table([LONG]))
    captured = capsys.readouterr()
    assert "\x1b" not in captured.err
    assert captured.out == ""


def test_remarks_on_samples_are_few() -> None:
    lines = sample_lines([replace(case(f"k{number}"), spread=Spread(0.01, 0, 0.0, 0.03)) for number in range(9)])
    assert lines[0].startswith("- k0/quick/t2: it became 3% slower")
    assert len([line for line in lines if "k8" in line]) == 0
    assert "more such remarks" in lines[-1]
    assert sample_lines([case()]) == sample_lines([]) == []
    assert sample_lines([replace(case(), spread=Spread(0.01, 0, 0.0, 0.03), verdict="refused")]) == []


def test_a_goal_missed_by_less_than_the_noise_floor_says_so() -> None:
    peer = PeerTime("fast", "fast 1.0", (0.01,), 0.01, 0.97, 0.96, 0.98)
    cases = [replace(case(threads=1), peers=(peer,), goals={"best": 1.0})]
    words = "0.97 against fast, goal 1"
    assert goal_lines(cases)[1].endswith(words)
    assert goal_lines(cases, NoiseFloor("k", 3, 0.01, 0.2, 0.02))[1].endswith(words)
    assert goal_lines(cases, NoiseFloor("k", 3, 0.01, 0.2, 0.04))[1].endswith(
        f"{words}, no difference beyond the noise floor"
    )
