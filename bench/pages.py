"""Pages in Markdown for the documentation: what the kernels are, and what a run measured."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence

from bench.goals import best_peer, calls_to_pay_back, compared, geometric_mean, goals_of
from bench.peers import peers_of
from bench.result import Case, Result, known
from bench.tables import MANY_CALLS, peer_notes, percent_text, rate_text, size_text, time_text
from kernels.spec import Kernel

KERNELS_HEAD = """# The kernels

Written by `innocap bench list --markdown` from the kernels themselves. FLOP/byte is the intensity at the standard size;
what bounds a kernel is what bounds it on a normal machine. A goal is the time of a native peer divided by ours, on one
thread, the same buffers, alternating round by round.
"""
RESULTS_HEAD = """# What was measured

Written by `innocap bench show RESULT --markdown` from a result file. A ratio is the time of the fastest native peer
divided by ours: the median over rounds in which both ran alternately on the same buffers, with its 95 % interval.
*Of ceiling* is the shortest possible time by the measured roofline divided by the median; for the training steps under
the arithmetic ceiling that is the model FLOP utilisation (MFU). *Plain* is the time of plain compiled loops divided by
ours. *Compile* is the time to compile, and after how many calls the faster kernel has paid it back.
"""


def kernels_page(kernels: Sequence[Kernel]) -> str:
    """What every kernel stands for, computes, counts and aims at, by room and file."""
    rooms: dict[str, dict[str, list[Kernel]]] = {}
    for kernel in kernels:
        module = inspect.getmodule(kernel.reference)
        assert module is not None
        room = module.__name__.split(".")[1]
        rooms.setdefault(room, {}).setdefault(inspect.cleandoc(module.__doc__ or ""), []).append(kernel)
    parts = [KERNELS_HEAD]
    for room, files in rooms.items():
        parts.append(f"## {room.capitalize()}\n")
        parts += [_file_section(text, members) for text, members in files.items()]
    return "\n".join(parts)


def _file_section(text: str, kernels: Sequence[Kernel]) -> str:
    title, _, body = text.partition("\n")
    rows = [
        (
            f"`{kernel.name}`",
            kernel.story,
            f"{kernel.limit}, {kernel.precision}",
            _intensity(kernel),
            goal_text(kernel.goals),
            ", ".join(peer.name for peer in peers_of(kernel.name)) or "none",
        )
        for kernel in kernels
    ]
    lines = table(("kernel", "stands for", "bound by", "FLOP/byte", "goal", "peers"), rows)
    return f"### {title.rstrip('.')}\n\n```text\n{body.strip()}\n```\n\n{lines}"


def _intensity(kernel: Kernel) -> str:
    work = kernel.work(**kernel.sizes["standard"])
    return rate_text(work.flops / work.bytes_moved) if work.flops else "0"


def goal_text(goals: Mapping[str, float]) -> str:
    """Every goal as "1.2 torch"."""
    return ", ".join(f"{ratio:g} {library}" for library, ratio in goals.items())


def results_page(result: Result) -> str:
    """Machine, tables by thread count, missed goals, peers, and the command that makes the page."""
    passport = result.machine.passport
    cpu, cores = known(passport, "cpu_model") or "unnamed processor", known(passport, "cores") or "?"
    head = (
        f"{cpu}, {cores} cores, {size_text(known(passport, 'memory_bytes'))}; sizes {result.preset}; {result.created}."
    )
    quiet = f"The machine was {result.environment.verdict}." + "".join(
        f" {text}." for text in result.environment.remedies
    )
    parts = [RESULTS_HEAD, f"    {_command(result)}\n", f"{head} {quiet}\n", _ceilings(result)]
    for threads in sorted({case.threads for case in result.cases}):
        parts += [f"## {threads} thread{'s' if threads > 1 else ''}\n", _summary(result.cases, threads)]
        parts.append(_cases(sorted((case for case in result.cases if case.threads == threads), key=lambda c: c.kernel)))
    parts += ["## Peers\n", "\n".join(f"- {note}" for note in peer_notes(result.cases)), ""]
    return "\n".join(parts)


def _command(result: Result) -> str:
    flags = known(result.machine.passport, "numba_flags") or {}
    chosen = "".join(f"{name}={value} " for name, value in flags.items() if name.startswith("INNOCAP_"))
    peers = " --peers" if result.settings.get("peers") else ""
    counts = list(result.settings.get("threads", []))
    threads = f" --threads {counts[0]}" if len(counts) == 1 else ""
    return f"{chosen}innocap bench run --suite {result.suite}{peers}{threads} -o RESULT"


def _ceilings(result: Result) -> str:
    rows = [(name, rate_text(entry.value), str(entry.threads), entry.kernel) for name, entry in result.ceilings.items()]
    return table(("ceiling", "value", "threads", "measured by"), rows)


def _summary(cases: Iterable[Case], threads: int) -> str:
    rivals = compared(cases, threads)
    mean = geometric_mean(rivals)
    if mean is None:
        return ""
    goals = [goal for case in rivals for goal in goals_of(case) if goal.met is not None]
    reached = f"; {sum(bool(goal.met) for goal in goals)} of {len(goals)} goals reached" if threads == 1 else ""
    return f"Best peer / ours, geometric mean of {len(rivals)} kernels: **{mean:.2f}**{reached}.\n"


def _cases(cases: Sequence[Case]) -> str:
    head = (
        "kernel",
        "data",
        "time",
        "GFLOP/s",
        "GB/s",
        "of ceiling",
        "best peer / ours",
        "goal",
        "plain",
        "compile",
        "",
    )
    rows = [
        (
            f"`{case.kernel}`",
            size_text(case.working_set_bytes),
            time_text(case),
            rate_text(case.gflops),
            rate_text(case.gb_per_s),
            f"{percent_text(case.fraction_of_ceiling)} {(case.ceiling or '').partition('_')[0]}".strip(),
            _ratio(case),
            _goals(case),
            f"{case.plain.ratio:.1f}" if case.plain else "",
            _compile(case),
            "" if case.verdict == "ok" else case.verdict,
        )
        for case in cases
    ]
    return table(head, rows)


def _ratio(case: Case) -> str:
    best = best_peer(case)
    return f"**{best.ratio:.2f}** ({best.ratio_low:.2f}-{best.ratio_high:.2f}) {best.name}" if best else ""


def _goals(case: Case) -> str:
    if case.threads != 1:
        return ""
    words = {True: "reached", False: "**missed**", None: "no peer"}
    told = []
    for goal in goals_of(case):
        found = f" {goal.found:.2f}" if goal.found is not None and goal.library != "best" else ""
        told.append(f"{goal.wanted:g} {goal.library}: {words[goal.met]}{found}")
    return ", ".join(told)


def _compile(case: Case) -> str:
    if case.cache != "miss" or case.compile_s is None:
        return ""
    calls = calls_to_pay_back(case)
    paid = "" if calls is None else ", not paid back" if calls > MANY_CALLS else f", {calls:,.0f} calls"
    return f"{case.compile_s:.1f} s{paid}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
