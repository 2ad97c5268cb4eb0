"""From measured speeds to what a machine delivers for a workload mix: the record that a plan reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench import efficiency
from bench.machine import last_level_cache_bytes
from bench.nameplate import Nameplate
from bench.plausible import checks
from bench.reading import InputError, Mix
from bench.record import CAPABILITY_SCHEMA, Capability, KernelSpeed, MixSpeed, Origin, Peak, Purchase, Span
from bench.result import Case, Passport, Result, known
from bench.roofline import MEMORY_NAME, rates_per_s

USABLE = ("ok", "noisy")
REQUIRED_PEAKS = ("fp32", "fp64")
OPTIONAL_PEAKS = ("bf16",)


class Unproven(ValueError):  # noqa: N818
    """A figure the record needs was not measured, not verified, or refused; the text names a remedy."""


def capability(
    result: Result,
    path: Path,
    mixes: Sequence[Mix],
    created: str,
    purchase: Purchase | None = None,
    nameplate: Nameplate | None = None,
) -> Capability:
    """Capability record of the machine that made a result.

    Args:
        result: a finished run.
        path: its file, whose checksum goes into the record.
        mixes: workload mixes to weigh the kernels with.
        created: time of the record, ISO 8601 UTC.
        purchase: what the machine costs; without it the record holds no costs.
        nameplate: what its maker promises, for the plausibility gate.

    A kernel in a precision whose peak was not measured is left out, unless a mix needs it.

    Raises:
        Unproven: a mix needs a peak, a bandwidth or a kernel that the result does not prove.
        InputError: two mixes share an id, or a mix names a kernel that does no floating-point work.
    """
    found = peaks(result)
    needed = dict.fromkeys(kernel for mix in mixes for kernel in mix.shares)
    speeds = {case.kernel: case for case in proven(result) if case.work.flops and case.precision in found}
    for kernel in needed:
        if kernel not in speeds:
            raise Unproven(_why_missing(kernel, result, found))
    record = Capability(
        schema=CAPABILITY_SCHEMA,
        created=created,
        machine=result.machine.passport,
        versions=_versions(result.machine.passport),
        result=Origin(
            result.run_id, hashlib.sha256(path.read_bytes()).hexdigest(), result.created, result.environment.verdict
        ),
        peaks=found,
        memory_gb_per_s=memory(result),
        kernels={name: _speed(case, found, result.machine.passport) for name, case in sorted(speeds.items())},
        mixes={name: _valued(mix, speeds, purchase) for name, mix in _weighed(mixes, speeds, found).items()},
        purchase=purchase,
    )
    return replace(record, plausibility=checks(record, _most_threads(result), nameplate))


def proven(result: Result) -> tuple[Case, ...]:
    """The cases of all threads whose times may stand for the machine: verified, usable, larger than its caches."""
    return tuple(case for case in _all_threads(result) if not _objection(case, result.machine.passport))


def peaks(result: Result) -> dict[str, Peak]:
    """Measured multiply-add ceilings of all threads by precision, in TFLOP/s. Raises Unproven where one is required."""
    found = {}
    for precision in (*REQUIRED_PEAKS, *OPTIONAL_PEAKS):
        ceiling = result.ceilings.get(f"fma_{precision}_gflops")
        if ceiling is not None:
            found[precision] = Peak(ceiling.value / 1e3, ceiling.low / 1e3, ceiling.high / 1e3)
        elif precision in REQUIRED_PEAKS:
            raise Unproven(
                f"no verified {precision} peak: run again with --kernel fma_peak_{precision}, or --suite quick"
            )
    return found


def memory(result: Result) -> Span:
    """Measured memory bandwidth of all threads in GB/s. Raises Unproven."""
    ceiling = result.ceilings.get(MEMORY_NAME)
    if ceiling is None:
        raise Unproven("no verified memory bandwidth: run again with --kernel stream_triad, or --suite quick")
    return Span(ceiling.value, ceiling.low, ceiling.high)


def weigh(mix: Mix, gflops: Mapping[str, tuple[float, float, float]], peak: Peak) -> MixSpeed:
    """A mix on a machine, in time-additive form.

    effective = 1 / sum_k( share[k] / gflops[k] );  sustained = effective / peak, which equals
    1 / sum_k( share[k] / fraction_of_peak[k] ). Both rise with every speed, so the lows of all kernels
    give the low end and the highs the high end; the peak enters `sustained` the other way round.

    Args:
        mix: FLOP shares summing to 1.
        gflops: kernel -> (value, low, high) in GFLOP/s.
        peak: FMA peak of the mix's precision.
    """
    value, low, high = (
        1 / sum(share / gflops[kernel][end] for kernel, share in mix.shares.items()) / 1e3 for end in range(3)
    )
    return MixSpeed(
        precision=mix.precision,
        shares=dict(mix.shares),
        sustained_fraction=value / peak.tflops,
        low=low / peak.high,
        high=high / peak.low,
        effective_tflops=value,
        effective_low=low,
        effective_high=high,
    )


def _weighed(mixes: Sequence[Mix], speeds: Mapping[str, Case], found: Mapping[str, Peak]) -> dict[str, MixSpeed]:
    weighed: dict[str, MixSpeed] = {}
    for mix in mixes:
        if mix.id in weighed:
            raise InputError(f"two mixes have the id {mix.id!r}; give each its own")
        if mix.precision not in found:
            raise Unproven(
                f"mix {mix.id}: no peak was measured for {mix.precision}, only for {', '.join(found)}; "
                "use a mix of one of these, or published figures for this machine"
            )
        weighed[mix.id] = weigh(mix, {name: _gflops(speeds[name]) for name in mix.shares}, found[mix.precision])
    return weighed


def _valued(mix: MixSpeed, speeds: Mapping[str, Case], purchase: Purchase | None) -> MixSpeed:
    effective = Span(mix.effective_tflops, mix.effective_low, mix.effective_high)
    return replace(
        mix,
        gb_per_s=efficiency.bandwidth(mix.shares, speeds, effective),
        per_watt=efficiency.per_watt(mix.shares, speeds),
        cost=efficiency.cost(mix, purchase) if purchase else None,
    )


def _gflops(case: Case) -> tuple[float, float, float]:
    return rates_per_s(case, case.work.flops / 1e9)


def _speed(case: Case, found: Mapping[str, Peak], passport: Passport) -> KernelSpeed:
    value, low, high = _gflops(case)
    peak = found[case.precision]
    return KernelSpeed(
        precision=case.precision,
        fraction_of_peak=value / peak.tflops / 1e3,
        low=low / peak.high / 1e3,
        high=high / peak.low / 1e3,
        gflops=value,
        gflops_low=low,
        gflops_high=high,
        gb_per_s=case.gb_per_s or 0.0,
        verified=case.verification.passed,
        work=case.work.formula,
        limit=case.limit,
        cache_check=_cache_check(case, passport),
    )


def _all_threads(result: Result) -> Iterable[Case]:
    return [case for case in result.cases if case.threads == _most_threads(result)]


def _most_threads(result: Result) -> int:
    return max((case.threads for case in result.cases), default=0)


def _objection(case: Case, passport: Passport) -> str:
    """Why a case proves nothing, or an empty text."""
    if case.verdict not in USABLE or not case.verification.passed or not case.median_s:
        return f"its verdict is {case.verdict}: {case.remedy}"
    if not case.work.formula:
        return "it has no work formula"
    cache = last_level_cache_bytes(passport)
    if case.limit == "memory" and cache is not None and (case.working_set_bytes or 0) <= cache:
        return (
            f"its {_mib(case.working_set_bytes or 0)} of data fit in the last-level cache of {_mib(cache)}: "
            "run a larger suite (--suite standard or full)"
        )
    return ""


def _cache_check(case: Case, passport: Passport) -> str:
    if case.limit != "memory":
        return "not needed: bound by arithmetic"
    cache = last_level_cache_bytes(passport)
    if cache is None:
        return "not possible: the machine does not tell its cache sizes"
    return f"{_mib(case.working_set_bytes or 0)} of data, last-level cache {_mib(cache)}"


def _why_missing(kernel: str, result: Result, found: Mapping[str, Peak]) -> str:
    cases = [case for case in _all_threads(result) if case.kernel == kernel]
    if not cases:
        return f"kernel {kernel} was not measured: run again with --kernel {kernel}, or --suite quick"
    reason = _objection(cases[0], result.machine.passport)
    if not reason and cases[0].work.flops:
        precision = cases[0].precision
        reason = f"no {precision} peak was measured: run again with --kernel fma_peak_{precision} as well"
    reason = reason or "it does no floating-point work"
    return f"kernel {kernel} cannot be used: {reason}"


def _versions(passport: Passport) -> dict[str, object]:
    libraries = known(passport, "libraries") or {}
    return {
        "python": known(passport, "python"),
        **{name: version for name, version in libraries.items() if version},
    }


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:.0f} MiB"
