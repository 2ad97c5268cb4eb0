"""The comparison with pyperf: what counts as agreement, and one small real comparison."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.spawn import HOME
from bench.stats import Estimate


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("agreement", HOME / "benchmarks" / "agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["agreement"] = module
    spec.loader.exec_module(module)
    return module


agreement = _loaded()
times = st.floats(1e-6, 1e3)


@pytest.mark.parametrize(
    ("ours", "theirs", "joint", "agree"),
    [
        (Estimate(10.0, 9.7, 10.1), Estimate(10.0, 9.9, 10.1), 0.0, True),
        (Estimate(10.4, 10.1, 11.0), Estimate(10.0, 9.0, 10.4), 0.05, True),
        (Estimate(10.6, 10.3, 12.0), Estimate(10.0, 5.0, 10.4), 0.05, False),
        (Estimate(9.6, 9.0, 9.9), Estimate(10.0, 9.6, 12.0), 0.05, True),
        (Estimate(9.4, 5.0, 9.7), Estimate(10.0, 9.6, 12.0), 0.05, False),
    ],
)
def test_the_halves_that_face_each_other_decide(ours: Estimate, theirs: Estimate, joint: float, agree: bool) -> None:
    found = agreement.Agreement("k", ours, theirs)
    if joint:
        assert found.joint == pytest.approx(joint)
    assert found.agree is agree
    assert ("DISAGREE" in agreement.line(found)) is not agree


@given(times, times, times)
def test_equal_medians_always_agree_and_disjoint_points_never(median: float, below: float, above: float) -> None:
    same = Estimate(median, median - below, median + above)
    assert agreement.Agreement("k", same, same).agree
    other = 1.5 * median
    assert not agreement.Agreement("k", Estimate(median, median, median), Estimate(other, other, other)).agree


@given(times, st.floats(0.5, 2.0), st.floats(0.0, 0.2), st.floats(0.0, 0.2))
def test_the_unit_does_not_matter(median: float, ratio: float, one: float, other: float) -> None:
    def compared(scale: float) -> bool:
        ours = Estimate(*(scale * median * share for share in (1, 1 - one, 1 + one)))
        theirs = Estimate(*(scale * median * ratio * share for share in (1, 1 - other, 1 + other)))
        return bool(agreement.Agreement("k", ours, theirs).agree)

    assert compared(1.0) == compared(1024.0)


def test_the_difference_is_ours_over_theirs() -> None:
    found = agreement.Agreement("softmax", Estimate(0.011, 0.0109, 0.0112), Estimate(0.01, 0.0099, 0.0101))
    assert found.difference == pytest.approx(0.1)
    assert "difference +10.00%" in agreement.line(found)


def test_both_are_measured_in_changing_order(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    monkeypatch.setattr(agreement, "by_harness", lambda _: turns.append("ours") or (1.0, 1.1, 1.2))
    monkeypatch.setattr(agreement, "by_pyperf", lambda _: turns.append("theirs") or (2.0,) * 3)
    found = agreement.measured("softmax", 3)
    assert turns == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert (found.ours.median, found.pyperf.median, found.agree) == (1.1, 2.0, False)


def test_an_unknown_kernel_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["agreement.py", "--kernel", "nope"])
    monkeypatch.setattr(agreement, "find_spec", lambda name: name)
    with pytest.raises(SystemExit, match="no such kernel"):
        agreement.main()


def test_without_pyperf_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["agreement.py"])
    monkeypatch.setattr(agreement, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="pip install"):
        agreement.main()


def test_a_process_of_pyperf_gives_values() -> None:
    pytest.importorskip("pyperf", reason='pyperf is not installed: pip install "innocap[dev]"')
    values = agreement.by_pyperf("softmax")
    assert len(values) == agreement.VALUES
    assert all(value > 0 for value in values)
