"""Scenarios solved in worker processes, each walking its own stretch of neighbours with what the last one taught."""

from __future__ import annotations

import itertools
import multiprocessing as mp
import os
import queue
import signal
import time as clock
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.sweep.cases import Case

Row = dict[str, Any]
PATIENCE_S = 0.5


@dataclass(frozen=True)
class Task:
    """What a worker is given: the config, its stretch of scenarios, and the folder for plans, if they are wanted."""

    config: Path
    cases: tuple[Case, ...]
    plans: Path | None


def run_cases(config: Path, cases: Sequence[Case], *, jobs: int, plans: Path | None) -> Generator[Row, None, None]:
    """The row of every scenario as soon as it is solved, in any order; whatever fails says so in its row.

    With one job everything runs in this process. A worker that dies takes only its own scenario with it; the rest of
    its stretch is given to a new one.
    """
    if jobs <= 1 or len(cases) <= 1:
        yield from walk(Task(config, tuple(cases), plans))
        return
    context = mp.get_context("spawn")
    results: Any = context.Queue()
    left = {at: list(part) for at, part in enumerate(_stretches(cases, jobs))}
    workers = {at: _worker(context, Task(config, tuple(part), plans), at, results) for at, part in left.items()}
    try:
        while any(left.values()):
            try:
                at, row = results.get(timeout=PATIENCE_S)
            except queue.Empty:
                for at in [at for at, worker in workers.items() if left[at] and not worker.is_alive()]:
                    lost = left[at].pop(0)
                    yield {"name": lost.name, "status": "failed", "why": f"its process died ({workers[at].exitcode})"}
                    workers[at] = _worker(context, Task(config, tuple(left[at]), plans), at, results)
                continue
            left[at] = [case for case in left[at] if case.name != row["name"]]
            yield row
    finally:
        for worker in workers.values():
            worker.terminate()
            worker.join()


def _stretches(cases: Sequence[Case], jobs: int) -> list[Sequence[Case]]:
    """Cases cut into stretches of neighbours, of equal length to within one."""
    size, more = divmod(len(cases), jobs)
    ends = [size * at + min(at, more) for at in range(jobs + 1)]
    return [cases[a:b] for a, b in itertools.pairwise(ends) if b > a]


def _worker(context: Any, task: Task, at: int, results: Any) -> Any:
    worker = context.Process(target=_work, args=(task, at, results, os.getpid()), daemon=True)
    worker.start()
    return worker


def _work(task: Task, at: int, results: Any, parent: int) -> None:
    """Body of a worker: it leaves Ctrl-C to its parent and ends when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for row in walk(task):
        results.put((at, row))
        if os.getppid() != parent:
            return


def walk(task: Task) -> Iterator[Row]:
    """Solve a stretch of scenarios one after the other in this process."""
    memory: Any = None
    for case in task.cases:
        started = clock.process_time()
        row, memory = _row(task, case, memory)
        yield {"name": case.name, **row, "cpu_seconds": round(clock.process_time() - started, 3)}


def _row(task: Task, case: Case, memory: Any) -> tuple[Row, Any]:
    from planner.config import ConfigError
    from planner.solve.live import InfeasibleError

    try:
        return _solved(task, case, memory)
    except ConfigError as error:
        return _why("bad input", error), memory
    except InfeasibleError:
        return {"status": "infeasible", "why": _repair(task, case)}, memory
    except TimeoutError as error:
        return _why("limit", error), memory
    except Exception as error:
        return {"status": "failed", "why": f"{type(error).__name__}: {error}"}, memory


def _why(status: str, error: Exception) -> Row:
    return {"status": status, "why": str(error).splitlines()[0]}


def _solved(task: Task, case: Case, memory: Any) -> tuple[Row, Any]:
    from planner.config import load, scenario
    from planner.config.resolved import text
    from planner.figures import key_figures
    from planner.solve.again import solve_again
    from planner.solving import problem_of

    document = load(task.config, case.overrides)
    problem = problem_of(scenario(document))
    found = solve_again(problem.instance, problem.program, problem.goal, memory)
    row: Row = {**key_figures(problem, found.outcome), "why": ""}
    if task.plans is not None:
        row["why"] = _write_plan(task, case, problem, found.outcome, text(document))
        row["status"] = "not verified" if row["why"] else row["status"]
    return row, found.memory or memory


def _write_plan(task: Task, case: Case, problem: Any, outcome: Any, text: str) -> str:
    """Write and verify the plan of a scenario; what is wrong with it, if anything."""
    from planner.plan import write
    from planner.solving import plan_of
    from planner.verify import verify

    assert task.plans is not None
    folder = task.plans / case.name
    plan = plan_of(problem, outcome, text, config_path=os.path.relpath(task.config, folder))
    write(plan, folder, force=folder.exists())
    broken = verify(problem.scenario, plan).broken
    return "" if broken is None else str(broken.message)


def _repair(task: Task, case: Case) -> str:
    """The first line of the cheapest repair of a scenario without a plan."""
    from planner.config import load, scenario
    from planner.sweep.repair import first_repair

    return first_repair(scenario(load(task.config, case.overrides)))


def progress_line(
    done: int, of: int, rows: Sequence[Mapping[str, Any]], elapsed_s: float, say: Callable[..., Any]
) -> None:
    """One line about the last scenario, with the time that the rest will take at this pace."""
    row = rows[-1]
    left_s = elapsed_s / max(len(rows), 1) * (of - done)
    value = f"{row['lower']:.6f}" if row.get("lower") is not None else "-"
    say(f"{done:4d} of {of}  {row['name']:16s} {row['status']:10s} {value:>10s}  about {left_s / 60:.1f} min left")
