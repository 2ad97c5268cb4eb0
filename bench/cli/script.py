"""`bench script`: a job script that runs a suite on many machines."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench.cli.frame import plain_errors, registry


@click.command()
@click.option("--scheduler", required=True, type=click.Choice(["slurm", "pbs", "ssh"]), help="Who starts the jobs.")
@click.option("--nodes", type=click.IntRange(min=1), help="How many nodes to ask for.")
@click.option("--hosts", default="", help="Names of hosts, separated by commas, instead of a number.")
@click.option("--suite", default="quick", show_default=True, help="Name of a suite, or a file that all nodes see.")
@click.option(
    "--folder",
    default="bench-results",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Where result files go; all nodes of Slurm and PBS must see it.",
)
@click.option("--run", "label", help="Name of this run in the files' names  [default: suite and date]")
@click.option(
    "--python", "python", default=sys.executable, help="Python with innocap on the nodes  [default: this one]"
)
@click.option("--bundle", type=click.Path(path_type=Path), help="Unpacked bundle to run on the nodes instead.")
@click.option("--cores", type=click.IntRange(min=1), help="Logical CPUs of a node, which PBS must be told.")
@click.option("--limit", default="04:00:00", show_default=True, help="Longest time of the job, hh:mm:ss.")
@click.option("--queue", help="Partition or queue.")
@click.option("--account", help="Who pays.")
@plain_errors
def script(
    scheduler: str,
    nodes: int | None,
    hosts: str,
    suite: str,
    folder: Path,
    label: str | None,
    python: str,
    bundle: Path | None,
    cores: int | None,
    limit: str,
    queue: str | None,
    account: str | None,
) -> None:
    """Print a job script that runs a suite on every node, one result file per host.

    Save it and hand it to sbatch, qsub or bash. Handed in again, it goes on where it was interrupted.
    """
    from bench.fleet.script import SCHEDULERS, Order, job_script
    from bench.reading import read_suite, suite_path
    from bench.suite import now

    found = read_suite(suite, registry())
    order = Order(
        scheduler=scheduler,
        command=(str(bundle.absolute() / "run.sh"),) if bundle else (python, "-m", "bench"),
        suite=str(suite_path(suite).absolute()) if suite.endswith(".toml") else suite,
        folder=str(folder.absolute()),
        run=label or f"{found.id}-{now()[:10]}",
        nodes=nodes,
        hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        cores=cores,
        limit=limit,
        queue=queue,
        account=account,
    )
    click.echo(job_script(order), nl=False)
    click.echo(f"save it as job.sh, then start it: {SCHEDULERS[scheduler].submit} job.sh", err=True)
