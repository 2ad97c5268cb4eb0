"""The harness against pyperf: the same kernels, the same core, in turns, both medians with their intervals.

    python benchmarks/agreement.py [--kernel NAME ...] [--rounds N] [-o FILE]

Each round starts one fresh process of either harness per kernel, in changing order. pyperf times batches of about 1 ms,
as the harness does; its values are grouped by process in the same way. Needs pyperf: pip install "innocap[dev]".

Measured on one core of a virtual machine with two (AMD EPYC, 5 rounds, other programs at work), ours against pyperf's:
gemm_fp64 +0.4 % (joint interval +-1.9 %), stencil7 -1.9 % (+-4.2 %), softmax +2.7 % (+-9.4 %): all agree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from bench.case import caller
from bench.result import Case
from bench.spawn import spawn
from bench.stats import Estimate
from bench.summary import over_processes
from bench.verify import prepare
from bench.worker import Request, allowed_cpus, cores_to_use, thread_environment
from kernels import KERNELS

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ("gemm_fp64", "stencil7", "softmax")
SEED, VALUES, TIME_S, LIMIT_S = 20260101, 20, 0.5, 300.0

Samples = list[tuple[float, ...]]


@dataclass(frozen=True)
class Agreement:
    """Both medians in s with their 95 % intervals, and whether they agree within the joint interval."""

    kernel: str
    ours: Estimate
    pyperf: Estimate

    @property
    def difference(self) -> float:
        """Our median over pyperf's, minus 1."""
        return self.ours.median / self.pyperf.median - 1

    @property
    def joint(self) -> float:
        """Half width of the 95 % interval of the difference: the halves that face each other, added in squares."""
        above = self.ours.median >= self.pyperf.median
        ours = self.ours.median - self.ours.low if above else self.ours.high - self.ours.median
        theirs = self.pyperf.high - self.pyperf.median if above else self.pyperf.median - self.pyperf.low
        return float((ours**2 + theirs**2) ** 0.5) / self.pyperf.median

    @property
    def agree(self) -> bool:
        return abs(self.difference) <= self.joint


def main() -> None:
    """Measure in turns, print the comparison, exit with 1 where they disagree."""
    asked = _arguments()
    if find_spec("pyperf") is None:
        raise SystemExit('error: pyperf is not installed: pip install "innocap[dev]"')
    names = asked.kernel or DEFAULT
    unknown = sorted(set(names) - {kernel.name for kernel in KERNELS})
    if unknown:
        raise SystemExit(f"error: --kernel {unknown[0]}: no such kernel; innocap bench list shows them")
    found = [measured(name, asked.rounds) for name in names]
    for entry in found:
        print(line(entry))
    if asked.output:
        told = [{**asdict(entry), "difference": entry.difference, "agree": entry.agree} for entry in found]
        asked.output.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    raise SystemExit(0 if all(entry.agree for entry in found) else 1)


def measured(kernel: str, rounds: int) -> Agreement:
    """Both harnesses in turns, each `rounds` times in a fresh process."""
    ours: Samples = []
    theirs: Samples = []
    for number in range(rounds):
        turns: list[Callable[[], None]] = [
            lambda: ours.append(by_harness(kernel)),
            lambda: theirs.append(by_pyperf(kernel)),
        ]
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
    return Agreement(kernel, _estimate(ours), _estimate(theirs))


def _estimate(samples: Samples) -> Estimate:
    joined = [value for part in samples for value in part]
    return over_processes(joined, [len(part) for part in samples])


def by_harness(kernel: str) -> tuple[float, ...]:
    """Samples in s of one worker process."""
    params = next(entry for entry in KERNELS if entry.name == kernel).sizes["quick"]
    request = Request(kernel, "quick", params, 1, 1e-4, VALUES, TIME_S, TIME_S, False, SEED)
    answer = spawn(request, LIMIT_S)
    if not isinstance(answer, Case) or answer.median_s is None:
        raise SystemExit(f"error: {kernel}: {answer if isinstance(answer, str) else answer.remedy}")
    return answer.samples_s


def by_pyperf(kernel: str) -> tuple[float, ...]:
    """Values in s of one worker process of pyperf, as many as fit into the time that the harness has."""
    import pyperf

    cpu = min(cores_to_use(1, allowed_cpus()))
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "values.json"
        command = [sys.executable, str(Path(__file__)), "--pyperf", kernel, "-o", str(output), f"--affinity={cpu}"]
        limits = thread_environment(1)
        command.append("--inherit-environ=" + ",".join(limits))
        environ = {**os.environ, **limits}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, timeout=LIMIT_S)
        if done.returncode:
            raise SystemExit(f"error: pyperf ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return tuple(pyperf.Benchmark.load(str(output)).get_values())


def run_pyperf() -> None:
    """Entry point of the processes of pyperf, the one that starts workers and the workers."""
    import pyperf

    def passed_on(command: list[str], asked: argparse.Namespace) -> None:
        command.extend(["--pyperf", asked.pyperf])

    runner = pyperf.Runner(processes=1, values=VALUES, warmups=1, min_time=1e-3, add_cmdline_args=passed_on)
    runner.argparser.add_argument("--pyperf")
    asked = runner.parse_args()
    runner.bench_func(asked.pyperf, _prepared(asked.pyperf) if asked.worker else lambda: None)


def _prepared(name: str) -> Callable[[], None]:
    kernel = next(kernel for kernel in KERNELS if kernel.name == name)
    call = caller(kernel, prepare(kernel, kernel.sizes["quick"], SEED).arrays)
    call()
    return call


def line(found: Agreement) -> str:
    """One comparison in words."""
    told = [
        f"{one.median * 1e3:.4g} ms [{one.low * 1e3:.4g}, {one.high * 1e3:.4g}]" for one in (found.ours, found.pyperf)
    ]
    verdict = "agree" if found.agree else "DISAGREE"
    return (
        f"{found.kernel:<12} ours {told[0]}  pyperf {told[1]}  "
        f"difference {found.difference:+.2%}, joint interval +-{found.joint:.2%}: {verdict}"
    )


def _arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kernel", action="append", help="kernel to time (repeatable)")
    parser.add_argument("--rounds", type=int, default=5, help="processes of either harness per kernel")
    parser.add_argument("-o", "--output", type=Path, help="also write the comparison as JSON")
    return parser.parse_args(words)


if __name__ == "__main__":
    if "--pyperf" in sys.argv:
        run_pyperf()
    else:
        main()
