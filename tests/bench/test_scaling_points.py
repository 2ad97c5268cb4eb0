"""Which cases make which fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.reading import InputError
from bench.result import Case, Machine, WorkCount
from bench.scaling_points import scalings
from tests.bench.toys import PASSPORT, case, result


def work(amount: float, moved: float = 1e6) -> WorkCount:
    return WorkCount(amount, moved, 0.0, "as told")


def at(threads: int, seconds: float, amount: float = 1e9, size: str = "quick", kernel: str = "spmv") -> Case:
    return case(kernel, threads=threads, seconds=seconds, size=size, work=work(amount))


def sent(size: str, moved: float, threads: int = 2) -> Case:
    changes = {"limit": "network", "size": size, "threads": threads, "seconds": 1e-5 + moved / 1e10}
    return case("allreduce", **changes, work=work(moved / 8, moved))


def test_a_kernel_at_several_thread_counts_is_strong_scaling() -> None:
    (found,) = scalings([result([at(1, 1.0), at(2, 0.55), at(4, 0.325)])])
    assert (found.kernel, found.kind, found.held) == ("spmv", "strong", "size quick")
    assert [point.x for point in found.points] == [1, 2, 4]
    assert found.points[0].time_s == pytest.approx(1e-9)
    assert found.fit.parameters[0].value == pytest.approx(0.1)


def test_work_that_grows_with_the_threads_is_weak_scaling() -> None:
    cases = [at(1, 1.0, 1e9, "small"), at(2, 1.1, 2e9, "middle"), at(4, 1.3, 4e9, "large")]
    (found,) = scalings([result(cases)])
    assert (found.kind, found.held) == ("weak", "work per thread")
    assert found.fit.parameters[0].value == pytest.approx(0.1)


def test_network_kernels_are_fitted_over_volumes_at_each_thread_count() -> None:
    cases = [sent(size, moved, threads) for size, moved in (("a", 1e4), ("b", 1e6), ("c", 1e8)) for threads in (2, 4)]
    found = scalings([result(cases)])
    assert [(scaling.kind, scaling.held) for scaling in found] == [("transfer", "2 threads"), ("transfer", "4 threads")]
    assert found[0].fit.parameters[0].value == pytest.approx(1e-5)
    assert found[0].fit.parameters[1].value == pytest.approx(10.0)


def test_several_results_of_one_machine_make_one_fit() -> None:
    (found,) = scalings([result([sent("a", 1e4)]), result([sent("b", 1e6)]), result([sent("c", 1e8)])])
    assert len(found.points) == 3


def test_other_kernels_are_fitted_over_sizes_only_if_named() -> None:
    cases = [
        replace(at(2, 0.1, size=size), work=work(1e9, moved)) for size, moved in (("a", 1e6), ("b", 1e7), ("c", 1e8))
    ]
    assert scalings([result(cases)]) == ()
    assert [scaling.kind for scaling in scalings([result(cases)], ["spmv"])] == ["transfer"]
    assert scalings([result(cases)], ["dot"]) == ()


@pytest.mark.parametrize("verdict", ["wrong", "failed", "refused"])
def test_what_was_not_proven_is_no_point(verdict: str) -> None:
    cases = [at(1, 1.0), replace(at(2, 0.5), verdict=verdict)]
    assert scalings([result(cases)]) == ()


def test_different_processors_are_refused() -> None:
    other = result([at(1, 1.0)], machine=Machine({**PASSPORT, "cpu_model": "Other CPU"}))
    with pytest.raises(InputError, match="different processors"):
        scalings([result([at(2, 1.0)]), other])


def test_points_from_noisy_cases_are_counted() -> None:
    (found,) = scalings([result([at(1, 1.0), replace(at(2, 0.5), verdict="noisy"), at(4, 0.3)])])
    assert (len(found.points), found.noisy) == (3, 1)


def test_the_interval_of_a_case_is_that_of_its_point() -> None:
    wide = replace(at(2, 0.5), low_s=0.4, high_s=0.7)
    (found,) = scalings([result([at(1, 1.0), wide])])
    assert (found.points[1].low_s, found.points[1].high_s) == pytest.approx((0.4e-9, 0.7e-9))
