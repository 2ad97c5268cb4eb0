"""The points of a scaling fit, gathered from the cases of one or several results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from bench.reading import InputError
from bench.result import Case, Result, known
from bench.scaling import Fitted, Kind, Point, threads, transfer

USABLE = ("ok", "noisy")
SAME_SHARE = 0.05


@dataclass(frozen=True)
class Scaling:
    """One fit: a kernel, what was varied, what was held, its points and the model.

    kind: "transfer" over sizes; "strong" over threads at one size; "weak" over threads with work that grows alike.
    noisy: how many of the points come from noisy cases.
    """

    kernel: str
    kind: Kind
    held: str
    points: tuple[Point, ...]
    fit: Fitted
    noisy: int


def scalings(results: Sequence[Result], kernels: Collection[str] = ()) -> tuple[Scaling, ...]:
    """Every fit that the cases allow: transfers of network kernels, and of any kernel named; threads of all others.

    Args:
        results: runs of one machine.
        kernels: only these, if any are given.

    Raises:
        InputError: results of different processors.
    """
    _one_machine(results)
    cases = [case for result in results for case in result.cases if case.verdict in USABLE and case.median_s]
    chosen = [case for case in cases if not kernels or case.kernel in kernels]
    names = sorted({case.kernel for case in chosen})
    return tuple(
        found
        for name in names
        for found in _of_kernel(name, [case for case in chosen if case.kernel == name], named=bool(kernels))
    )


def _one_machine(results: Sequence[Result]) -> None:
    models = {str(known(result.machine.passport, "cpu_model")) for result in results}
    if len(models) > 1:
        raise InputError(f"the results come from different processors ({', '.join(sorted(models))}); fit each alone")


def _of_kernel(kernel: str, cases: Sequence[Case], *, named: bool) -> Iterable[Scaling]:
    network = cases[0].limit == "network"
    if network or named:
        for count, same in _grouped(cases, lambda case: case.threads):
            yield from _fit(kernel, "transfer", "1 thread" if count == 1 else f"{count} threads", same)
    if not network:
        for size, same in _grouped(cases, lambda case: case.size):
            yield from _fit(kernel, "strong", f"size {size}", same)
        yield from _fit(kernel, "weak", "work per thread", _growing(cases))


def _fit(kernel: str, kind: Kind, held: str, cases: Sequence[Case]) -> Iterable[Scaling]:
    volumes = kind == "transfer"
    points = [_point(case, case.work.bytes_moved, 1.0) if volumes else _thread_point(case) for case in cases]
    if len({point.x for point in points}) < 2:
        return
    ordered = tuple(sorted(points, key=lambda point: point.x))
    noisy = sum(case.verdict == "noisy" for case in cases)
    yield Scaling(kernel, kind, held, ordered, transfer(ordered) if volumes else threads(ordered), noisy)


def _grouped(cases: Sequence[Case], key: Callable[[Case], object]) -> list[tuple[object, list[Case]]]:
    keys = dict.fromkeys(key(case) for case in cases)
    return [(value, [case for case in cases if key(case) == value]) for value in keys]


def _growing(cases: Sequence[Case]) -> list[Case]:
    """Cases of different sizes whose work per thread is that of the smallest thread count, within 5 %."""
    first = min(cases, key=lambda case: (case.threads, _amount(case)))
    share = _amount(first) / first.threads
    alike = [case for case in cases if abs(_amount(case) / case.threads / share - 1) <= SAME_SHARE]
    return alike if len({case.size for case in alike}) > 1 else []


def _amount(case: Case) -> float:
    """Work of one call: operations, or bytes where there are none."""
    return case.work.flops or case.work.bytes_moved or 1.0


def _thread_point(case: Case) -> Point:
    return _point(case, case.threads, _amount(case))


def _point(case: Case, x: float, amount: float) -> Point:
    median = case.median_s or 0.0
    low, high = (median if end is None else end for end in (case.low_s, case.high_s))
    return Point(float(x), median / amount, low / amount, high / amount)
