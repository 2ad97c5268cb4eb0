"""The `bench` commands, one file each. Heavy imports live inside the commands, so that --help is instant."""

from __future__ import annotations

import click

from bench.cli.bundle import bundle
from bench.cli.capability import capability
from bench.cli.collect import collect
from bench.cli.compare import compare
from bench.cli.doctor import doctor
from bench.cli.export import export
from bench.cli.gpu import gpu
from bench.cli.list_kernels import list_kernels
from bench.cli.query import query
from bench.cli.roofline import roofline
from bench.cli.run import run
from bench.cli.scale import scale
from bench.cli.script import script
from bench.cli.show import facts_of, show
from bench.cli.stragglers import stragglers
from bench.cli.sweep import sweep

COMMANDS = (
    list_kernels,
    doctor,
    run,
    gpu,
    sweep,
    show,
    compare,
    roofline,
    capability,
    scale,
    script,
    stragglers,
    bundle,
    collect,
    query,
    export,
)

__all__ = ["COMMANDS", "bench", "facts_of"]


@click.group()
def bench() -> None:
    """Measure what this machine delivers."""


for command in COMMANDS:
    bench.add_command(command)
