"""Kills, several writers at once, a full disk: real processes, and the store an undisturbed one would be."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bench.decode import dumps
from bench.spawn import HOME
from bench.store import collect, database, reading, schema, write
from bench.store.database import open_store
from tests.bench.store.fleet import called, everything, held, refused, run, taken_in, written

RUNS = 1200
STARTED = (sys.executable, "-m", "bench", "collect")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough files for several batches, all after one run."""
    place, text = tmp_path_factory.mktemp("fleet"), dumps(run(0))
    for number in range(RUNS):
        told = text.replace("run-0000", f"run-{number:04}").replace("Toy CPU 0", f"Toy CPU {number % 7}")
        (place / f"{number:04}.json").write_text(told, "utf-8")
    return place


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    store = str(tmp_path_factory.mktemp("store") / "s.db")
    taken_in(store, folder)
    return everything(store)


def begun(store: str, *places: Path) -> subprocess.Popen[str]:
    command = [*STARTED, *map(str, places), "--store", store]
    return subprocess.Popen(command, cwd=HOME, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def stored_runs(store: str) -> int:
    """Runs in the store so far; -1 before it is one."""
    try:
        with open_store(store).connect() as connection:
            return int(connection.execute(select(func.count()).select_from(schema.RUNS)).scalar() or 0)
    except (DBAPIError, ValueError):
        return -1


def wait_for_runs(process: subprocess.Popen[str], store: str, count: int) -> None:
    deadline = time.monotonic() + 100
    while process.poll() is None and stored_runs(store) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_killed_collection_goes_on_and_ends_like_an_undisturbed_one(
    tmp_path: Path, folder: Path, undisturbed: dict[str, Any]
) -> None:
    store, seen = str(tmp_path / "s.db"), []
    for count in (0, 1, 501):
        process = begun(store, folder)
        wait_for_runs(process, store, count)
        process.kill()
        process.communicate()
        seen.append(stored_runs(store))
    assert seen == sorted(seen)
    assert all(found % reading.BATCH == 0 or found == RUNS for found in seen if found >= 0)
    done = called("collect", folder, "--store", store)
    assert done.exit_code == 0, done.output
    assert everything(store) == undisturbed


def test_a_killed_collection_into_a_server_goes_on(folder: Path, database: str, undisturbed: dict[str, Any]) -> None:
    process = begun(database, folder)
    wait_for_runs(process, database, 1)
    process.kill()
    process.communicate()
    assert stored_runs(database) in (500, 1000, RUNS)
    taken_in(database, folder)
    assert everything(database) == undisturbed


def test_an_interrupt_keeps_what_is_stored_and_says_so(tmp_path: Path, folder: Path) -> None:
    store = str(tmp_path / "s.db")
    process = begun(store, folder)
    wait_for_runs(process, store, 1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("it was done before the signal came")
    assert process.returncode == 5
    assert f"interrupted; {stored_runs(store)} runs were stored; run again to go on" in said
    assert "Traceback" not in said


def test_an_interrupt_just_before_a_batch_is_counted_waits_until_it_is(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: Any) -> Any:
        counts = write.write_batch(*given)
        signal.raise_signal(signal.SIGTERM)
        return counts

    store = str(tmp_path / "s.db")
    monkeypatch.setattr(collect, "write_batch", interrupted)
    before = signal.getsignal(signal.SIGTERM)
    refused(called("collect", folder, "--store", store), 5, f"interrupted; {reading.BATCH} runs were stored")
    signal.signal(signal.SIGTERM, before)
    assert stored_runs(store) == reading.BATCH


def test_several_writers_at_once_lose_and_double_nothing(tmp_path: Path, store: str) -> None:
    runs = [run(number, machine=number % 5) for number in range(60)]
    folders = [written(tmp_path / name, *runs[first : first + 30]) for name, first in (("a", 0), ("b", 15), ("c", 30))]
    processes = [begun(store, folder) for folder in folders]
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert sorted(found.run_id for found in held(store)) == [found.run_id for found in runs]
    rows = everything(store)
    assert (len(rows["machines"]), len(rows["passports"]), len(rows["cases"])) == (5, 5, 240)


def test_a_full_disk_stops_with_whole_batches_kept(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, whole = str(tmp_path / "s.db"), str(tmp_path / "whole.db")
    taken_in(whole, folder)
    with open_store(whole).connect() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)
    monkeypatch.setattr(database, "PRAGMAS", (*database.PRAGMAS, f"max_page_count={pages * 7 // 10}"))
    refused(called("collect", folder, "--store", store), 5, "the disk is full", "free some space and run again")
    monkeypatch.undo()
    assert 0 < stored_runs(store) < RUNS
    assert stored_runs(store) % reading.BATCH == 0
    with open_store(store).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    taken_in(store, folder)
    assert stored_runs(store) == RUNS


def test_a_store_kept_busy_is_waited_for_then_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(tmp_path / "s.db")
    written(tmp_path / "in", run(1))
    engine = open_store(store, create=True)
    monkeypatch.setattr(database, "WAIT_S", 0)
    with database.writing(engine):
        refused(called("collect", tmp_path / "in", "--store", store), 5, "another program has kept the store")
    assert called("collect", tmp_path / "in", "--store", store).exit_code == 0


def test_reading_side_by_side_gives_the_same_in_the_same_order(folder: Path) -> None:
    files = sorted(folder.glob("*.json"))
    known = {found.sha256 for found in next(reading.batches(files, set(), processes=1)) if hasattr(found, "sha256")}
    alone = list(reading.batches(files, known, processes=1))
    assert list(reading.batches(files, known, processes=2)) == alone
    assert alone[0] == [None] * reading.BATCH


def test_a_reading_process_that_dies_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_begin", _die)
    with pytest.raises(database.Stopped, match="was killed"):
        list(reading.batches(sorted(folder.glob("*.json")), set(), processes=2))


def _die(*_: object) -> None:
    import os

    os._exit(9)


ORPHANS = """
import os, sys, time
from pathlib import Path
from bench.store import reading
if __name__ == "__main__":
    found = reading.batches(sorted(Path(sys.argv[1]).glob("*.json")), set(), processes=2)
    next(found)
    import multiprocessing
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    time.sleep(100)
"""


def test_reading_processes_do_not_outlive_a_kill(tmp_path: Path, folder: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(ORPHANS)
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        cwd=HOME,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(HOME)},
    )
    assert process.stdout is not None
    children = [int(pid) for pid in process.stdout.readline().split()]
    process.kill()
    process.communicate()
    assert len(children) == 2
    deadline = time.monotonic() + 20
    while any(_alive(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
