"""`bench doctor`: whether this machine can be measured now."""

from __future__ import annotations

import click

from bench.cli.frame import json_option, plain_errors, print_json, show


@click.command()
@json_option
@plain_errors
def doctor(as_json: bool) -> None:
    """Who this machine is, whether it is quiet enough to measure, and what would help."""
    import time

    from bench import environment, machine, meters, tables
    from bench.decode import encode

    sources = machine.this_machine()
    found, before, cpu_s = machine.passport(sources), environment.look(sources), time.process_time()
    time.sleep(1.0)
    after = environment.look(sources)
    found.update(meters.readable(sources.root))
    meanwhile = environment.during(before, after, time.process_time() - cpu_s)
    seen = environment.environment(before, meanwhile, after)
    if as_json:
        print_json({"passport": found, "environment": encode(seen)})
        return
    show(tables.passport_table(found), "", *tables.environment_parts(seen))
