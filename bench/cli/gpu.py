"""`bench gpu`: the GPU versions of the kernels on the first visible device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.frame import BAD_INPUT, NOT_VERIFIED, json_option, plain_errors, print_json, show, stop

if TYPE_CHECKING:
    from bench.gpu.measure import GpuCase
    from kernels.gpu import Version

GOAL = 0.92


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Result file.")
@click.option("--size", type=click.Choice(["quick", "standard", "full"]), default="standard", show_default=True)
@click.option("--kernel", "names", multiple=True, help="A kernel (repeatable); all that have a GPU version by default.")
@click.option("--seconds", default=5.0, show_default=True, help="Longest time for the samples of one case and mode.")
@click.option("--force", is_flag=True, help="Overwrite an existing result.")
@json_option
@plain_errors
def gpu(output: Path, size: str, names: tuple[str, ...], seconds: float, force: bool, as_json: bool) -> None:
    """Verify and time kernels on the first visible GPU, with flushed and with warm caches."""
    from bench.decode import dumps
    from bench.disk import write_atomically
    from bench.gpu.measure import Stop
    from bench.gpu.run import run
    from bench.reading import InputError
    from kernels.cuda import missing, this_gpu

    versions = _asked(names)
    if output.exists() and not force:
        raise InputError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    if reason := missing():
        stop(reason, BAD_INPUT)
    result = run(this_gpu(), versions, size=size, stop=Stop(time_cap_s=seconds), progress=lambda case: show(line(case)))
    write_atomically(output, dumps(result, indent=1) + "\n")
    show(*_summary(result), f"written to {output}")
    if as_json:
        print_json(result)
    if any(case.verification is not None and not case.verification.passed for case in result.cases):
        stop("a GPU version gives a wrong answer; see above", NOT_VERIFIED)


def _asked(names: tuple[str, ...]) -> tuple[Version, ...]:
    from bench.reading import InputError
    from kernels.gpu import VERSIONS, version_of

    unknown = [name for name in names if version_of(name) is None]
    if unknown:
        known = ", ".join(version.kernel for version in VERSIONS)
        raise InputError(f"--kernel {unknown[0]}: has no GPU version; choose from: {known}")
    return tuple(version for version in VERSIONS if not names or version.kernel in names)


def line(case: GpuCase) -> str:
    """One case in a line."""
    name = f"{case.kernel:24s} {case.size:9s}"
    if case.cold is None or case.warm is None:
        return f"{name} {case.refused}"
    half = 100 * case.cold.relative_half_width
    beside = "".join(f"  {peer.peer} / ours {peer.ratio:.2f}" for peer in case.peers if peer.ratio is not None)
    return (
        f"{name} cold {case.cold.median:9.4g} ms ±{half:.1f}%  warm {case.warm.median:9.4g} ms"
        f"  {case.gflop_per_s or 0.0:10,.4g} GFLOP/s {case.gb_per_s or 0.0:8,.4g} GB/s{beside}"
    )


def _summary(result: Any) -> list[str]:
    """The device, its ceilings, what held its clock back, and the goal of streams."""
    copy = result.ceilings["copy_gb_per_s"]
    lines = [
        f"{result.gpu['device']}, compute capability {result.gpu['compute_capability']}: "
        f"copy {copy:,.4g} GB/s, an empty launch {result.ceilings['launch_us']:.3g} us"
    ]
    held = result.state_after.get("throttled_by")
    if held:
        lines.append(f"its clock was held back by: {', '.join(held)}")
    for case in result.cases:
        if case.kernel == "stream_triad" and case.gb_per_s:
            met = "met" if case.gb_per_s >= GOAL * copy else "MISSED"
            lines.append(f"stream_triad reaches {case.gb_per_s / copy:.0%} of the copy, goal {GOAL:.0%}: {met}")
    return lines
