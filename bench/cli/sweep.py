"""`bench sweep`: one kernel over sizes of data and numbers of threads."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.frame import BAD_INPUT, NOT_VERIFIED, json_option, plain_errors, print_json, registry, show, stop

OUTPUT = "bench-sweep.json"


@click.command()
@click.argument("kernel", required=False)
@click.option("--sizes", metavar="LIST", help="Sizes such as 1000,2000 or m=10:n=20,m=20:n=40, or a preset.")
@click.option("--threads", metavar="LIST", help="Numbers of threads such as 1,2,all, or powers for 1, 2, 4 and so on.")
@click.option("--ceilings", is_flag=True, help="Read bandwidth of every cache level; needs no kernel.")
@click.option("--peers", is_flag=True, help="Time native peers beside the kernel.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted sweep.")
@click.option("--force", is_flag=True, help="Overwrite an existing result.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=OUTPUT, show_default=True)
@json_option
@plain_errors
def sweep(
    kernel: str | None,
    sizes: str | None,
    threads: str | None,
    ceilings: bool,
    peers: bool,
    resume: bool,
    force: bool,
    output: Path,
    as_json: bool,
) -> None:
    """Measure one KERNEL over sizes, from inside the first cache until memory sets a steady rate.

    With --threads and no --sizes the standard size is measured over numbers of threads instead; with both, every
    size at every number. The file is an ordinary result.
    """
    from bench.caches import room
    from bench.cli.run import measure
    from bench.reading import known_name
    from bench.settings import Settings
    from bench.sweep import asked_threads, ceiling_sweep, size_sweep, thread_sweep
    from bench.sweep_table import sweep_parts
    from bench.worker import allowed_cpus, cores_to_use, physical_cores

    if ceilings == bool(kernel):
        stop("name one kernel, or give --ceilings and no kernel; `bench list` shows the kernels", BAD_INPUT)
    kernels, allowed = registry(), allowed_cpus()
    counts = asked_threads(threads, physical_cores(allowed), len(allowed))
    here = room(cores_to_use(max(counts), allowed))
    if kernel is None:
        settings: Settings = ceiling_sweep(counts, here)
    else:
        known_name(kernel, kernels, "KERNEL")
        preset = sizes if sizes in kernels[kernel].sizes else "standard" if threads and not sizes else None
        if preset:
            settings = thread_sweep(kernels[kernel], preset, counts, peers=peers)
        else:
            settings = size_sweep(kernels[kernel], sizes, counts, here, peers=peers)
    result = measure(settings, kernels, output, resume, force)
    if as_json:
        print_json(result)
    show(*sweep_parts(result, here), f"written to {output}")
    if any(case.verdict in ("wrong", "failed", "refused") for case in result.cases):
        raise SystemExit(NOT_VERIFIED)
