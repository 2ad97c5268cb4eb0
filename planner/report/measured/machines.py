"""What was measured on: the machine as it describes itself, and how quiet it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.report.blocks import Block, Column, Fold, Grid, Note, Points, Section, Text, grid
from planner.report.digits import number
from planner.report.language import Language
from planner.report.measured.context import Context, Run, known

GIB, MIB = 2**30, 2**20


def section(ctx: Context) -> Section:
    """Passports side by side, the environment before and during, ceilings, what the harness advises."""
    say = ctx.words.say
    blocks: list[Block] = [_passports(ctx), _environment(ctx), *_differences(ctx)]
    advice = [
        Points(tuple(map(str, run.result["environment"]["remedies"])), run.name if len(ctx.runs) > 1 else "")
        for run in ctx.runs
        if run.result["environment"].get("remedies")
    ]
    if advice:
        blocks.append(Fold(say("bench-advice"), (Text((say("bench-advice-words"),)), *advice)))
    return Section("machine", say("bench-machines"), say("bench-machines-lead"), tuple(blocks))


def _differences(ctx: Context) -> list[Block]:
    """Results of unlike machines are said to be so, never compared silently."""
    say, found = ctx.words.say, list[Block]()
    for run, comparison in zip(ctx.runs[1:], ctx.comparisons, strict=True):
        if comparison["differences"]:
            what = "; ".join(map(str, comparison["differences"]))
            found.append(Note(say("bench-unlike", first=ctx.runs[0].name, other=run.name, what=what)))
    return found


def _plain(words: Language, value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(words, entry)}" for key, entry in value.items() if entry is not None)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _gib(words: Language, value: Any) -> str:
    return f"{number(value / GIB)} GiB"


def _caches(words: Language, value: Any) -> str:
    sizes = {key: size for key, size in value.items() if size}
    return ", ".join(f"{key.upper()} {number(size / MIB)} MiB" for key, size in sizes.items())


def _git(words: Language, value: Any) -> str:
    return f"{str(value.get('commit') or '?')[:10]}{'+' if value.get('changed') else ''}"


FACTS: tuple[tuple[str, Callable[[Language, Any], str]], ...] = (
    ("cpu_model", _plain),
    ("architecture", _plain),
    ("sockets", _plain),
    ("cores", _plain),
    ("logical_cpus", _plain),
    ("allowed_cpus", _plain),
    ("max_mhz", _plain),
    ("isa", _plain),
    ("caches_bytes", _caches),
    ("numa_nodes", _plain),
    ("memory_bytes", _gib),
    ("virtualization", _plain),
    ("os", _plain),
    ("kernel", _plain),
    ("python", _plain),
    ("libraries", _plain),
    ("compilers", _plain),
    ("threading_layer", _plain),
    ("numba_flags", _plain),
    ("git", _git),
)


def _passports(ctx: Context) -> Grid:
    say = ctx.words.say
    columns = (Column(say("bench-fact")), *(Column(run.name) for run in ctx.runs))
    body = []
    for field, view in FACTS:
        values = [known(run.passport, field) for run in ctx.runs]
        told = [view(ctx.words, value) if value not in (None, {}, []) else say("bench-unknown") for value in values]
        if any(value not in (None, {}, []) for value in values):
            body.append((say(f"bench-fact-{field.replace('_', '-')}"), *told))
    return grid("bench_machine", say("bench-machine-caption"), columns, body)


SHARES = ("others_share", "waited_share", "steal_share", "sibling_share")


def _environment(ctx: Context) -> Grid:
    say = ctx.words.say
    columns = (Column(say("bench-fact")), *(Column(run.name) for run in ctx.runs))
    names = [
        say("bench-quiet"),
        say("bench-load"),
        *(say(f"bench-during-{name.removesuffix('_share')}") for name in SHARES),
    ]
    told = [_told(ctx, run) for run in ctx.runs]
    body = [(name, *(each[at] for each in told)) for at, name in enumerate((*names, say("bench-noise-floor")))]
    return grid("bench_environment", say("bench-environment-caption"), columns, body, remark=say("bench-floor-remark"))


def _told(ctx: Context, run: Run) -> list[str]:
    say, environment = ctx.words.say, run.result["environment"]
    load, during = known(environment["before"], "load_1min"), environment["during"]
    floor = run.result.get("noise_floor")
    return [
        say(f"bench-verdict-{environment['verdict']}"),
        say("bench-unknown") if load is None else number(load),
        *(ctx.words.percent(during.get(name)) for name in SHARES),
        ctx.words.percent(floor["worst"]) if floor else say("bench-not-measured"),
    ]
