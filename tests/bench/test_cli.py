"""The commands: exit codes, one message per failure, JSON on standard output, a kill and a resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench import noise
from bench.cli import bench
from bench.decode import dumps
from bench.disk import journal_path, read_journal
from bench.record import read_capability
from bench.result import NoiseFloor, read_result
from bench.spawn import HOME
from tests.bench.test_capability import gemm, spmv
from tests.bench.toys import case, result

STREAMS = ("stream_copy", "stream_scale", "stream_add")
SUITE = f"""
id = "tiny"
kernels = {list(STREAMS)}
preset = "quick"
threads = 1
interval = 0.5
min_samples = 3
min_time_s = 0.01
time_cap_s = 0.1
"""
MIX = "{id: m, name: M, precision: fp32, shares: {gemm_fp32: 0.5, spmv: 0.5}, source: s, kind: assumption}\n"


def called(*arguments: object) -> Result:
    return CliRunner().invoke(bench, [str(argument) for argument in arguments])


def stored(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else dumps(value), "utf-8")
    return path


def refused(found: Result, code: int, *words: str) -> None:
    assert found.exit_code == code
    assert found.stdout == ""
    assert found.stderr.startswith("error: ")
    assert found.stderr.count("\n") == 1
    for word in words:
        assert word in found.stderr


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from bench.cli import bench; "
        "assert CliRunner().invoke(bench, ['--help']).exit_code == 0; "
        "print([m for m in ('numpy', 'numba', 'rich', 'ruamel', 'kernels', 'scipy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME)
    assert done.stdout.strip() == "[]"


def test_every_command_has_help() -> None:
    text = called("--help").output
    for command in ("list", "doctor", "run", "show", "roofline", "capability"):
        assert command in text
        assert called(command, "--help").exit_code == 0


def test_list_names_every_kernel_with_its_peer() -> None:
    rows = json.loads(called("list", "--json").stdout)
    assert {row["kernel"]: row["peers"] for row in rows}["gemm_fp32"] == "numpy BLAS, torch mm"
    assert "attention" in called("list").stderr


def test_doctor_tells_machine_and_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    found = json.loads(called("doctor", "--json").stdout)
    assert found["environment"]["verdict"] in ("quiet", "usable", "noisy")
    assert "cpu_model" in found["passport"]
    assert [finding["level"] for finding in found["findings"]] == sorted(
        (finding["level"] for finding in found["findings"]), key=["noisy", "usable", "quiet"].index
    )
    assert found["noise_floor"] is None
    text = called("doctor").stderr
    assert "grade of this machine now: " in text
    assert "load of the last minute" in text


def test_doctor_measures_the_noise_floor_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    asked = []
    floor = NoiseFloor("stream_triad", 11, 0.004, 0.05, 0.01)
    monkeypatch.setattr(noise, "measured", lambda threads, told: asked.append(threads) or floor)
    assert "5.00% at most" in called("doctor", "--noise", "--threads", 1).stderr
    assert asked == [1]
    assert json.loads(called("doctor", "--noise", "--json").stdout)["noise_floor"]["worst"] == 0.05
    refused(called("doctor", "--noise", "--threads", 9999), 2, "--threads 9999: this process may use")


def test_show_and_roofline_read_a_result(tmp_path: Path) -> None:
    path = stored(tmp_path / "r.json", result([case("spmv", ceiling="dram_gb_per_s", fraction_of_ceiling=0.8)]))
    assert "spmv" in called("show", path).stderr
    assert json.loads(called("show", path, "--json").stdout)["suite"] == "quick"
    assert "80%" in called("roofline", path).stderr
    found = json.loads(called("roofline", path, "--json").stdout)
    assert found["cases"]["spmv/quick/t2"]["fraction"] == 0.8


@pytest.mark.parametrize("command", ["show", "roofline"])
def test_a_foreign_file_is_bad_input(tmp_path: Path, command: str) -> None:
    refused(called(command, tmp_path / "none.json"), 2, "none.json: cannot be read")
    refused(called(command, stored(tmp_path / "x.json", "{")), 2, "x.json:1:2: not JSON")
    refused(called(command, stored(tmp_path / "y.json", "{}")), 2, "not a result of `bench run`")


def test_a_roofline_without_ceilings_is_not_verified(tmp_path: Path) -> None:
    path = stored(tmp_path / "r.json", result([case()], ceilings={}))
    refused(called("roofline", path), 4, "no ceilings were measured")


def test_capability_writes_a_record(tmp_path: Path) -> None:
    path, mix = stored(tmp_path / "r.json", result([gemm(), spmv()])), stored(tmp_path / "m.yaml", MIX)
    record = tmp_path / "c.json"
    found = called("capability", path, "--mix", mix, "-o", record, "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout)["mixes"]["m"]["precision"] == "fp32"
    assert read_capability(record).mixes["m"].effective_tflops == pytest.approx(1 / (0.5 / 100 + 0.5 / 5) / 1e3)
    assert "0.00952 (0.00762 to 0.0119)" in found.stderr
    assert "4.8% of fp32" in found.stderr
    refused(called("capability", path, "--mix", mix, "-o", record), 2, "exists already", "--force")
    assert called("capability", path, "--mix", mix, "-o", record, "--force").exit_code == 0


def test_capability_refuses_what_is_not_proven(tmp_path: Path) -> None:
    path, mix = stored(tmp_path / "r.json", result([gemm()])), stored(tmp_path / "m.yaml", MIX)
    refused(called("capability", path, "--mix", mix, "-o", tmp_path / "c.json"), 4, "kernel spmv was not measured")
    bad = stored(tmp_path / "bad.yaml", MIX.replace("spmv", "spvm"))
    refused(called("capability", path, "--mix", bad, "-o", tmp_path / "c.json"), 2, "did you mean 'spmv'?")
    assert not (tmp_path / "c.json").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--suite", "quik"), ("no suite 'quik'", "quick")),
        (("--kernel", "gem_fp32"), ("unknown kernel 'gem_fp32'", "did you mean 'gemm_fp")),
        (("--threads", "9999"), ("9999 threads asked for",)),
    ],
)
def test_bad_options_of_run(tmp_path: Path, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    refused(called("run", *options, "-o", tmp_path / "r.json"), 2, *words)
    assert list(tmp_path.iterdir()) == []


def test_run_refuses_to_overwrite(tmp_path: Path) -> None:
    path = stored(tmp_path / "r.json", result([case()]))
    refused(called("run", "-o", path), 2, "r.json: exists already", "--force")
    assert read_result(path).cases == (case(),)


def test_run_into_a_file_in_the_place_of_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("a file")
    refused(called("run", "-o", tmp_path / "none" / "r.json"), 2, "cannot be written", "choose another place with -o")


def started(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench", "run", "--suite", str(stored(tmp_path / "tiny.toml", SUITE))]
    command += ["-o", str(tmp_path / "r.json"), *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes, cwd=HOME, preexec_fn=heed_interrupts)


def heed_interrupts() -> None:
    """Background jobs of a shell are born deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for_cases(journal: Path, count: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if journal.exists() and journal.read_bytes().count(b"\n") > count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {count} finished cases in time: {process.communicate()[1] if process.poll() else ''}")


def test_a_real_run_survives_an_interrupt_and_a_kill_and_goes_on(tmp_path: Path) -> None:
    journal = journal_path(tmp_path / "r.json")
    first = started(tmp_path)
    wait_for_cases(journal, 1, first)
    os.kill(first.pid, signal.SIGINT)
    _, said = first.communicate(timeout=60)
    assert first.returncode == 5
    assert f"interrupted; finished cases are kept in {journal}, go on with --resume" in said
    assert "Traceback" not in said

    header, kept = read_journal(journal)
    refused(called("run", "--suite", tmp_path / "tiny.toml", "-o", tmp_path / "r.json"), 2, "unfinished run with")
    second = started(tmp_path, "--resume")
    wait_for_cases(journal, len(kept) + 1, second)
    second.kill()
    second.communicate()

    kept = read_journal(journal)[1]
    third = started(tmp_path, "--resume", "--json")
    out, said = third.communicate(timeout=120)
    assert third.returncode == 0, said
    found = read_result(tmp_path / "r.json")
    assert json.loads(out)["run_id"] == found.run_id == header["run_id"]
    assert {entry.kernel for entry in found.cases} == set(STREAMS)
    samples = {entry.kernel: list(entry.samples_s) for entry in found.cases}
    assert all(samples[entry["case"]["kernel"]] == entry["case"]["samples_s"] for entry in kept)
    assert not journal.exists()
