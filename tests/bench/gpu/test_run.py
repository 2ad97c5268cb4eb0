"""A run: ceilings, smaller sizes where there is no room, one file; and the command where there is no GPU."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.cli.gpu import line
from bench.decode import dumps
from bench.gpu.measure import Stop
from bench.gpu.run import at_a_size_that_fits, copy_gb_per_s, launch_us, run
from kernels.cuda import missing, this_gpu
from kernels.gpu import version_of
from tests.bench.gpu.made_up import Device, gpu_of

COPY = version_of("stream_copy")
SHORT = Stop(min_samples=3, time_cap_s=0.2)


def test_the_copy_counts_what_is_read_and_written():
    """An eighth of 1 MiB, both ways, in 2 ms."""
    assert copy_gb_per_s(gpu_of(Device()), SHORT) == pytest.approx(2 * 2**17 / 2e-3 / 1e9)


def test_a_launch_costs_its_share_of_many():
    device = Device((3.0,))
    assert launch_us(gpu_of(device), SHORT, count=100) == pytest.approx(30.0)
    assert set(device.launched) == {"nothing"}


def test_a_device_without_room_gets_the_next_smaller_size_and_says_so(monkeypatch):
    sizes = {"quick": {"n": 100}, "standard": {"n": 1000}, "full": {"n": 10_000}}
    monkeypatch.setattr("bench.gpu.run.find", lambda name: with_sizes(name, sizes))
    case = at_a_size_that_fits(gpu_of(Device(room_bytes=20_000)), COPY, "full", SHORT)
    assert (case.size, case.params, case.refused) == ("standard", {"n": 1000}, "")
    none = at_a_size_that_fits(gpu_of(Device(room_bytes=10)), COPY, "full", SHORT)
    assert none.size == "quick"
    assert none.refused.startswith("no room on the device")


def with_sizes(name, sizes):
    from dataclasses import replace

    from kernels import find

    return replace(find(name), sizes=sizes)


def test_a_result_describes_itself(monkeypatch):
    monkeypatch.setattr("bench.gpu.run.find", lambda name: with_sizes(name, {"quick": {"n": 100}}))
    seen = []
    result = run(gpu_of(Device()), [COPY], size="quick", stop=SHORT, progress=seen.append)
    told = json.loads(dumps(result))
    assert told["schema"] == "innocap.gpu/1"
    assert told["gpu"]["device"] == "Made up"
    assert told["gpu"]["compute_capability"] == "9.0"
    assert told["versions"]["numpy"]
    assert set(told["ceilings"]) == {"copy_gb_per_s", "launch_us"}
    assert [case["kernel"] for case in told["cases"]] == ["stream_copy"] == [case.kernel for case in seen]
    assert "cold" in line(seen[0])


def test_a_case_that_was_not_timed_says_why_in_its_line():
    from bench.gpu.measure import GpuCase

    assert line(GpuCase("gemm_fp32", "quick", {}, None, refused="no room")).endswith("no room")


@pytest.mark.skipif(not missing(), reason="there is a GPU here")
def test_without_a_gpu_the_command_says_what_is_missing(tmp_path):
    done = CliRunner().invoke(bench, ["gpu", "-o", str(tmp_path / "out.json")])
    assert done.exit_code == 2
    assert done.stderr.startswith("error: no ")
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError, match="no "):
        this_gpu()


def test_bad_input_is_one_message(tmp_path):
    unknown = CliRunner().invoke(bench, ["gpu", "-o", str(tmp_path / "x.json"), "--kernel", "sort"])
    assert (unknown.exit_code, "has no GPU version; choose from" in unknown.stderr) == (2, True)
    there = tmp_path / "there.json"
    there.write_text("{}")
    kept = CliRunner().invoke(bench, ["gpu", "-o", str(there)])
    assert (kept.exit_code, "exists already" in kept.stderr) == (2, True)


def test_nothing_runs_in_the_simulator(monkeypatch):
    monkeypatch.setattr("kernels.cuda.SIMULATED", True)
    monkeypatch.setattr("kernels.cuda.cuda", object())
    assert "NUMBA_ENABLE_CUDASIM" in missing()
    monkeypatch.setattr("kernels.cuda.cuda", None)
    assert "innocap[cuda]" in missing()
