"""A run: ceilings first, the rest shuffled, finished cases in a journal, the result at the end in one piece."""

from __future__ import annotations

import datetime
import resource
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import disk, environment, roofline
from bench.case import blank
from bench.decode import DecodeError, decode, dumps, encode
from bench.judge import judged
from bench.machine import Sources, last_level_cache_bytes, passport
from bench.result import RESULT_SCHEMA, Case, Environment, Machine, Passport, Result, ResultError, known
from bench.settings import Job, Settings, order
from bench.spawn import spawn
from bench.warm import Compiled, Told, compile_all
from bench.worker import Request, allowed_cpus, physical_cores
from kernels.spec import Kernel

SAME_MACHINE = ("cpu_model", "cores", "memory_bytes", "libraries")


@dataclass(frozen=True)
class Header:
    """First line of a journal."""

    schema: str
    run_id: str
    created: str
    order_seed: int
    settings: Settings
    passport: Passport


Worker = Callable[[Request, float], Case | str]
Compiler = Callable[[Sequence[str], int, Told], Mapping[str, Compiled]]
Progress = Callable[[int, int, str, Case | None], None]


def begin(
    settings: Settings, output: Path, sources: Sources, *, resume: bool, force: bool
) -> tuple[Header, list[Case]]:
    """Header and finished cases of a new or resumed run; the journal is on the disk afterwards.

    Raises:
        ResultError: the result exists, an unfinished journal waits, or the journal belongs to another run.
    """
    journal = disk.journal_path(output)
    if output.exists() and not force:
        raise ResultError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    if journal.exists() and resume:
        return _resumed(journal, settings, passport(sources))
    if journal.exists() and not force:
        count = len(disk.read_journal(journal)[1])
        raise ResultError(
            f"{journal}: an unfinished run with {count} finished cases; "
            "go on with --resume, or start afresh with --force"
        )
    header = Header(disk.JOURNAL_SCHEMA, str(uuid.uuid4()), now(), secrets.randbits(32), settings, passport(sources))
    disk.start_journal(journal, encode(header))
    return header, []


def run(
    settings: Settings,
    kernels: Mapping[str, Kernel],
    output: Path,
    sources: Sources,
    *,
    resume: bool = False,
    force: bool = False,
    progress: Progress = lambda *_: None,
    worker: Worker = spawn,
    compiler: Compiler = compile_all,
) -> Result:
    """Run what is not finished yet, judge all cases, write the result and drop the journal.

    Args:
        settings: what to measure.
        kernels: name -> kernel, at least those of the settings.
        output: result file; the journal stands next to it.
        sources: where the state of the machine comes from.
        resume: go on with an unfinished journal, if there is one.
        force: overwrite the result, drop an unfinished journal.
        progress: called before and after every case with done, total, what is going on, and the case.
        worker: runs one request; a text in place of a case says why it failed.
        compiler: compiles kernels in as many processes as there are cores, before anything is timed.

    Raises:
        ResultError: the files say no (see `begin`), or the disk is full; finished cases stay in the journal.
    """
    header, done = begin(settings, output, sources, resume=resume, force=force)
    before, cpu_before = environment.look(sources), _own_cpu_s()
    cases = {case.id: case for case in done if case.verdict != "failed"}
    jobs = order(settings, header.order_seed)
    left = dict.fromkeys(job.kernel for job in jobs if job.id(settings.preset) not in cases)
    compiled = _compiled(tuple(left), compiler, progress)
    for number, job in enumerate(jobs):
        if job.id(settings.preset) not in cases:
            progress(number, len(jobs), job.kernel, None)
            _work(job, settings, kernels, output, cases, lambda *asked: with_compile(worker(*asked), compiled))
        progress(number + 1, len(jobs), job.kernel, cases[job.id(settings.preset)])
    cache_bytes = last_level_cache_bytes(header.passport)
    first = finished(cases.values(), max(settings.threads), cache_bytes)
    _repeat_low_ceilings(first, settings, kernels, output, cases, worker)
    after = environment.look(sources)
    meanwhile = environment.during(before, after, _own_cpu_s() - cpu_before)
    final = finished(cases.values(), max(settings.threads), cache_bytes)
    layer = _threading_layer(final)
    seen = environment.environment(before, meanwhile, after, _mean_waiting(final), layer)
    return _store(header, seen, final, layer, output)


def _compiled(kernels: tuple[str, ...], compiler: Compiler, progress: Progress) -> dict[str, Compiled]:
    def told(done: int, kernel: str) -> None:
        progress(done, len(kernels), f"compiled {kernel}", None)

    progress(0, len(kernels), "compiling", None)
    return dict(compiler(kernels, physical_cores(allowed_cpus()), told))


def finished(cases: Iterable[Case], all_threads: int, cache_bytes: int | None = None) -> tuple[Case, ...]:
    """Cases with their place under the measured ceilings and their verdicts."""
    cases = tuple(cases)
    found = roofline.ceilings(cases, all_threads)
    return tuple(judged(roofline.placed(case, found, all_threads, cache_bytes)) for case in cases)


def now() -> str:
    """The time in UTC, to the second, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _work(
    job: Job,
    settings: Settings,
    kernels: Mapping[str, Kernel],
    output: Path,
    cases: dict[str, Case],
    worker: Worker,
) -> None:
    request = Request(
        job.kernel,
        settings.preset,
        job.threads,
        settings.interval,
        settings.min_samples,
        settings.min_time_s,
        settings.time_cap_s,
        settings.peers,
        secrets.randbits(32),
    )
    answer = worker(request, settings.limit_s)
    case = blank(kernels[job.kernel], request, answer) if isinstance(answer, str) else answer
    disk.append(disk.journal_path(output), case)
    cases[case.id] = better(cases.get(case.id), case)


def better(old: Case | None, new: Case) -> Case:
    """Of two runs of a case the newer one; of a ceiling the faster one, for a ceiling is a maximum.

    The time of compiling stays that of the first run.
    """
    if old is None or not roofline.is_ceiling(new.kernel) or not old.median_s:
        return new
    if not new.median_s or new.median_s >= old.median_s:
        return old
    return replace(new, cache=old.cache, compile_s=old.compile_s)


def with_compile(case: Case | str, compiled: dict[str, Compiled]) -> Case | str:
    """The first case of a kernel that was compiled for this run carries the time of that."""
    if isinstance(case, str) or case.cache != "hit" or case.kernel not in compiled:
        return case
    found = compiled.pop(case.kernel)
    return replace(case, compile_s=found.compile_s, cache="miss") if found.cache == "miss" else case


def _repeat_low_ceilings(
    final: Iterable[Case],
    settings: Settings,
    kernels: Mapping[str, Kernel],
    output: Path,
    cases: dict[str, Case],
    worker: Worker,
) -> None:
    """A case above 105 % of a ceiling may only mean that the ceiling was disturbed: measure it once more."""
    final = tuple(final)
    low = {case.ceiling for case in final if case.verdict == "refused"}
    for case in final:
        measures = roofline.ceiling_of(case, max(settings.threads))
        if measures is not None and measures in low:
            _work(Job(case.kernel, case.threads), settings, kernels, output, cases, worker)


def _threading_layer(cases: Iterable[Case]) -> str | None:
    layers = sorted({case.threading_layer for case in cases if case.threading_layer})
    return ", ".join(layers) or None


def _store(header: Header, seen: Environment, cases: Sequence[Case], layer: str | None, output: Path) -> Result:
    found = {**header.passport, "threading_layer": layer} if layer else dict(header.passport)
    settings = header.settings
    result = Result(
        schema=RESULT_SCHEMA,
        run_id=header.run_id,
        created=header.created,
        suite=settings.suite,
        preset=settings.preset,
        settings={**encode(settings), "order_seed": header.order_seed},
        machine=Machine(found),
        environment=seen,
        ceilings=roofline.ceilings(cases, max(settings.threads)),
        cases=tuple(cases),
    )
    disk.write_atomically(output, dumps(result, indent=1) + "\n")
    disk.journal_path(output).unlink(missing_ok=True)
    return result


def _resumed(journal: Path, settings: Settings, here: Passport) -> tuple[Header, list[Case]]:
    first, rest = disk.read_journal(journal)
    try:
        header = decode(Header, first)
        cases = [decode(Case, entry, f"line {line}") for line, entry in enumerate(rest, 2)]
    except DecodeError as error:
        raise ResultError(f"{journal}: damaged: {error}; start afresh with --force") from None
    if header.settings != settings:
        raise ResultError(
            f"{journal}: belongs to a run with other settings ({_difference(header.settings, settings)}); "
            "give the same options, or start afresh with --force"
        )
    moved = [name for name in SAME_MACHINE if known(header.passport, name) != known(here, name)]
    if moved:
        raise ResultError(f"{journal}: made on another machine ({', '.join(moved)} differ); start afresh with --force")
    return header, _merged(cases)


def _merged(cases: Iterable[Case]) -> list[Case]:
    merged: dict[str, Case] = {}
    for case in cases:
        merged[case.id] = better(merged.get(case.id), case)
    return list(merged.values())


def _difference(old: Settings, new: Settings) -> str:
    before, after = encode(old), encode(new)
    return ", ".join(
        f"{name} {before[name]} there, {after[name]} here" for name in before if before[name] != after[name]
    )


def _own_cpu_s() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _mean_waiting(cases: Iterable[Case]) -> float | None:
    shares: list[Any] = [(case.conditions or {}).get("waited_share") for case in cases]
    counted = [share for share in shares if share is not None]
    return sum(counted) / len(counted) if counted else None
