"""How fast a store takes in the results of a fleet, and answers: results made after a real one, collected, asked.

    python benchmarks/ingest.py RESULT [--files N] [--machines M] [--store PATH_OR_URL] [--folder DIR] [-o FILE]

RESULT is a file of `innocap bench run`. Every made file is a run of its own: times, rates and samples are scaled by
the speed of one of M machines and by a few percent of luck; layout and size are those of the real file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import resource
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.reading import read_mix
from bench.result import read_result
from bench.store.collect import Report, collect
from bench.store.database import open_store
from bench.store.ranking import best_ceilings, best_mix

ROOT = Path(__file__).resolve().parent.parent
MIXES = ("platform", "transactions", "edge_control")
VARIANTS = 2000
PER_FOLDER = 1000
TIMES = ("median_s", "low_s", "high_s", "first_call_s")
RATES = ("gflops", "gb_per_s")
REPEATS = 5


def main() -> None:
    """Make the files, collect them twice, ask, print and store the figures."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        folder = Path(place) / "results"
        made_s = _timed(lambda: make_files(asked.result, folder, asked.files, asked.machines))[0]
        target = asked.store or str(Path(place) / "store.db")
        found = measure(folder, target, asked.result)
    found |= {"files": asked.files, "machines": asked.machines, "bytes_per_file": asked.result.stat().st_size}
    found |= {"made_s": made_s, "sqlite": sqlite3.sqlite_version}
    print(json.dumps(found, indent=1))
    if asked.output:
        asked.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def measure(folder: Path, target: str, like: Path) -> dict[str, Any]:
    """Seconds to collect a folder, to collect it again, and to answer the questions of capability."""
    engine = open_store(target, create=True)
    first, again = Report(), Report()
    found: dict[str, Any] = {}
    cpu_s = _cpu_s()
    found["collect_s"] = _timed(lambda: collect(engine, target, [folder], _told, first))[0]
    found["collect_cpu_s"] = _cpu_s() - cpu_s
    found["again_s"] = _timed(lambda: collect(engine, target, [folder], _told, again))[0]
    found |= {"new": first.new, "bad": len(first.bad), "known_again": again.known}
    kernels = [case.kernel for case in read_result(like).cases]
    mixes = [read_mix(ROOT / "configs" / "mixes" / f"{name}.yaml", kernels) for name in MIXES]
    with engine.connect() as connection:
        found["best_ceilings_s"] = _fastest_and_slowest(lambda: best_ceilings(connection))
        for mix in mixes:
            found[f"best_{mix.id}_s"] = _fastest_and_slowest(lambda mix=mix: best_mix(connection, mix))
    if Path(target).is_file():
        found["store_bytes"] = Path(target).stat().st_size
    return found


def make_files(like: Path, folder: Path, files: int, machines: int) -> None:
    """Write made results below a folder, a thousand to a folder of its own."""
    pattern, luck = json.loads(like.read_text("utf-8")), random.Random(1)
    variants = [_variant(pattern, machine % machines, luck) for machine in range(min(files, max(VARIANTS, machines)))]
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    for number in range(files):
        head, between, tail = variants[number % len(variants)]
        created = (start + datetime.timedelta(minutes=number)).isoformat(timespec="seconds")
        place = folder / f"{number // PER_FOLDER:04}"
        if number % PER_FOLDER == 0:
            place.mkdir(parents=True)
        (place / f"{number:06}.json").write_text(f"{head}run-{number:08}{between}{created}{tail}", "utf-8")


def _variant(pattern: dict[str, Any], machine: int, luck: random.Random) -> tuple[str, str, str]:
    """Text of a result before, between and after its run id and time."""
    speed = random.Random(machine).lognormvariate(0, 0.3)
    result = json.loads(json.dumps(pattern))
    result["machine"]["passport"] |= {"cpu_model": f"CPU of make {machine:05}", "cores": 2 + machine % 64}
    for ceiling in result["ceilings"].values():
        ceiling |= {name: ceiling[name] * speed for name in ("value", "low", "high")}
    result["cases"] = [_scaled(case, speed * luck.uniform(0.9, 1.0), luck) for case in result["cases"]]
    result |= {"run_id": "{RUN}", "created": "{CREATED}"}
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    head, rest = text.split("{RUN}")
    between, tail = rest.split("{CREATED}")
    return head, between, tail


def _scaled(case: dict[str, Any], speed: float, luck: random.Random) -> dict[str, Any]:
    case |= {name: case[name] / speed for name in TIMES if case[name] is not None}
    case |= {name: case[name] * speed for name in RATES if case[name] is not None}
    return case | {"samples_s": [sample / speed * luck.uniform(0.99, 1.01) for sample in case["samples_s"]]}


def _fastest_and_slowest(question: Any) -> list[float]:
    times = [_timed(question)[0] for _ in range(REPEATS)]
    return [min(times), max(times)]


def _timed(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def _cpu_s() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _told(done: int, total: int) -> None:
    if done % 10_000 == 0:
        print(f"{done:>7} of {total} files", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--machines", type=int, default=500)
    parser.add_argument("--store", help="default: a SQLite file that is removed afterwards")
    parser.add_argument("--folder", type=Path, help="where the files are made and removed again")
    parser.add_argument("-o", "--output", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
