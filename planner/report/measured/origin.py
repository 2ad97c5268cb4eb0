"""Where every number comes from: files with their hashes, settings, commits, commands that measure again."""

from __future__ import annotations

import json

from planner.report.blocks import Block, Column, Commands, Grid, Section, grid
from planner.report.measured.context import Context, Run, known

SETTINGS = (
    "preset",
    "threads",
    "processes",
    "interval",
    "min_samples",
    "min_time_s",
    "time_cap_s",
    "peers",
    "noise_floor",
)

FILES = ("bench-file", "bench-run-id", "bench-created", "bench-suite", "bench-commit", "bench-sha256")


def section(ctx: Context) -> Section:
    """Files, settings, and the commands to measure and to report again."""
    say = ctx.words.say
    commands = tuple(dict.fromkeys(_command(run) for run in ctx.runs))
    again = f"innocap bench show {' '.join(quoted(run.file) for run in ctx.runs)} --format html -o bench-report.html"
    blocks: tuple[Block, ...] = (_files(ctx), _settings(ctx), Commands((*commands, again)))
    return Section("provenance", say("bench-origin"), say("bench-origin-lead"), blocks)


def _files(ctx: Context) -> Grid:
    say = ctx.words.say
    columns = [Column(say(key)) for key in FILES]
    body = [
        (
            run.file,
            str(run.result["run_id"]),
            run.created,
            str(run.result["suite"]),
            _commit(run),
            str(run.told["sha256"]),
        )
        for run in ctx.runs
    ]
    return grid("bench_files", say("bench-files-caption"), columns, body)


def _commit(run: Run) -> str:
    git = known(run.passport, "git") or {}
    return str(git.get("commit") or "–") + ("+" if git.get("changed") else "")


def _settings(ctx: Context) -> Grid:
    say = ctx.words.say
    columns = (Column(say("bench-setting")), *(Column(run.name) for run in ctx.runs))
    body = [
        (name, *(_shown(run.result["settings"].get(name)) for run in ctx.runs))
        for name in SETTINGS
        if any(name in run.result["settings"] for run in ctx.runs)
    ]
    return grid("bench_settings", say("bench-settings-caption"), columns, body)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _command(run: Run) -> str:
    """The command that measures the same suite again."""
    settings = run.result["settings"]
    threads = list(settings.get("threads") or ())
    more = f" --threads {int(threads[0])}" if len(threads) == 1 else ""
    peers = " --peers" if settings.get("peers") else ""
    return f"innocap bench run --suite {quoted(str(run.result['suite']))}{peers}{more} -o {quoted(run.file)}"


def quoted(text: str) -> str:
    """Text as one word of a shell command."""
    import shlex

    return shlex.quote(text)
