"""A run: ceilings first, the rest shuffled, finished cases in a journal, the result at the end in one piece."""

from __future__ import annotations

import datetime
import resource
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import disk, environment, refusal, roofline
from bench.case import blank
from bench.decode import DecodeError, decode, dumps, encode
from bench.judge import judged
from bench.load import ResultError
from bench.lock import locked
from bench.machine import Sources, last_level_cache_bytes, passport
from bench.noise import measured as noise_floor
from bench.result import RESULT_SCHEMA, Case, Environment, Machine, NoiseFloor, Passport, Result, known, read_result
from bench.settings import Job, Settings, order
from bench.spawn import spawn
from bench.summary import merged
from bench.sweep import next_sizes
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


@dataclass(frozen=True)
class Answer:
    """Every other line of a journal: what one process answered to a job."""

    job: str
    case: Case


Answers = dict[str, Case]
Worker = Callable[[Request, float], Case | str]
Compiler = Callable[[Sequence[str], int, Told], Mapping[str, Compiled]]
Progress = Callable[[int, int, str, Case | None], None]
Noise = Callable[[int, Callable[[int, int], None]], NoiseFloor]


def begin(settings: Settings, output: Path, sources: Sources, *, resume: bool, force: bool) -> tuple[Header, Answers]:
    """Header of a new or resumed run and what its processes answered so far, by job; the journal is on the disk.

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
            f"{journal}: an unfinished run with {count} finished measurements; "
            "go on with --resume, or start afresh with --force"
        )
    header = Header(disk.JOURNAL_SCHEMA, str(uuid.uuid4()), now(), secrets.randbits(32), settings, passport(sources))
    disk.start_journal(journal, encode(header))
    return header, {}


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
    noise: Noise = noise_floor,
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
        noise: times the machine against itself with so many threads, if the settings ask for it.

    Raises:
        ResultError: the files say no (see `begin`), or the disk is full; finished cases stay in the journal.
    """
    with locked(output):
        done = _already_stored(output) if resume else None
        if done is not None:
            return done
        header, answers = begin(settings, output, sources, resume=resume, force=force)
        settings = header.settings
        before, cpu_before = environment.look(sources), _own_cpu_s()
        jobs = order(settings, header.order_seed)
        left = dict.fromkeys(job.kernel for job in jobs if job.id not in answers)
        compiled = _compiled(tuple(left), compiler, progress)
        floor = _floor(settings, noise, progress)

        def ask(job: Job) -> Case:
            request = _request(job, settings, kernels[job.kernel])
            answer = worker(request, settings.limit_s)
            return (
                with_compile(answer, compiled)
                if isinstance(answer, Case)
                else blank(kernels[job.kernel], request, answer)
            )

        def judge() -> tuple[Case, ...]:
            return finished(answers.values(), max(settings.threads), header.passport, settings.interval)

        _ask_all(jobs, ask, output, answers, progress)
        while further := [job for job in _further(judge(), settings) if job.id not in answers]:
            _ask_all(further, ask, output, answers, progress)
        after, cases = environment.look(sources), judge()
        meanwhile = environment.during(before, after, _own_cpu_s() - cpu_before)
        layer = _threading_layer(cases)
        seen = environment.environment(before, meanwhile, after, _mean_waiting(cases), layer)
        return _store(header, seen, cases, layer, output, floor)


def _ask_all(
    jobs: Sequence[Job], ask: Callable[[Job], Case], output: Path, answers: Answers, progress: Progress
) -> None:
    """Ask for what has no answer yet, and put every answer into the journal at once."""
    for number, job in enumerate(jobs):
        if job.id not in answers:
            progress(number, len(jobs), job.kernel, None)
            answer = ask(job)
            disk.append(disk.journal_path(output), Answer(job.id, answer))
            answers[job.id] = answer
        progress(number + 1, len(jobs), job.kernel, answers[job.id])


def _already_stored(output: Path) -> Result | None:
    """The result of a run that was ended between writing it and dropping its journal."""
    journal = disk.journal_path(output)
    if not (output.exists() and journal.exists()):
        return None
    with suppress(ResultError):
        result = read_result(output)
        if result.run_id == disk.read_journal(journal)[0].get("run_id"):
            journal.unlink()
            return result
    return None


def _compiled(kernels: tuple[str, ...], compiler: Compiler, progress: Progress) -> dict[str, Compiled]:
    def told(done: int, kernel: str) -> None:
        progress(done, len(kernels), f"compiled {kernel}", None)

    progress(0, len(kernels), "compiling", None)
    return dict(compiler(kernels, physical_cores(allowed_cpus()), told))


def _floor(settings: Settings, noise: Noise, progress: Progress) -> NoiseFloor | None:
    """The noise floor, where it is asked for; without it the run goes on, and its summary says so."""
    if not settings.noise_floor:
        return None
    with suppress(ResultError):
        return noise(max(settings.threads), lambda done, total: progress(done, total, "noise floor", None))
    return None


def finished(
    answers: Iterable[Case], all_threads: int, passport: Passport, interval: float | None = None
) -> tuple[Case, ...]:
    """The answers of all processes as cases with their place under the measured ceilings and their verdicts.

    Args:
        answers: one case for each process.
        all_threads: the largest thread count, whose ceilings bear plain names.
        passport: the machine's, for its caches.
        interval: half width of an interval that was asked for, relative to the median.
    """
    parts: dict[str, list[Case]] = {}
    for answer in answers:
        parts.setdefault(answer.id, []).append(answer)
    cases = [merged(found) for found in parts.values()]
    cache_bytes, caches = last_level_cache_bytes(passport), roofline.caches_of(passport)
    found = roofline.ceilings(cases, all_threads, cache_bytes)
    seen = [judged(roofline.placed(case, found, all_threads, cache_bytes, caches), interval) for case in cases]
    return tuple(refusal.explained(case, seen, all_threads, caches) for case in seen)


def now() -> str:
    """The time in UTC, to the second, as ISO 8601."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _request(job: Job, settings: Settings, kernel: Kernel) -> Request:
    return Request(
        job.kernel,
        job.size,
        settings.parameters(kernel, job.size, job.threads),
        job.threads,
        settings.interval,
        settings.min_samples,
        settings.min_time_s / settings.processes,
        settings.time_cap_s / settings.processes,
        settings.peers,
        secrets.randbits(32),
        energy=settings.energy and job.process == 0,
    )


def with_compile(case: Case, compiled: dict[str, Compiled]) -> Case:
    """The first case of a kernel that was compiled for this run carries the time of that."""
    if case.cache != "hit" or case.kernel not in compiled:
        return case
    found = compiled.pop(case.kernel)
    return replace(case, compile_s=found.compile_s, cache="miss") if found.cache == "miss" else case


def _further(cases: Sequence[Case], settings: Settings) -> list[Job]:
    return [*_low_ceilings(cases, settings), *next_sizes(cases, settings)]


def _low_ceilings(cases: Sequence[Case], settings: Settings) -> list[Job]:
    """Jobs that measure ceilings once more: a case above 105 % of one may only mean that it was disturbed."""
    low = {case.ceiling for case in cases if case.verdict == "refused"}
    ceilings = [case for case in cases if roofline.ceiling_of(case, max(settings.threads)) in low - {None}]
    return [Job(case.kernel, case.size, case.threads, settings.processes) for case in ceilings]


def _threading_layer(cases: Iterable[Case]) -> str | None:
    layers = sorted({case.threading_layer for case in cases if case.threading_layer})
    return ", ".join(layers) or None


def _store(
    header: Header, seen: Environment, cases: Sequence[Case], layer: str | None, output: Path, floor: NoiseFloor | None
) -> Result:
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
        ceilings=roofline.ceilings(cases, max(settings.threads), last_level_cache_bytes(found)),
        cases=tuple(cases),
        noise_floor=floor,
    )
    disk.write_atomically(output, dumps(result, indent=1) + "\n")
    disk.journal_path(output).unlink(missing_ok=True)
    return result


def _resumed(journal: Path, settings: Settings, here: Passport) -> tuple[Header, Answers]:
    first, rest = disk.read_journal(journal)
    try:
        header = decode(Header, first)
        answers = [decode(Answer, entry, f"line {line}") for line, entry in enumerate(rest, 2)]
    except DecodeError as error:
        raise ResultError(f"{journal}: damaged: {error}; start afresh with --force") from None
    old = header.settings
    fitted = settings.fitted and old.fitted
    asked = replace(settings, sizes=old.sizes, spare=old.spare, remarks=old.remarks) if fitted else settings
    if header.settings != asked:
        raise ResultError(
            f"{journal}: belongs to a run with other settings ({_difference(header.settings, asked)}); "
            "give the same options, or start afresh with --force"
        )
    moved = [name for name in SAME_MACHINE if known(header.passport, name) != known(here, name)]
    if moved:
        raise ResultError(f"{journal}: made on another machine ({', '.join(moved)} differ); start afresh with --force")
    return header, {answer.job: answer.case for answer in answers if answer.case.verdict != "failed"}


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
