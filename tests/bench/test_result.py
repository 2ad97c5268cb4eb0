"""Result files and capability records: round trip, and refusal of whatever is not one."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.decode import decode, dumps
from bench.load import ResultError
from bench.record import read_capability
from bench.result import Case, Result, known, read_result
from tests.bench.toys import PEERS, case, result

times = st.floats(1e-9, 1e3)


@given(
    st.lists(times, min_size=1, max_size=20).map(tuple),
    times,
    st.sampled_from(["ok", "noisy", "refused", "wrong", "failed"]),
    st.none() | st.text(),
    st.dictionaries(st.text(max_size=5), st.none() | st.floats(0, 1), max_size=3),
)
def test_a_case_survives_a_round_trip(
    samples: tuple[float, ...], median: float, verdict: Any, layer: str | None, conditions: dict[str, Any]
) -> None:
    value = case(
        samples_s=samples,
        median_s=median,
        verdict=verdict,
        threading_layer=layer,
        conditions=conditions,
        peers=PEERS,
    )
    assert decode(Case, json.loads(dumps(value))) == value


def test_a_result_file_reads_back_as_it_was(tmp_path: Path) -> None:
    value = result([case(peers=PEERS), case("other", median_s=None, samples_s=(), verdict="wrong")])
    path = tmp_path / "result.json"
    path.write_text(dumps(value, indent=1))
    assert read_result(path) == value


def test_a_result_file_holds_the_fields_of_the_contract() -> None:
    data = json.loads(dumps(result([case(peers=PEERS)])))
    assert {"schema", "run_id", "created", "suite", "preset", "machine", "environment", "ceilings"} <= set(data)
    assert "passport" in data["machine"]
    assert {"before", "during", "after", "verdict", "remedies"} == set(data["environment"])
    assert {"value", "low", "high", "threads"} <= set(data["ceilings"]["dram_gb_per_s"])
    expected = {"kernel", "version", "size", "params", "threads", "precision", "limit", "work", "verification"}
    expected |= {"compile_s", "cache", "first_call_s", "samples_s", "stop_reason", "median_s", "low_s", "high_s"}
    expected |= {"gflops", "gb_per_s", "ceiling", "fraction_of_ceiling", "peers", "verdict"}
    assert expected <= set(data["cases"][0])
    assert {"flops", "bytes_read", "bytes_written", "formula"} == set(data["cases"][0]["work"])
    assert data["cases"][0]["peers"][1] == {"name": "slow", "skipped": "not installed"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"schema": "innocap.result/1",', "not JSON"),
        ("[1, 2]", "expected schema 'innocap.result/1' or 'innocap.result/2', found None"),
        ('{"schema": "somebody.else/7"}', "found 'somebody.else/7'"),
        ('{"benchmarks": [], "datetime": "now"}', "not a result of `bench run`"),
        ('{"schema": "innocap.result/1"}', "damaged: top level: expected the keys run_id"),
    ],
)
def test_a_foreign_or_malformed_file_gets_one_clear_message(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(ResultError) as caught:
        read_result(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_damaged_number_is_named_with_its_place(tmp_path: Path) -> None:
    data = json.loads(dumps(result([case(), case("other")])))
    data["cases"][1]["median_s"] = "fast"
    path = tmp_path / "r.json"
    path.write_text(json.dumps(data))
    with pytest.raises(ResultError, match=r'cases\[1\]\.median_s: expected .*found "fast"'):
        read_result(path)


def test_a_missing_or_binary_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"none\.json: cannot be read: No such file"):
        read_result(tmp_path / "none.json")
    with pytest.raises(ResultError, match="cannot be read"):
        read_result(tmp_path)
    binary = tmp_path / "b.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ResultError, match="not a text file"):
        read_result(binary)


def test_a_result_is_no_capability_record(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(dumps(result([case()])))
    with pytest.raises(ResultError, match="not a record of `bench capability`"):
        read_capability(path)


def test_an_unknown_passport_field_reads_as_none() -> None:
    passport = {"cores": 4, "caches_bytes": {"l3": 5}, "governor": {"value": None, "reason": "hidden"}}
    assert known(passport, "cores") == 4
    assert known(passport, "caches_bytes") == {"l3": 5}
    assert known(passport, "governor") is None
    assert known(passport, "absent") is None


def test_the_id_of_a_case_tells_kernel_size_and_threads() -> None:
    assert replace(case("spmv"), threads=4).id == "spmv/quick/t4"


def test_reading_a_result_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, bench.result; "
        "print([m for m in ('numpy', 'numba', 'pydantic', 'ruamel', 'rich', 'kernels') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_values_cannot_be_changed() -> None:
    value: Result = result()
    with pytest.raises(AttributeError):
        value.suite = "other"
