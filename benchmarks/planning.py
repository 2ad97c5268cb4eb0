"""The planner against its peers, alternating in one run: hand-over, solve, whole process, start-up.

    python benchmarks/planning.py [CONFIG] [--rounds N] [--skip-peers] [-o FILE]

Times are process CPU seconds, medians over rounds. Peers see the same arrays: HiGHS directly, ordinary Pyomo with its
own HiGHS interface, linopy, pyoptinterface, cvxpy with Clarabel (optional, skipped with a reason). Solves are those of
the config and of one with 10 assets, 10 years and 35,000 columns in its style (scaling.py).
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import highspy
import numpy as np
from conic import conic_optimum
from goals import told
from modeling import peers
from scaling import scaled

from planner.compile import compile_program, ordinary_model
from planner.config import read
from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.instance import Instance, build_instance
from planner.linear import LinearProgram
from planner.solve.highs import hand_over
from planner.solve.tangents import goal_of, maximize

ROOT = Path(__file__).resolve().parent.parent
NATIONAL = "configs/china/plan.yaml"


def main() -> None:
    """Run all comparisons, print them as they come, store them as JSON."""
    asked = _arguments()
    instance = build_instance(read(str(ROOT / asked.config)))
    found: dict[str, Any] = {"versions": _versions(), "machine": platform.processor() or platform.machine()}
    print(", ".join(f"{name} {number}" for name, number in found["versions"].items()))
    found["build"] = compare_builds(instance, asked.rounds, pyomo_rounds=0 if asked.skip_peers else 2)
    scenario = read(str(ROOT / asked.config))
    ten_years = scaled(scenario, regions=len(scenario.regions), assets=10, years=10, columns=35_000)
    found["solve"] = [
        compare_solves(replace(case, objective=objective), asked.skip_peers, asked.solves)
        for case in (scenario, ten_years)
        for objective in ("proportional", "total")
    ]
    found["process"] = time_process(asked.config)
    found["help"] = time_help()
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(f"{asked.output} written")


def compare_builds(instance: Instance, rounds: int, pyomo_rounds: int, *, peers_too: bool = True) -> dict[str, Any]:
    """Build and hand-over of the rules, against handing the same arrays to HiGHS, and against other packages."""
    program = compile_program(declare(instance), RULES, OBJECTIVE)
    rows = np.repeat(np.arange(len(program.row_lower)), np.diff(program.starts))
    ways: dict[str, Callable[[], Any]] = {
        "rules to HiGHS": lambda: hand_over(compile_program(declare(instance), RULES, OBJECTIVE)),
        "compiled arrays to HiGHS": lambda: hand_over(program),
        "triplets to HiGHS": lambda: hand_over(_sorted(program, rows)),
    }
    taken = alternate(ways, rounds)
    if pyomo_rounds:
        pyomo = {"ordinary Pyomo to HiGHS": lambda: _pyomo_hand_over(instance)}
        taken |= alternate(pyomo | (peers(program) if peers_too else {}), pyomo_rounds)
    ours = taken["rules to HiGHS"]
    shown = {name: {"cpu_s": seconds, "ours_over_it": ours / seconds} for name, seconds in taken.items()}
    size = {"columns": len(program.cost), "rows": len(program.row_lower), "nonzeros": len(program.values)}
    print(f"build and hand-over of {size['columns']:,} columns, {size['rows']:,} rows, {size['nonzeros']:,} nonzeros")
    for name, row in shown.items():
        print(f"  {name:28s} {row['cpu_s'] * 1e3:10.1f} ms   ours / it = {row['ours_over_it']:.3f}")
    return size | {"ways": shown}


def alternate(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median CPU seconds of each way, all ways in turn in every round; one round to warm up."""
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for at in range(rounds + 1):
        for name, way in ways.items():
            started = time.process_time()
            way()
            if at:
                samples[name].append(time.process_time() - started)
    return {name: median(values) for name, values in samples.items()}


def _sorted(program: LinearProgram, rows: Any) -> LinearProgram:
    """What assembling the arrays from shuffled-free triplets by hand costs: sort by row and column, cut, pack."""
    order = np.lexsort((program.columns, rows))
    starts = np.searchsorted(rows[order], np.arange(len(program.row_lower) + 1)).astype(np.int32)
    arrays = {"starts": starts, "columns": program.columns[order], "values": program.values[order]}
    return LinearProgram(**(vars(program) | arrays))


def _pyomo_hand_over(instance: Instance) -> Any:
    from pyomo.contrib.solver.solvers.highs import Highs

    model = ordinary_model(declare(instance), RULES, OBJECTIVE)
    solver = Highs()
    solver.set_instance(model)
    return solver


def compare_solves(scenario: Any, skip_peers: bool, rounds: int) -> dict[str, Any]:
    """Certified solve against cvxpy with Clarabel on the same program, alternating."""
    instance = build_instance(scenario)
    program = compile_program(declare(instance), RULES, OBJECTIVE)
    goal, ours, theirs, peer = goal_of(instance, program), [], [], None
    for _ in range(rounds):
        started = time.process_time()
        outcome = maximize(hand_over(program, threads=1), goal, gap=scenario.gap, time_limit_s=600.0)
        ours.append(time.process_time() - started)
        if not skip_peers:
            started = time.process_time()
            peer = conic_optimum(program, goal)
            theirs.append(time.process_time() - started)
    name = str(scenario.objective.told)
    row = {
        "objective": name,
        "columns": len(program.cost),
        "cpu_s": median(ours),
        "lower": outcome.lower,
        "upper": outcome.upper,
    }
    print(f"{name:13s} {len(program.cost):,} columns: ours {row['cpu_s']:.1f} s CPU", end="")
    print(f", {outcome.lower:.6f} to {outcome.upper:.6f}")
    return row | (_against_conic(median(theirs), peer, median(ours)) if theirs else {})


def _against_conic(theirs_cpu_s: float, answer: float | None, ours_cpu_s: float) -> dict[str, Any]:
    """A ratio where the peer has an answer; where it gives up, only how long that took."""
    if answer is None:
        print(f"  cvxpy + Clarabel gave up after {theirs_cpu_s:.1f} s: no answer, so no ratio")
        return {"clarabel_cpu_s": theirs_cpu_s, "clarabel": None}
    print(f"  cvxpy + Clarabel {theirs_cpu_s:.1f} s, {answer:.6f}")
    ratio = theirs_cpu_s / ours_cpu_s
    goals = [told("cvxpy + Clarabel over ours", ratio, at_least=1.0)]
    return {"clarabel_cpu_s": theirs_cpu_s, "clarabel": answer, "ratio": ratio, "goals": goals}


def time_process(config: str) -> dict[str, float]:
    """CPU seconds of the whole `innocap plan solve`, from config to verified folder, and of its imports alone."""
    folder = ROOT / "out" / "benchmark-plan"
    command = [sys.executable, "-m", "planner", "plan", "solve", config, "-o", str(folder), "--force"]
    whole = _child_cpu_s(command)
    imports = _child_cpu_s([sys.executable, "-c", "import planner.config, planner.solving, planner.verify"])
    print(f"innocap plan solve: {whole:.1f} s CPU, imports {imports:.1f} s of them")
    return {"cpu_s": whole, "imports_cpu_s": imports}


def time_help() -> dict[str, float]:
    """CPU seconds of `innocap --help`, median of five."""
    seconds = median(_child_cpu_s([sys.executable, "-m", "planner", "--help"]) for _ in range(5))
    print(f"innocap --help: {seconds:.2f} s CPU")
    return {"cpu_s": seconds}


def _child_cpu_s(command: list[str]) -> float:
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _versions() -> dict[str, str]:
    names = ("innocap", "highspy", "pyomo", "numpy", "linopy", "pyoptinterface", "cvxpy", "clarabel")
    found = {"python": platform.python_version(), "highs": str(highspy.Highs().version())}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", nargs="?", default=NATIONAL)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the build comparison")
    parser.add_argument("--solves", type=int, default=3, help="rounds of the solve comparison")
    parser.add_argument("--skip-peers", action="store_true", help="without Pyomo's interface and Clarabel")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out" / "benchmark-planning.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
