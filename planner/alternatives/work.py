"""The pieces of work, in this process or in several; what fails stops nothing else."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from planner.alternatives.asked import AlternativesError, Asked, Task, tasks_of
from planner.alternatives.extremes import Entry, Floats, best_plan, case_entry, extremes, orders_of
from planner.scenario import Scenario
from planner.solve.live import InfeasibleError, UnboundedError, UnfinishedError
from planner.solve.near import near_program
from planner.solving import problem_of

_state: dict[str, Any] = {}


def _start(scenario: Scenario, asked: Asked, best: Floats) -> None:
    """Make a process ready: its own problem; the program near the optimum when the first extreme asks for it."""
    _state.update(scenario=scenario, asked=asked, best=best, problem=problem_of(scenario), near=None)


def _start_worker(scenario: Scenario, asked: Asked, best: Floats) -> None:
    """As `_start`; an interrupt from the keyboard is for the process that waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _start(scenario, asked, best)


def _work(task: Task) -> list[Entry]:
    """One piece of work; what fails is an entry of its own and stops nothing else."""
    try:
        if task.kind == "case":
            return [case_entry(_state["scenario"], task)]
        problem = _state["problem"]
        if _state["near"] is None:
            _state["near"] = near_program(problem.program, problem.goal, _state["best"])
        return extremes(problem, _state["near"], task, _state["asked"])
    except (InfeasibleError, TimeoutError, UnboundedError, UnfinishedError, AlternativesError) as error:
        return [{"kind": "failed", "what": task.what, "where": task.where, "message": str(error)}]


def alternatives(
    scenario: Scenario,
    asked: Asked,
    *,
    jobs: int = 1,
    known: Sequence[Entry] = (),
    keep: Callable[[Entry], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Entry]:
    """Entries of all pieces of work, the best plan first; those `known` from an earlier run are not done again.

    `keep` is called with every new entry that did not fail. Raises AlternativesError, InfeasibleError, TimeoutError.
    """
    todo = tasks_of(scenario, asked)
    problem, outcome = best_plan(scenario)
    progress(f"best plan: {outcome.lower:.6f} (gap {outcome.gap:.1e})")
    base: Entry = {"kind": "best", "what": asked.cases[0][0] if asked.cases else "", "objective": outcome.lower}
    base |= {"upper": outcome.upper} | orders_of(problem, outcome.values)
    done = {(entry["what"], entry["where"]) for entry in known}
    left = [task for task in todo if (task.what, task.where) not in done]
    entries = [base, *known]
    for number, (task, found) in enumerate(
        _run(scenario, asked, outcome.values, left, jobs), len(todo) - len(left) + 1
    ):
        entries += found
        keep({"kind": "batch", "entries": [entry for entry in found if entry["kind"] != "failed"]})
        failed = f": failed, {found[0]['message']}" if found[0]["kind"] == "failed" else ""
        progress(f"{number:3d} of {len(todo)}  {task.name}{failed}")
    return entries


def _run(
    scenario: Scenario, asked: Asked, best: Floats, todo: Sequence[Task], jobs: int
) -> Iterator[tuple[Task, list[Entry]]]:
    """Each piece of work with its entries, in this process or in several."""
    if jobs <= 1 or len(todo) < 2:
        _start(scenario, asked, best)
        yield from ((task, _work(task)) for task in todo)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start_worker, (scenario, asked, best)) as pool:
        waiting = {pool.submit(_work, task): task for task in todo}
        try:
            yield from ((waiting[done], done.result()) for done in as_completed(waiting))
        except BrokenProcessPool:
            raise AlternativesError(
                "a process ended before its work; was memory short? go on with fewer --jobs"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise
