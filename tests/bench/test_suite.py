"""A run on a fake worker: order, journal, resume, failures, repeated ceilings, a full disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import disk
from bench.disk import DiskFull, journal_path, read_journal
from bench.load import ResultError
from bench.result import Case, NoiseFloor, Result, WorkCount, read_result
from bench.settings import Settings
from bench.suite import run
from bench.tables import noise_lines
from bench.warm import Compiled, Told
from bench.worker import Request
from tests.bench.toys import TOY, case, sources

NAMES = ("stream_triad", "fma_peak_fp64", "spmv", "gemm_fp64")
KERNELS = {name: replace(TOY, name=name) for name in NAMES}
SETTINGS = Settings("quick", "quick", NAMES, (2,), 1, 0.03, 7, 0.2, 1.0, 120.0, False)
PEAK = WorkCount(flops=1e9, bytes_read=0, bytes_written=0, formula="f")
STREAM = WorkCount(flops=0, bytes_read=2e8, bytes_written=2e8, formula="f")


class Workers:
    """Answers requests from a table of seconds per kernel, and remembers them."""

    def __init__(self, **seconds: Any) -> None:
        self.seconds = {"stream_triad": [0.01], "fma_peak_fp64": [0.01], **seconds}
        self.asked: list[str] = []

    def __call__(self, request: Request, limit_s: float) -> Case | str:
        self.asked.append(request.kernel)
        answers = self.seconds.get(request.kernel, [0.05])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, (str, BaseException)):
            if isinstance(answer, BaseException):
                raise answer
            return answer
        work = {"fma_peak_fp64": PEAK, "stream_triad": STREAM}.get(request.kernel, WorkCount(1e9, 2e8, 0, "f"))
        return case(request.kernel, seconds=answer, work=work, threads=request.threads)


@pytest.fixture
def go(tmp_path: Path) -> Callable[..., Result]:
    def start(worker: Workers, settings: Settings = SETTINGS, **options: Any) -> Result:
        machine = sources(options.pop("machine", "epyc_vm"), tmp_path / "machine")
        compiler = options.pop("compiler", lambda *_: {})
        return run(settings, KERNELS, tmp_path / "r.json", machine, worker=worker, compiler=compiler, **options)

    return start


def test_a_run_measures_everything_and_writes_one_file(go: Callable[..., Result], tmp_path: Path) -> None:
    workers = Workers()
    found = go(workers)
    assert workers.asked[:2] == ["stream_triad", "fma_peak_fp64"]
    assert sorted(workers.asked) == sorted(NAMES)
    assert read_result(tmp_path / "r.json") == found
    assert not journal_path(tmp_path / "r.json").exists()
    assert found.ceilings["fma_fp64_gflops"].value == pytest.approx(100)
    assert found.ceilings["dram_gb_per_s"].value == pytest.approx(40)
    gemm = next(entry for entry in found.cases if entry.kernel == "gemm_fp64")
    assert (gemm.ceiling, gemm.fraction_of_ceiling) == ("fma_fp64_gflops", pytest.approx(0.2))
    assert found.machine.passport["cpu_model"] == "AMD EPYC"
    assert found.settings["order_seed"] >= 0


def test_the_noise_floor_is_measured_once_where_the_suite_asks_for_it(go: Callable[..., Result]) -> None:
    asked, told = [], []
    floor = NoiseFloor("stream_triad", 11, 0.004, 0.05, 0.01)

    def noise(threads: int, step: Callable[[int, int], None]) -> NoiseFloor:
        asked.append(threads)
        step(3, 6)
        return floor

    assert go(Workers(), noise=noise).noise_floor is None
    found = go(
        Workers(),
        replace(SETTINGS, noise_floor=True),
        noise=noise,
        force=True,
        progress=lambda done, total, label, _case: told.append((done, total, label)),
    )
    assert (found.noise_floor, asked) == (floor, [2])
    assert (3, 6, "noise floor") in told
    assert "5.00% at most" in noise_lines(found)[0]


def test_a_run_goes_on_without_a_noise_floor_and_says_so(go: Callable[..., Result]) -> None:
    def broken(*_: Any) -> NoiseFloor:
        raise ResultError("a process ended")

    found = go(Workers(), replace(SETTINGS, noise_floor=True), noise=broken)
    assert found.noise_floor is None
    assert noise_lines(found) == ["the noise floor could not be measured: try bench doctor --noise"]
    assert noise_lines(replace(found, settings={})) == []


def test_cases_are_judged_by_the_interval_that_was_asked_for(go: Callable[..., Result]) -> None:
    uneven = {"gemm_fp64": [0.05, 0.0515]}
    tight, loose = replace(SETTINGS, processes=2, interval=0.01), replace(SETTINGS, processes=2, interval=0.1)
    for settings, verdict in ((tight, "noisy"), (loose, "ok")):
        found = go(Workers(**{name: list(times) for name, times in uneven.items()}), settings, force=True)
        case = next(entry for entry in found.cases if entry.kernel == "gemm_fp64")
        assert case.verdict == verdict
        assert ("wider than the +-1.0% asked for" in case.remedy) == (verdict == "noisy")


def test_progress_is_told_before_and_after_every_case(go: Callable[..., Result]) -> None:
    told: list[tuple[int, int, str, bool]] = []
    go(Workers(), progress=lambda done, total, label, case: told.append((done, total, label, case is not None)))
    assert told[:3] == [(0, 4, "compiling", False), (0, 4, "stream_triad", False), (1, 4, "stream_triad", True)]
    assert told[-1][:2] == (4, 4)


def test_compiling_comes_first_and_its_time_stands_at_the_first_case_of_the_kernel(go: Callable[..., Result]) -> None:
    asked: list[tuple[str, ...]] = []

    def compiler(names: tuple[str, ...], processes: int, told: Told) -> dict[str, Compiled]:
        assert processes >= 1
        asked.append(names)
        return {"spmv": Compiled("spmv", 3.5, "miss"), "gemm_fp64": Compiled("gemm_fp64", 0.1, "hit")}

    def loading(request: Request, limit_s: float) -> Case | str:
        answer = Workers()(request, limit_s)
        return answer if isinstance(answer, str) else replace(answer, cache="hit", compile_s=0.2)

    found = go(loading, replace(SETTINGS, threads=(1, 2)), compiler=compiler)
    assert [sorted(names) for names in asked] == [sorted(NAMES)]
    times = {(entry.kernel, entry.cache): entry.compile_s for entry in found.cases}
    assert (times["spmv", "miss"], times["spmv", "hit"], times["gemm_fp64", "hit"]) == (3.5, 0.2, 0.2)


def test_only_what_is_left_is_compiled_on_resume(go: Callable[..., Result]) -> None:
    asked: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        go(Workers(fma_peak_fp64=[KeyboardInterrupt()]))
    go(Workers(), resume=True, compiler=lambda names, *_: asked.extend(names) or {})
    assert sorted(asked) == sorted(set(NAMES) - {"stream_triad"})


def test_the_threading_layer_enters_the_passport_once_it_is_known(go: Callable[..., Result]) -> None:
    assert go(Workers()).machine.passport["threading_layer"]["value"] is None

    def layered(request: Request, limit_s: float) -> Case | str:
        answer = Workers()(request, limit_s)
        assert isinstance(answer, Case)
        return replace(answer, threading_layer="omp")

    assert go(layered, force=True).machine.passport["threading_layer"] == "omp"


def test_an_interrupted_run_keeps_what_is_finished_and_goes_on(go: Callable[..., Result], tmp_path: Path) -> None:
    first = Workers(fma_peak_fp64=[KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        go(first)
    journal = journal_path(tmp_path / "r.json")
    header, entries = read_journal(journal)
    assert [entry["job"] for entry in entries] == ["stream_triad/quick/t2#0"]
    assert not (tmp_path / "r.json").exists()
    second = Workers()
    found = go(second, resume=True)
    assert "stream_triad" not in second.asked
    assert sorted(second.asked) == sorted(set(NAMES) - {"stream_triad"})
    assert found.run_id == header["run_id"]
    assert len(found.cases) == 4
    assert not journal.exists()


def test_an_unfinished_journal_is_not_overwritten_by_accident(go: Callable[..., Result], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(spmv=[KeyboardInterrupt()], gemm_fp64=[KeyboardInterrupt()]))
    with pytest.raises(ResultError, match=r"unfinished run with 2 finished measurements; go on with --resume"):
        go(Workers())
    assert len(read_journal(journal_path(tmp_path / "r.json"))[1]) == 2
    again = Workers()
    go(again, force=True)
    assert sorted(again.asked) == sorted(NAMES)


def test_an_existing_result_is_not_overwritten_by_accident(go: Callable[..., Result], tmp_path: Path) -> None:
    old = go(Workers())
    for options in ({}, {"resume": True}):
        with pytest.raises(
            ResultError, match="exists already; name another file with -o, or overwrite it with --force"
        ):
            go(Workers(), **options)
    assert read_result(tmp_path / "r.json") == old
    assert go(Workers(), force=True).run_id != old.run_id


def test_resume_without_a_journal_just_starts(go: Callable[..., Result]) -> None:
    assert len(go(Workers(), resume=True).cases) == 4


def test_a_journal_with_other_settings_is_refused(go: Callable[..., Result]) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(spmv=[KeyboardInterrupt()], gemm_fp64=[KeyboardInterrupt()]))
    with pytest.raises(ResultError, match=r"other settings \(peers False there, True here\)"):
        go(Workers(), replace(SETTINGS, peers=True), resume=True)


def test_a_journal_of_another_machine_is_refused(go: Callable[..., Result]) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(stream_triad=[KeyboardInterrupt()]))
    with pytest.raises(ResultError, match=r"made on another machine \(cpu_model"):
        go(Workers(), resume=True, machine="laptop")


def test_a_damaged_journal_is_refused(go: Callable[..., Result], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(fma_peak_fp64=[KeyboardInterrupt()]))
    journal = journal_path(tmp_path / "r.json")
    journal.write_text(journal.read_text().replace('"samples_s": [', '"samples_s": ["x", '))
    with pytest.raises(ResultError, match=r"damaged: line 2\.case\.samples_s\[0\]: expected a finite number"):
        go(Workers(), resume=True)


def test_a_failed_case_is_told_and_tried_again_on_resume(go: Callable[..., Result]) -> None:
    first = Workers(stream_triad=["the worker died of signal SIGSEGV"], fma_peak_fp64=[KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        go(first)
    second = Workers()
    found = go(second, resume=True)
    assert "stream_triad" in second.asked
    assert all(entry.verdict != "failed" for entry in found.cases)


def test_a_case_that_fails_for_good_stands_in_the_result(go: Callable[..., Result]) -> None:
    found = go(Workers(spmv=["the worker died of signal SIGKILL"]))
    spmv = next(entry for entry in found.cases if entry.kernel == "spmv")
    assert (spmv.verdict, spmv.remedy) == ("failed", "the worker died of signal SIGKILL")
    assert spmv.work.formula == TOY.work(n=1000).formula


def test_a_disturbed_ceiling_is_measured_again(go: Callable[..., Result]) -> None:
    workers = Workers(fma_peak_fp64=[0.1, 0.01], gemm_fp64=[0.02])
    found = go(workers)
    assert workers.asked.count("fma_peak_fp64") == 2
    assert workers.asked.count("stream_triad") == 1
    gemm = next(entry for entry in found.cases if entry.kernel == "gemm_fp64")
    assert (gemm.verdict, gemm.fraction_of_ceiling) == ("ok", pytest.approx(0.5))


def test_a_case_that_beats_an_honest_ceiling_is_refused(go: Callable[..., Result]) -> None:
    workers = Workers(gemm_fp64=[0.005])
    found = go(workers)
    assert workers.asked.count("fma_peak_fp64") == 2
    gemm = next(entry for entry in found.cases if entry.kernel == "gemm_fp64")
    assert gemm.verdict == "refused"
    assert "200% of the ceiling fma_fp64_gflops is above 105%" in gemm.remedy


def test_several_processes_measure_a_case_as_one(go: Callable[..., Result], tmp_path: Path) -> None:
    workers = Workers(spmv=[0.04, 0.05, 0.06])
    found = go(workers, replace(SETTINGS, processes=3))
    assert sorted(workers.asked) == sorted(NAMES * 3)
    assert sorted(workers.asked[:2]) == ["fma_peak_fp64", "stream_triad"]
    spmv = next(entry for entry in found.cases if entry.kernel == "spmv")
    assert spmv.samples_per_process == (3, 3, 3)
    assert (spmv.median_s, spmv.low_s, spmv.high_s) == (0.05, 0.04, 0.06)
    assert len(found.cases) == len(NAMES)


def test_the_time_of_a_case_is_shared_out_among_its_processes(go: Callable[..., Result]) -> None:
    asked: list[Request] = []

    def worker(request: Request, limit_s: float) -> Case | str:
        asked.append(request)
        return Workers()(request, limit_s)

    go(worker, replace(SETTINGS, processes=2))
    assert {(request.min_time_s, request.time_cap_s) for request in asked} == {(0.1, 0.5)}
    assert len({request.seed for request in asked}) == len(asked)


def test_energy_is_measured_once_per_case_and_only_where_the_suite_asks(go: Callable[..., Result]) -> None:
    for asks in (False, True):
        asked: list[Request] = []

        def worker(request: Request, limit_s: float, asked: list[Request] = asked) -> Case | str:
            asked.append(request)
            return Workers()(request, limit_s)

        go(worker, replace(SETTINGS, processes=3, energy=asks), force=True)
        assert sum(request.energy for request in asked) == (len(NAMES) if asks else 0)


def test_no_process_is_counted_twice_after_a_resume(go: Callable[..., Result]) -> None:
    settings = replace(SETTINGS, processes=2)
    first = Workers(spmv=[0.05, KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        go(first, settings)
    second = Workers()
    found = go(second, settings, resume=True)
    assert len(first.asked) - 1 + len(second.asked) == 2 * len(NAMES)
    assert {entry.kernel: entry.samples_per_process for entry in found.cases} == dict.fromkeys(NAMES, (3, 3))


def test_a_disk_that_fills_up_loses_nothing_finished(
    go: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = disk.append, [2]

    def append(path: Path, entry: Any) -> None:
        left[0] -= 1

        def sync(handle: int) -> None:
            if left[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        real(path, entry, sync)

    monkeypatch.setattr(disk, "append", append)
    with pytest.raises(DiskFull, match="the disk is full; free some space and run again, finished cases are kept"):
        go(Workers())
    monkeypatch.setattr(disk, "append", real)
    workers = Workers()
    found = go(workers, resume=True)
    assert len(workers.asked) <= 2
    assert len(found.cases) == 4


def test_a_disk_that_is_full_at_the_end_keeps_the_journal(
    go: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = disk.write_atomically

    def full(path: Path, text: str) -> None:
        if path.suffix == ".json":
            raise disk.failure(path, OSError(errno.ENOSPC, "full"))
        real(path, text)

    monkeypatch.setattr(disk, "write_atomically", full)
    with pytest.raises(DiskFull, match="the disk is full"):
        go(Workers())
    monkeypatch.setattr(disk, "write_atomically", real)
    workers = Workers()
    assert len(go(workers, resume=True).cases) == 4
    assert workers.asked == []


def test_a_run_that_was_ended_just_before_its_journal_went_is_done(go: Callable[..., Result], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(spmv=[KeyboardInterrupt()]))
    journal = journal_path(tmp_path / "r.json")
    text = journal.read_text()
    found = go(Workers(), resume=True)
    journal.write_text(text)
    workers = Workers()
    assert go(workers, resume=True) == found
    assert workers.asked == []
    assert not journal.exists()


def test_the_journal_of_another_run_is_not_taken_for_the_finished_one(
    go: Callable[..., Result], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        go(Workers(spmv=[KeyboardInterrupt()]))
    text = journal_path(tmp_path / "r.json").read_text()
    go(Workers(), force=True)
    journal_path(tmp_path / "r.json").write_text(text)
    with pytest.raises(ResultError, match="exists already"):
        go(Workers(), resume=True)
    assert journal_path(tmp_path / "r.json").exists()


def test_sizes_that_were_fitted_to_the_machine_are_those_of_the_first_start(go: Callable[..., Result]) -> None:
    first = replace(SETTINGS, sizes={"spmv": {"quick-x2": {"n": 2000}}}, fitted=True, remarks=("one",))
    later = replace(first, sizes={"spmv": {"quick-x4": {"n": 4000}}}, remarks=())
    with pytest.raises(KeyboardInterrupt):
        go(Workers(gemm_fp64=[KeyboardInterrupt()], spmv=[KeyboardInterrupt()]), first)
    sizes: list[str] = []

    def asked(request: Request, limit_s: float) -> Case | str:
        sizes.append(request.size)
        return Workers()(request, limit_s)

    found = go(asked, later, resume=True)
    assert "quick-x2" in sizes
    assert "quick-x4" not in sizes
    assert found.settings["sizes"] == first.sizes
    with pytest.raises(KeyboardInterrupt):
        go(Workers(spmv=[KeyboardInterrupt()]), first, force=True)
    with pytest.raises(ResultError, match=r"other settings \(sizes"):
        go(Workers(), replace(later, fitted=False), resume=True, force=True)


def test_two_runs_on_one_output_are_refused(go: Callable[..., Result], tmp_path: Path) -> None:
    def nested(request: Request, limit_s: float) -> Case | str:
        with pytest.raises(ResultError, match="is writing this result"):
            go(Workers(), resume=True)
        return Workers()(request, limit_s)

    assert len(go(nested).cases) == 4
