"""Whole comparisons: the laws they keep, their false alarms and their power on simulated runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.compare import compare, geometric_mean
from bench.compare.likeness import UnlikeError
from bench.result import Machine, NoiseFloor, Result, WorkCount
from tests.bench.compare.scenes import run
from tests.bench.toys import PASSPORT, case, result

OPPOSITE = {"SLOWER": "FASTER", "FASTER": "SLOWER", "SAME": "SAME", "UNCLEAR": "UNCLEAR"}
PLANTED = {"k0": 1.1, "k1": 1 / 1.1}
some_runs = st.builds(
    run,
    st.integers(0, 1000),
    st.integers(1, 6),
    processes=st.integers(1, 3),
    samples=st.integers(3, 9),
    between=st.floats(0, 0.1),
    within=st.floats(0, 0.1),
)


def floor(worst: float) -> NoiseFloor:
    return NoiseFloor("stream_triad", 9, worst / 3, worst)


@given(some_runs)
@settings(max_examples=30)
def test_a_result_is_the_same_as_itself(found: Result) -> None:
    seen = compare([found], [found])
    assert {entry.verdict for entry in seen.changes} == {"SAME"}
    assert (seen.mean, seen.same_runs) == (1.0, True)


@given(some_runs, st.floats(0.8, 1.25), st.integers(0, 1000))
@settings(max_examples=30)
def test_swapped_sides_swap_faster_and_slower(old: Result, factor: float, seed: int) -> None:
    new = run(seed, 6, factors={"k0": factor}, processes=len(old.cases[0].samples_per_process), run_id="new")
    there, back = compare([old], [new]), compare([new], [old])
    verdicts = {entry.id: entry.verdict for entry in back.changes}
    assert {entry.id: OPPOSITE[entry.verdict] for entry in there.changes} == verdicts


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_false_alarms_stay_below_the_promised_level(processes: int) -> None:
    """5 % of comparisons may contain one; 1 of 40 is expected to, 7 or more have a chance below 1 %."""
    between = 0.0 if processes == 1 else 0.01
    pairs = [
        [run(seed + 1000 * side, 10, processes=processes, between=between) for side in (0, 1)] for seed in range(40)
    ]
    seen = [compare([old], [new], min_effect=1e-6) for old, new in pairs]
    assert sum(found.count("SLOWER") + found.count("FASTER") > 0 for found in seen) < 7


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_planted_slowdown_of_a_tenth_is_found(processes: int) -> None:
    between = 0.0 if processes == 1 else 0.005
    for seed in range(8):
        old, new = (
            run(seed + 1000 * side, processes=processes, between=between, factors=PLANTED if side else None)
            for side in (0, 1)
        )
        verdicts = {entry.kernel: entry.verdict for entry in compare([old], [new]).changes}
        assert (verdicts["k0"], verdicts["k1"]) == ("SLOWER", "FASTER")


def test_what_changed_most_comes_first() -> None:
    seen = compare([run(1)], [run(2, factors={**PLANTED, "k2": 1.3})])
    assert [entry.kernel for entry in seen.changes][:3] == ["k2", "k0", "k1"]


def test_a_change_below_the_noise_floor_does_not_count() -> None:
    old, new = run(1), run(2, factors=PLANTED)
    assert compare([old], [new]).count("SLOWER") == 1
    seen = compare([replace(old, noise_floor=floor(0.02))], [replace(new, noise_floor=floor(0.15))])
    assert (seen.count("SLOWER"), seen.noise_floor, seen.changes[0].least) == (0, 0.15, 0.15)


def test_several_runs_a_side_are_compared_as_runs_and_none_counts_twice() -> None:
    old = [run(seed) for seed in (1, 2, 3)]
    seen = compare([*old, old[0]], [run(9, factors=PLANTED)])
    assert (len(seen.old), len(seen.new)) == (3, 1)
    assert {(entry.unit, entry.old_units, entry.new_units) for entry in seen.changes} == {("runs", 3, 1)}
    assert seen.changes[0].verdict == "SLOWER"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"params": {"n": 2000}}, "another piece of work: params differ"),
        ({"work": WorkCount(1.0, 2.0, 3.0, "f")}, "another piece of work: work differ"),
        ({"threads": 4}, "only in OLD"),
        ({"verdict": "wrong", "remedy": "y is off"}, "wrong in NEW: y is off"),
        ({"samples_s": ()}, "ok in NEW: it has no time"),
    ],
)
def test_unlike_cases_are_never_compared(change: dict[str, object], reason: str) -> None:
    seen = compare([result([case()])], [result([replace(case(), **change)], run_id="new")], unlike=True)
    assert seen.changes == ()
    assert (seen.left[0].id, seen.left[0].reason) == ("toy/quick/t2", reason)
    assert seen.mean is None


def test_a_case_that_no_longer_works_is_broken_one_that_never_did_is_not() -> None:
    good, bad = result([case()]), result([case(verdict="failed", samples_s=())], run_id="new")
    assert [left.broken for left in compare([good], [bad]).left] == [True]
    assert [left.broken for left in compare([bad], [good]).left] == [False]
    assert [left.broken for left in compare([bad], [bad]).left] == [False]


def test_unlike_machines_are_refused_and_named_when_allowed() -> None:
    old, new = run(1), run(2, machine=Machine({**PASSPORT, "cores": 64}))
    with pytest.raises(UnlikeError, match="--unlike"):
        compare([old], [new])
    with pytest.raises(UnlikeError, match="64 in another OLD"):
        compare([old, new], [old])
    assert compare([old], [new], unlike=True).differences == ("cores: 2 in OLD, 64 in NEW",)


def test_the_geometric_mean_by_hand() -> None:
    changes = compare([run(1, 4)], [run(2, 4, factors={"k0": 4.0, "k1": 0.25})]).changes
    assert geometric_mean([]) is None
    found = geometric_mean(changes)
    assert found is not None
    assert found[0] == pytest.approx(1.0, abs=0.01)
    assert found[1] < found[0] < found[2]


def test_the_interval_of_the_mean_narrows_with_the_number_of_cases() -> None:
    few, many = (geometric_mean(compare([run(1, n)], [run(2, n)]).changes) for n in (3, 30))
    assert few is not None
    assert many is not None
    assert many[2] - many[1] < few[2] - few[1]
