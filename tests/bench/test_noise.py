"""The noise floor: differences by hand, what they forbid to say, and one real test of this machine."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import noise
from bench.load import ResultError
from bench.noise import Twins, differs, floor, measured, noise_floor, sentence
from bench.result import NoiseFloor
from bench.worker import Request

FLOOR = NoiseFloor("stream_triad", 11, 0.004, 0.05, 0.01)


def test_differences_within_and_across_processes_by_hand() -> None:
    found = noise_floor([Twins(0.010, 1.01), Twins(0.011, 0.98), Twins(0.0099, 1.0)])
    assert found.pairs == 5
    assert found.paired == pytest.approx(0.02)
    assert found.worst == pytest.approx(0.1)
    assert found.typical == pytest.approx(0.02)


@given(st.lists(st.builds(Twins, st.floats(1e-6, 10), st.floats(0.5, 2)), min_size=1, max_size=8))
def test_the_floor_is_ordered(found: list[Twins]) -> None:
    result = noise_floor(found)
    assert 0 <= result.typical <= result.worst
    assert result.paired is not None
    assert result.paired <= result.worst
    assert result.pairs == 2 * len(found) - 1


def test_every_process_gets_its_own_seed_and_the_same_work() -> None:
    asked: list[Request] = []
    told: list[tuple[int, int]] = []

    def answer(request: Request) -> Twins:
        asked.append(request)
        return Twins(0.01, 1.0)

    found = measured(3, lambda *step: told.append(step), processes=4, twins=answer)
    assert found == NoiseFloor("stream_triad", 7, 0.0, 0.0, 0.0)
    assert [request.threads for request in asked] == [3] * 4
    assert len({request.seed for request in asked}) == 4
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("ratio", "same_process", "different"),
    [
        (1.009, True, False),
        (1.011, True, True),
        (1 / 1.009, True, False),
        (1 / 1.011, True, True),
        (1.04, False, False),
        (1.06, False, True),
    ],
)
def test_a_ratio_within_the_floor_is_not_called_different(ratio: float, same_process: bool, different: bool) -> None:
    assert differs(ratio, FLOOR, same_process=same_process) is different


@given(st.floats(0.5, 2.0), st.booleans())
def test_faster_and_slower_are_treated_alike(ratio: float, same_process: bool) -> None:
    assert differs(ratio, FLOOR, same_process=same_process) == differs(1 / ratio, FLOOR, same_process=same_process)


def test_without_a_floor_every_difference_counts() -> None:
    assert floor(None, same_process=True) == 0
    assert differs(1.0001, None, same_process=False)
    assert not differs(1.0, None, same_process=False)


def test_an_older_floor_has_no_value_of_its_own_for_pairs() -> None:
    assert floor(NoiseFloor("stream_triad", 6, 0.01, 0.03), same_process=True) == 0.03


def test_the_floor_is_told_in_plain_words() -> None:
    text = sentence(FLOOR)
    for words in ("stream_triad", "0.40% as a rule", "5.00% at most", "1.00% within one process", "say nothing here"):
        assert words in text


def _ended(code: int, stdout: str, stderr: str) -> Any:
    return lambda *_, **__: subprocess.CompletedProcess([], code, stdout, stderr)


def test_a_process_without_an_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", _ended(1, "", "x\nMemoryError: too much\n"))
    with pytest.raises(ResultError, match="noise floor: a process ended with 1: MemoryError: too much"):
        measured(1)
    monkeypatch.setattr(subprocess, "run", _ended(0, '{"median_s": 1}', ""))
    with pytest.raises(ResultError, match="it said nothing"):
        measured(1)


def test_a_process_that_hangs_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: Any, **__: Any) -> Any:
        raise subprocess.TimeoutExpired("x", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(ResultError, match="took longer than 120 s"):
        measured(1)


def test_this_machine_has_a_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noise, "SIZE", {"n": 2**16})
    monkeypatch.setattr(noise, "TIME_S", 0.01)
    found = measured(1, processes=2)
    assert found.pairs == 3
    assert found.worst >= found.typical > 0
