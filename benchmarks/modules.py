"""The national plan in whole modules: CPU seconds until the gap is proven, for small and for large modules.

    python benchmarks/modules.py [--rounds N] [-o FILE]

One core: HiGHS has one thread; the search itself is counted, not reading and building.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any

from goals import told

from planner.config import read
from planner.solve.integers import maximize_whole
from planner.solving import problem_of

ROOT = Path(__file__).resolve().parent.parent
CASES = (
    ("configs/china/plan_modules.yaml", "10 MW and 100 PFLOPS", 1e-4, 30.0),
    ("configs/china/plan_modules_large.yaml", "100 MW and 1,000 PFLOPS", 1e-3, 60.0),
)


def main() -> None:
    """Solve both cases in turn, print each, store all."""
    asked = _arguments()
    found: list[dict[str, Any]] = []
    for config, modules, gap, limit_s in CASES:
        runs = [proven(config, gap) for _ in range(asked.rounds)]
        seconds = median(run["cpu_s"] for run in runs)
        print(f"modules of {modules}: {runs[0]['lower']:.7f} to {runs[0]['upper']:.7f}, {seconds:.1f} s CPU")
        reached = [
            told("gap proven", max(run["gap"] for run in runs), at_most=gap),
            told("CPU seconds", seconds, at_most=limit_s),
        ]
        found.append({"config": config, "runs": runs, "goals": reached})
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    asked.output.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def proven(config: str, gap: float) -> dict[str, Any]:
    """One search to the gap, or to ten minutes."""
    problem = problem_of(read(str(ROOT / config)))
    started = time.process_time()
    outcome = maximize_whole(problem.program, problem.goal, gap=gap, time_limit_s=600.0, progress=lambda _: None)
    seconds = time.process_time() - started
    bounds = {"lower": outcome.lower, "upper": outcome.upper, "gap": outcome.gap, "relaxation": outcome.relaxation}
    return bounds | {"cpu_s": seconds, "rounds": len(outcome.rounds), "modules": int(problem.program.integer.sum())}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="searches per case")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "out" / "benchmark-modules.json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
