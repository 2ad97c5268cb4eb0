"""A plan of 300 regions, 10 assets, 15 years (435,000 columns): build and hand-over, certified solve, memory.

    python benchmarks/scaled.py [--skip-solve] [--rounds N] [--objective WORD] [-o FILE]

Made from the national config (scaling.py). Times are CPU seconds of one thread; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from goals import told
from planning import compare_builds
from scaling import scaled

from planner.config import read
from planner.instance import build_instance
from planner.scenario import Scenario
from planner.solve.highs import hand_over
from planner.solve.tangents import maximize
from planner.solving import problem_of

ROOT = Path(__file__).resolve().parent.parent
NATIONAL = ROOT / "configs" / "china" / "plan.yaml"
LIMIT_S = 600.0
GIGABYTES = 8.0


def main() -> None:
    """Build, solve, print, store."""
    asked = _arguments()
    scenario = scaled(read(str(NATIONAL)), regions=300, assets=10, years=15, columns=435_000)
    found: dict[str, Any] = {"build": compare_builds(build_instance(scenario), asked.rounds, 0, peers_too=False)}
    ways = found["build"]["ways"]
    ratio = ways["compiled arrays to HiGHS"]["ours_over_it"]
    found["goals"] = [told("rules to HiGHS, over the hand-over of finished arrays", ratio, at_most=2.0)]
    if not asked.skip_solve:
        found["solve"] = solved(replace(scenario, objective=asked.objective))
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def solved(scenario: Scenario) -> dict[str, Any]:
    """One certified solve within its limit of wall-clock seconds, or what was reached until then."""
    problem = problem_of(scenario)
    started = time.process_time()
    gap = float("inf")
    try:
        highs = hand_over(problem.program, threads=1)
        gap = maximize(highs, problem.goal, gap=1e-4, time_limit_s=2 * LIMIT_S, progress=_line).gap
    except TimeoutError as error:
        print(f"  {error}")
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    goals = [
        told("certified gap", gap, at_most=1e-4),
        told("CPU seconds", seconds, at_most=LIMIT_S),
        told("memory in GiB", memory, at_most=GIGABYTES),
    ]
    return {"objective": scenario.objective.told, "gap": gap, "cpu_s": seconds, "gib": memory, "goals": goals}


def _line(r: Any) -> None:
    print(f"  {r.method:8s} {r.lower:.6f} to {r.upper:.6f}, gap {r.gap:.1e}, {r.seconds:.0f} s", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the build comparison")
    parser.add_argument("--objective", default="proportional")
    parser.add_argument("--skip-solve", action="store_true", help="build and hand over only")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out" / "benchmark-scaled.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
