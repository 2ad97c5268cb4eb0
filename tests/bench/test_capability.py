"""The capability record: arithmetic by hand, and refusal of whatever was not proven."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.capability import Unproven, capability, weigh
from bench.decode import dumps
from bench.nameplate import Nameplate
from bench.reading import InputError, Mix
from bench.record import Capability, Peak, PerWatt, Purchase, Span, Unmeasured, read_capability
from bench.result import Case, Ceiling, Energy, Result, Verification, WorkCount
from tests.bench.toys import MIB, PASSPORT, case, result

MIX = Mix("half", "Half and half", "fp32", {"gemm_fp32": 0.5, "spmv": 0.5}, "made up", "assumption")
COUNTS = WorkCount(flops=1e9, bytes_read=8e8, bytes_written=2e8, formula="flops = 1e9")


def gemm(**changes: Any) -> Case:
    """100 GFLOP/s, from 80 to 125."""
    return case("gemm_fp32", **{**speed(0.01, 0.008, 0.0125), "precision": "fp32", "limit": "compute", **changes})


def spmv(**changes: Any) -> Case:
    """5 GFLOP/s, from 4 to 6.25."""
    return case("spmv", **{**speed(0.2, 0.16, 0.25), **changes})


def speed(median: float, low: float, high: float) -> dict[str, Any]:
    return {"seconds": median, "low_s": low, "high_s": high, "work": COUNTS}


def derived(
    tmp_path: Path,
    cases: Sequence[Case],
    mixes: Sequence[Mix] = (MIX,),
    purchase: Purchase | None = None,
    nameplate: Nameplate | None = None,
    **changes: Any,
) -> Capability:
    found = result(cases, **changes)
    path = tmp_path / "result.json"
    path.write_text(dumps(found))
    return capability(found, path, mixes, "2026-01-03T00:00:00+00:00", purchase, nameplate)


def test_the_record_by_hand(tmp_path: Path) -> None:
    record = derived(tmp_path, [gemm(), spmv()])
    mix = record.mixes["half"]
    assert mix.effective_tflops == pytest.approx(1 / (0.5 / 100 + 0.5 / 5) / 1e3)
    assert mix.effective_low == pytest.approx(1 / (0.5 / 80 + 0.5 / 4) / 1e3)
    assert mix.effective_high == pytest.approx(1 / (0.5 / 125 + 0.5 / 6.25) / 1e3)
    assert mix.sustained_fraction == pytest.approx(1 / (0.5 / 0.5 + 0.5 / 0.025))
    assert mix.low == pytest.approx(mix.effective_low / 0.2)
    assert mix.high == pytest.approx(mix.effective_high / 0.19)
    assert (mix.precision, mix.shares) == ("fp32", MIX.shares)
    assert record.peaks == {"fp32": Peak(0.2, 0.19, 0.2), "fp64": Peak(0.1, 0.095, 0.1)}
    assert (record.memory_gb_per_s.value, record.memory_gb_per_s.low) == (40.0, 38.0)


SERVER = Purchase("CNY", Span(1e4, 1e4, 1e4), Span(5.0, 5.0, 5.0), None, None, "a shop")
USED = Energy("RAPL, 1 package", 0.5, 100.0, 20.0, 1.0, 0.4, 0.6)


def test_a_mix_has_bandwidth_energy_and_cost(tmp_path: Path) -> None:
    cases = [gemm(energy=USED), spmv(energy=USED)]
    mix = derived(tmp_path, cases, purchase=SERVER).mixes["half"]
    assert mix.gb_per_s is not None
    assert mix.gb_per_s.value == pytest.approx(mix.effective_tflops * 1e3)
    assert (mix.gb_per_s.low, mix.gb_per_s.high) == pytest.approx((mix.effective_low * 1e3, mix.effective_high * 1e3))
    assert isinstance(mix.per_watt, PerWatt)
    assert mix.per_watt.above_idle.value == pytest.approx(1 / 0.5)
    assert mix.cost is not None
    assert mix.cost.tflops_per_1000.value == pytest.approx(mix.effective_tflops / 10)


def test_without_a_meter_or_a_price_the_record_says_so(tmp_path: Path) -> None:
    record = derived(tmp_path, [gemm(energy_reason="no counters"), spmv()])
    assert record.mixes["half"].per_watt == Unmeasured("gemm_fp32: no counters")
    assert (record.mixes["half"].cost, record.purchase) == (None, None)


def test_the_record_is_held_against_what_was_published(tmp_path: Path) -> None:
    record = derived(tmp_path, [gemm(), spmv()], nameplate=Nameplate("a sheet", {}, Span(30.0, 30.0, 30.0)))
    verdicts = {check.figure: check.verdict for check in record.plausibility}
    assert verdicts["STREAM triad over nameplate bandwidth"] == "too good"
    assert verdicts["matrix product over peak, gemm_fp32"] == "plausible"


def test_a_full_record_reads_back_and_one_of_the_first_version_too(tmp_path: Path) -> None:
    path = tmp_path / "capability.json"
    full = derived(tmp_path, [gemm(energy=USED), spmv(energy=USED)], purchase=SERVER)
    path.write_text(dumps(full))
    assert read_capability(path) == full
    old = json.loads(path.read_text())
    old["schema"] = "innocap.capability/1"
    for name in ("purchase", "plausibility"):
        del old[name]
    for name in ("gb_per_s", "per_watt", "cost"):
        del old["mixes"]["half"][name]
    path.write_text(json.dumps(old))
    found = read_capability(path)
    assert (found.mixes["half"].effective_tflops, found.plausibility) == (full.mixes["half"].effective_tflops, ())


def test_each_kernel_is_a_fraction_of_the_peak_of_its_own_precision(tmp_path: Path) -> None:
    kernels = derived(tmp_path, [gemm(), spmv()]).kernels
    assert kernels["gemm_fp32"].fraction_of_peak == pytest.approx(100 / 200)
    assert kernels["spmv"].fraction_of_peak == pytest.approx(5 / 100)
    assert (kernels["spmv"].low, kernels["spmv"].high) == pytest.approx((4 / 100, 6.25 / 95))
    assert (kernels["spmv"].gflops, kernels["spmv"].gflops_low, kernels["spmv"].gflops_high) == pytest.approx(
        (5, 4, 6.25)
    )
    assert kernels["spmv"].gb_per_s == pytest.approx(5.0)
    assert kernels["gemm_fp32"].verified
    assert kernels["gemm_fp32"].work == "flops = 1e9"
    assert kernels["spmv"].cache_check == "64 MiB of data, last-level cache 32 MiB"
    assert kernels["gemm_fp32"].cache_check == "not needed: bound by arithmetic"


def test_the_record_says_where_it_comes_from_and_reads_back(tmp_path: Path) -> None:
    record = derived(tmp_path, [gemm(), spmv()])
    assert record.result.sha256 == hashlib.sha256((tmp_path / "result.json").read_bytes()).hexdigest()
    assert record.result.run_id == result().run_id
    assert record.machine == PASSPORT
    assert record.versions == {"python": "3.11.9", "numpy": "2.4.6", "numba": "0.68.1"}
    path = tmp_path / "capability.json"
    path.write_text(dumps(record))
    assert read_capability(path) == record


def test_only_the_largest_thread_count_counts(tmp_path: Path) -> None:
    one_thread = gemm(threads=1, seconds=1.0)
    assert derived(tmp_path, [one_thread, gemm(), spmv()]).kernels["gemm_fp32"].gflops == pytest.approx(100)


@pytest.mark.parametrize("verdict", ["ok", "noisy"])
def test_a_noisy_but_right_case_may_be_used(tmp_path: Path, verdict: str) -> None:
    assert "half" in derived(tmp_path, [gemm(verdict=verdict), spmv()]).mixes


WRONG = Verification(False, 0.5, 1e-5, "t", 1, "c is off by 0.5")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ([spmv()], "kernel gemm_fp32 was not measured: run again with --kernel gemm_fp32, or --suite quick"),
        ([gemm(threads=1), spmv()], "kernel gemm_fp32 was not measured"),
        (
            [gemm(verification=WRONG, verdict="wrong", remedy="c is off"), spmv()],
            "cannot be used: its verdict is wrong",
        ),
        ([gemm(verdict="refused", remedy="120%"), spmv()], "its verdict is refused: 120%"),
        ([gemm(verdict="failed", median_s=None, remedy="it died"), spmv()], "its verdict is failed: it died"),
        ([gemm(verification=WRONG), spmv()], "kernel gemm_fp32 cannot be used"),
        ([gemm(work=replace(COUNTS, formula="")), spmv()], "it has no work formula"),
        ([gemm(work=replace(COUNTS, flops=0)), spmv()], "it does no floating-point work"),
        ([gemm(), spmv(working_set_bytes=32 * MIB)], "32 MiB of data fit in the last-level cache of 32 MiB"),
        ([gemm(), spmv(working_set_bytes=None)], "0 MiB of data fit"),
    ],
)
def test_what_was_not_proven_is_refused(tmp_path: Path, bad: list[Case], message: str) -> None:
    with pytest.raises(Unproven) as caught:
        derived(tmp_path, bad)
    assert message in str(caught.value)


def test_a_small_compute_bound_case_may_live_in_the_cache(tmp_path: Path) -> None:
    assert "gemm_fp32" in derived(tmp_path, [gemm(working_set_bytes=MIB), spmv()]).kernels


def test_a_kernel_in_the_cache_that_no_mix_needs_is_just_left_out(tmp_path: Path) -> None:
    small = case("stencil7", working_set_bytes=MIB)
    assert set(derived(tmp_path, [gemm(), spmv(), small]).kernels) == {"gemm_fp32", "spmv"}


def test_unknown_caches_are_said_to_be_unknown(tmp_path: Path) -> None:
    passport = {**PASSPORT, "caches_bytes": {"value": None, "reason": "lscpu names no caches"}}
    machine = replace(result().machine, passport=passport)
    record = derived(tmp_path, [gemm(), spmv()], machine=machine)
    assert record.kernels["spmv"].cache_check == "not possible: the machine does not tell its cache sizes"


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("fma_fp32_gflops", "no verified fp32 peak: run again with --kernel fma_peak_fp32"),
        ("fma_fp64_gflops", "no verified fp64 peak"),
        ("dram_gb_per_s", "no verified memory bandwidth: run again with --kernel stream_triad"),
    ],
)
def test_a_missing_ceiling_is_refused(tmp_path: Path, gone: str, message: str) -> None:
    rest = {name: ceiling for name, ceiling in result().ceilings.items() if name != gone}
    with pytest.raises(Unproven, match=message):
        derived(tmp_path, [gemm(), spmv()], ceilings=rest)


def test_a_kernel_in_a_precision_without_a_peak_is_left_out(tmp_path: Path) -> None:
    others = [case("gemm_bf16", precision="bf16", limit="compute"), case("scan", precision="int64", work=COUNTS)]
    assert set(derived(tmp_path, [gemm(), spmv(), *others]).kernels) == {"gemm_fp32", "spmv"}


def test_a_kernel_is_a_fraction_of_an_optional_peak_where_there_is_one(tmp_path: Path) -> None:
    ceilings = {**result().ceilings, "fma_bf16_gflops": Ceiling(400.0, 380.0, 400.0, 2, "fma_peak_bf16")}
    wide = replace(gemm(precision="bf16"), kernel="gemm_bf16")
    record = derived(tmp_path, [gemm(), spmv(), wide], ceilings=ceilings)
    assert record.peaks["bf16"] == Peak(0.4, 0.38, 0.4)
    assert record.kernels["gemm_bf16"].fraction_of_peak == pytest.approx(100 / 400)
    path = tmp_path / "capability.json"
    path.write_text(dumps(record))
    assert read_capability(path) == record


def test_a_mix_of_a_kernel_without_a_peak_is_refused(tmp_path: Path) -> None:
    wide = replace(gemm(precision="bf16"), kernel="gemm_bf16")
    message = "kernel gemm_bf16 cannot be used: no bf16 peak was measured: run again with --kernel fma_peak_bf16"
    with pytest.raises(Unproven, match=message):
        derived(tmp_path, [wide], [replace(MIX, shares={"gemm_bf16": 1.0})])


def test_a_mix_in_a_precision_without_a_peak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="mix half: no peak was measured for fp16, only for fp32, fp64"):
        derived(tmp_path, [gemm(), spmv()], [replace(MIX, precision="fp16")])


def test_two_mixes_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two mixes have the id 'half'"):
        derived(tmp_path, [gemm(), spmv()], [MIX, MIX])


rates = st.floats(0.1, 1e4)
wider = st.floats(0.01, 0.5)


@given(st.floats(0.01, 0.99), rates, rates, wider, st.floats(1e3, 1e5))
def test_the_laws_of_a_mix(share: float, fast: float, slow: float, width: float, peak: float) -> None:
    mix = replace(MIX, shares={"gemm_fp32": share, "spmv": 1 - share})
    speeds = {
        name: (rate, rate * (1 - width), rate * (1 + width)) for name, rate in (("gemm_fp32", fast), ("spmv", slow))
    }
    found = weigh(mix, speeds, Peak(peak / 1e3, peak * 0.9 / 1e3, peak / 1e3))
    assert found.effective_low <= found.effective_tflops <= found.effective_high
    assert found.low <= found.sustained_fraction <= found.high
    smaller, larger = sorted((fast, slow))
    assert smaller * 0.999 <= found.effective_tflops * 1e3 <= larger * 1.001
    assert found.sustained_fraction * peak == pytest.approx(found.effective_tflops * 1e3)


def test_a_mix_of_one_kernel_is_that_kernel() -> None:
    only = replace(MIX, shares={"spmv": 1.0})
    found = weigh(only, {"spmv": (5.0, 4.0, 6.0)}, Peak(0.1, 0.1, 0.1))
    assert (found.effective_tflops, found.sustained_fraction) == pytest.approx((0.005, 0.05))


def test_a_result_of_nothing_is_refused(tmp_path: Path) -> None:
    empty: Result = result()
    path = tmp_path / "r.json"
    path.write_text(dumps(empty))
    with pytest.raises(Unproven, match="kernel gemm_fp32 was not measured"):
        capability(empty, path, [MIX], "now")


def test_the_planner_accepts_the_record(tmp_path: Path) -> None:
    planner = pytest.importorskip("planner.capability", reason="the planner is not installed")
    path = tmp_path / "capability.json"
    path.write_text(dumps(derived(tmp_path, [gemm(), spmv()])))
    assert planner.read_record(path).mixes["half"].sustained_fraction > 0
