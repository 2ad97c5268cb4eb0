"""Verification: what it must catch, and what it must let pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.result import Verification
from bench.verify import check, max_error, prepare
from kernels.spec import Kernel
from tests.bench.toys import DECAY, TOY

SIZE = {"n": 1000}


def verified(kernel: Kernel, seed: int = 3) -> Verification:
    trial = prepare(kernel, SIZE, seed)
    kernel.cpu(*trial.arrays.values())
    return check(kernel, trial)


@given(st.integers(0, 2**32 - 1))
def test_a_right_kernel_passes_on_any_seed(seed: int) -> None:
    found = verified(TOY, seed)
    assert found == Verification(True, 0.0, TOY.rtol, TOY.tolerance, seed, "")


def wrong_value(x: Any, y: Any, factor: float) -> None:
    y[:] = factor * x
    y[500] *= 1 + 1e-9


def wrong_sign(x: Any, y: Any, factor: float) -> None:
    y[:] = -factor * x


def modifies_input(x: Any, y: Any, factor: float) -> None:
    y[:] = factor * x
    x[0] += 1


def writes_nothing(x: Any, y: Any, factor: float) -> None:
    pass


def forgets_the_last(x: Any, y: Any, factor: float) -> None:
    y[:-1] = factor * x[:-1]


def writes_infinity(x: Any, y: Any, factor: float) -> None:
    y[:] = factor * x
    y[3] = np.inf


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (wrong_value, "y is off by 1e-09"),
        (wrong_sign, "y is off by 2"),
        (modifies_input, "it changed its input x"),
        (writes_nothing, "it left y unwritten"),
        (forgets_the_last, "NaN where a number belongs"),
        (writes_infinity, "NaN where a number belongs"),
    ],
)
def test_a_broken_kernel_is_caught(broken: Callable[..., None], reason: str) -> None:
    found = verified(replace(TOY, cpu=broken, rtol=1e-12))
    assert not found.passed
    assert reason.split()[0] in found.reason
    assert reason.rsplit(" ", 1)[0] in found.reason


def test_a_result_left_over_from_an_earlier_call_does_not_help() -> None:
    stale: dict[str, Any] = {}

    def inputs(seed: int, n: int) -> dict[str, Any]:
        x = np.random.default_rng(seed).random(n)
        return {"x": x, "y": 2.0 * x, "factor": 2.0, **stale}

    assert not verified(replace(TOY, inputs=inputs, cpu=writes_nothing)).passed


def test_an_in_place_kernel_keeps_its_inputs_and_passes() -> None:
    assert verified(DECAY).passed


def test_an_in_place_kernel_that_does_nothing_is_caught() -> None:
    found = verified(replace(DECAY, cpu=lambda state, rate: None))
    assert found.reason == "it left state unwritten"


def test_an_integer_output_is_poisoned_too() -> None:
    kernel = replace(
        TOY,
        inputs=lambda seed, n: {"x": np.arange(n), "y": np.zeros(n, np.int64), "factor": 2.0},
        reference=lambda x, y, factor: {"y": 2 * x},
        cpu=lambda x, y, factor: None,
    )
    assert verified(kernel).reason == "it left y unwritten"
    assert verified(replace(kernel, cpu=lambda x, y, factor: np.multiply(x, 2, out=y))).passed


def test_outputs_and_workspace_are_poisoned_and_what_is_updated_is_not() -> None:
    kernel = replace(
        TOY,
        inputs=lambda seed, n: {"x": np.ones(n), "y": np.ones(n), "state": np.ones(n), "spare": np.ones(n, np.int32)},
        outputs=("y", "state"),
        updates=("state",),
        workspace=("spare",),
        reference=lambda x, y, state, spare: {"y": x, "state": state + x},
        cpu=lambda x, y, state, spare: (np.copyto(y, x), np.add(state, x, out=state), spare.fill(7)),
    )
    trial = prepare(kernel, SIZE, 3)
    assert np.isnan(trial.arrays["y"]).all()
    assert (trial.arrays["spare"] < 0).all()
    assert (trial.arrays["state"] == 1).all()
    kernel.cpu(*trial.arrays.values())
    assert check(kernel, trial).passed


def test_of_integers_the_share_that_differs_counts() -> None:
    big = np.array([2**62 + 1, 5, 6, 7])
    assert max_error(big, big) == 0
    assert max_error(big, np.array([2**62, 5, 6, 7])) == 0.25
    assert max_error(np.zeros(0, np.int64), np.zeros(0, np.int64)) == 0


def test_complex_numbers_differ_in_the_plane() -> None:
    assert max_error(np.array([1 + 1j, 4j]), np.array([1 - 1j, 4j])) == pytest.approx(0.5)


def test_the_error_is_relative_to_the_largest_expected_value() -> None:
    assert max_error(np.array([1.0, 10.5]), np.array([1.0, 10.0])) == pytest.approx(0.05)
    assert max_error(np.array([1e-9, 10.0]), np.array([0.0, 10.0])) == pytest.approx(1e-10)
    assert max_error(np.zeros(3), np.zeros(3)) == 0
    assert max_error(np.array([0.5]), np.zeros(1)) == 0.5


def test_single_precision_is_compared_in_double() -> None:
    exact = np.array([1 / 3, 2 / 3])
    assert 1e-9 < (max_error(exact.astype(np.float32), exact) or 0) < 1e-7


def test_another_shape_is_not_comparable() -> None:
    assert max_error(np.zeros(3), np.zeros(4)) is None


def test_an_error_in_a_late_part_of_a_long_array_is_seen() -> None:
    expected = np.ones(3 * 2**20 + 5)
    got = expected.copy()
    got[-1] = 2
    assert max_error(got, expected) == 1.0
