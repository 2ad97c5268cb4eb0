"""`bench list`: what can be measured."""

from __future__ import annotations

import click

from bench.cli.frame import json_option, plain_errors, print_json, registry, show


@click.command("list")
@json_option
@click.option("--markdown", is_flag=True, help="Print a page for the documentation on standard output.")
@plain_errors
def list_kernels(as_json: bool, markdown: bool) -> None:
    """The kernels, what they stand for, and their native peers."""
    from bench.pages import kernels_page
    from bench.peers import peers_of
    from bench.tables import grid

    if markdown:
        click.echo(kernels_page(tuple(registry().values())), nl=False)
        return
    rows = [
        {
            "kernel": kernel.name,
            "limit": kernel.limit,
            "precision": kernel.precision,
            "peers": ", ".join(peer.name for peer in peers_of(kernel.name)),
            "story": kernel.story,
        }
        for kernel in registry().values()
    ]
    if as_json:
        print_json(rows)
        return
    table = grid("kernel", "limit", "", "peer", "stands for", left=("kernel", "limit", "", "peer", "stands for"))
    for row in rows:
        table.add_row(*row.values())
    show(table)
