"""What a unit of an asset delivers, by hand; and the records that are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bench.record import CAPABILITY_SCHEMA
from planner.capability import CapabilityError, capabilities, read_record, sustained_fraction
from planner.scenario import Machine, Mix, Parameter, Scenario
from tests.planner.toys import given, trading

SHARES = {"gemm_fp32": 0.75, "attention": 0.25}
MIX = Mix("dense", "Dense", "fp32", SHARES, "by hand")


def machine(**changes: Any) -> Machine:
    fractions = {"gemm_fp32": Parameter(0.6, 0.5, 0.7, "published"), "attention": Parameter(0.3, None, 0.4)}
    plain = Machine("server", "Server", {"fp32": given(10.0)}, fractions, 4.0, "a brochure", None, "machines.yaml:3")
    return replace(plain, **changes)


def scenario(**changes: Any) -> Scenario:
    return trading(mixes={"dense": MIX}, machines={"server": machine(**changes)})


KERNEL = {
    "precision": "fp32", "fraction_of_peak": 0.6, "low": 0.5, "high": 0.7, "gflops": 6.0, "gflops_low": 5.0,
    "gflops_high": 7.0, "gb_per_s": 1.0, "verified": True, "work": "2 n^3 flop", "limit": "compute", "cache_check": "",
}  # fmt: skip
SPEED = {
    "precision": "fp32", "shares": SHARES, "sustained_fraction": 0.4, "low": 0.35, "high": 0.45,
    "effective_tflops": 4.0, "effective_low": 3.5, "effective_high": 4.5,
}  # fmt: skip
ORIGIN = {"run_id": "1", "sha256": "ab" * 32, "created": "2026-03-04T05:00:00+00:00", "environment": "quiet"}


def record(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "schema": CAPABILITY_SCHEMA,
        "created": "2026-03-04T05:06:07+00:00",
        "machine": {"cpu_model": "A Processor"},
        "versions": {"numba": "1"},
        "result": ORIGIN,
        "peaks": {"fp32": {"tflops": 10.0, "low": 9.0, "high": 11.0}},
        "memory_gb_per_s": {"value": 20.0, "low": 19.0, "high": 21.0},
        "kernels": dict.fromkeys(SHARES, KERNEL),
        "mixes": {"dense": SPEED},
    }
    return plain | changes


def written(folder: Path, content: Any) -> str:
    path = folder / "capability.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return str(path)


def test_a_mix_takes_the_sum_of_its_times():
    """Of 100 flop 75 run at 0.6 of peak, 25 at 0.3: 125 + 83.3 times as long as at peak, so 0.48."""
    assert sustained_fraction(SHARES, {"gemm_fp32": 0.6, "attention": 0.3}) == pytest.approx(0.48)


@drawn(st.lists(st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)), min_size=1, max_size=5))
def test_a_mix_is_between_its_slowest_and_fastest_kernel(parts: list[tuple[float, float]]):
    total = sum(share for share, _ in parts)
    shares = {str(k): share / total for k, (share, _) in enumerate(parts)}
    fractions = {str(k): fraction for k, (_, fraction) in enumerate(parts)}
    found = sustained_fraction(shares, fractions)
    assert min(fractions.values()) - 1e-12 <= found <= max(fractions.values()) + 1e-12


def test_published_fractions_with_their_range():
    near = capabilities(scenario())[0]
    assert (near.asset, near.demand_class, near.machine, near.mix) == ("server", "near", "server", "dense")
    assert near.peak_tflops == 40.0
    assert near.sustained == pytest.approx(0.48)
    assert near.low == pytest.approx(1 / (0.75 / 0.5 + 0.25 / 0.3))
    assert near.high == pytest.approx(1 / (0.75 / 0.7 + 0.25 / 0.4))
    assert near.eflops_per_unit == pytest.approx(40.0 * 0.48 * 0.5 * 1e-6)
    assert (near.origin, near.evidence) == ("published", "a brochure")


def test_a_measured_record_takes_the_place_of_a_brochure(tmp_path):
    path = written(tmp_path, record())
    near = capabilities(scenario(record=path))[0]
    assert (near.sustained, near.low, near.high, near.origin) == (0.4, 0.35, 0.45, "measured")
    assert near.evidence == f"{path}, measured 2026-03-04 on A Processor, environment quiet"
    assert near.eflops_per_unit == pytest.approx(40.0 * 0.4 * 0.5 * 1e-6)


def test_a_record_of_the_first_version_is_still_read(tmp_path):
    near = capabilities(scenario(record=written(tmp_path, record(schema="innocap.capability/1"))))[0]
    assert (near.sustained, near.origin) == (0.4, "measured")


def test_what_the_plausibility_gate_flagged_is_said_beside_measured(tmp_path):
    checks = [
        {"figure": "matrix product over peak", "value": 1.2, "verdict": "too good", "text": "above 1"},
        {"figure": "training step over peak", "value": 0.5, "verdict": "plausible", "text": ""},
    ]
    near = capabilities(scenario(record=written(tmp_path, record(plausibility=checks))))[0]
    assert near.evidence.endswith("quiet; implausible against published figures: matrix product over peak too good")


def refused(problem: str, place: Scenario) -> None:
    with pytest.raises(CapabilityError, match=problem):
        capabilities(place)


def test_an_asset_without_a_machine():
    assets = tuple(replace(a, machine=None) for a in scenario().assets)
    refused(
        "asset server serves near but names no machine; add machine: to the asset", replace(scenario(), assets=assets)
    )


def test_a_machine_without_the_precision_or_a_kernel_of_the_mix():
    refused(
        r"machines.yaml:3: no fp32 peak, which mix dense needs; it has fp64", scenario(peak_tflops={"fp64": given(1.0)})
    )
    refused(
        r"no fraction_of_peak for attention, .* it has gemm_fp32", scenario(fraction_of_peak={"gemm_fp32": given(0.6)})
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("not json", "not JSON"),
        ("[1]", "expected schema 'innocap.capability/1' or 'innocap.capability/2', found None"),
        (
            record(schema="innocap.result/1"),
            "expected schema 'innocap.capability/1' or 'innocap.capability/2', found 'innocap.result/1'",
        ),
        ({"schema": CAPABILITY_SCHEMA}, "damaged: .* make the file again"),
        (record(result="result.json"), "damaged: .*result"),
        (record(mixes={"dense": {}}), "damaged: .*mixes"),
        (record(machine={}), "refused: no machine; measure again"),
        (record(versions={}), "refused: no versions"),
        (record(created=""), "no created"),
        (record(kernels={}), "no kernels"),
        (record(kernels={"gemm_fp32": KERNEL | {"verified": False}}), "kernel gemm_fp32 is not verified"),
        (record(kernels={"gemm_fp32": KERNEL | {"work": ""}}), "kernel gemm_fp32 has no work formula"),
        (record(machine={}, versions={}), "refused: no machine; no versions"),
        (record(mixes={"dense": SPEED | {"low": 0.5}}), "mix dense sustains 0.4, from 0.5 to 0.45"),
        (record(mixes={"dense": SPEED | {"low": 0.0, "sustained_fraction": 0.0}}), "mix dense sustains 0, from 0 to"),
    ],
)
def test_a_record_that_cannot_be_trusted_is_refused(content, problem, tmp_path):
    refused(problem, scenario(record=written(tmp_path, content)))


def test_a_record_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(CapabilityError, match="no such capability record; make one with: innocap bench run"):
        read_record(tmp_path / "none.json")


def test_a_record_without_the_mix_or_with_another_one_of_its_name(tmp_path):
    refused(
        r"has no mix 'dense', which the plan needs of server; it has sparse; .*--mix configs/mixes/dense.yaml",
        scenario(record=written(tmp_path, record(mixes={"sparse": SPEED}))),
    )
    for change in ({"shares": {"gemm_fp32": 0.7, "attention": 0.3}}, {"precision": "fp64"}):
        other = record(mixes={"dense": SPEED | change})
        refused("mix 'dense' has other shares or precision than", scenario(record=written(tmp_path, other)))


def test_a_processor_that_nobody_could_name(tmp_path):
    unknown = {"cpu_model": {"value": None, "reason": "no lscpu"}, "cores": 2}
    evidence = capabilities(scenario(record=written(tmp_path, record(machine=unknown))))[0].evidence
    assert evidence.endswith("on unnamed processor, environment quiet")
