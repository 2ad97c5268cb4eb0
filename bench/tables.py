"""What a terminal shows: tables of results, ceilings and machine facts, within 120 columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bench.environment.finding import Finding, Level
from bench.goals import USABLE, Goal, best_peer, calls_to_pay_back, compared, geometric_mean, goals_of
from bench.judge import relative_half_width
from bench.judge import remarks as judge_remarks
from bench.noise import differs, sentence
from bench.result import Case, Energy, Environment, NoiseFloor, PeerTime, Result, known

WIDTH = 120
MANY_CALLS = 1e6
MOST_REMARKS = 6
STYLES = {"ok": "green", "noisy": "yellow", "refused": "red", "wrong": "red", "failed": "red", "unverified": "dim"}
LEVEL_STYLES = {"quiet": "green", "usable": "yellow", "noisy": "red"}
LEVEL_MEANINGS = {
    "quiet": "ready to measure",
    "usable": "good enough, times are a little less certain",
    "noisy": "times would say more about the disturbance than about the machine",
}


def console() -> Console:
    """Standard error, 120 columns wide where it is no terminal, so that logs read the same everywhere."""
    found = Console(stderr=True, highlight=False)
    return found if found.is_terminal else Console(stderr=True, highlight=False, width=WIDTH)


def grid(*columns: str, left: Iterable[str] = ()) -> Table:
    """Empty table without lines; columns named in `left` hold text, the others numbers."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="left" if column in left else "right", no_wrap=column not in left)
    return table


def cases_table(cases: Iterable[Case]) -> Table:
    """One line per case, in the order of the names."""
    table = grid(
        "kernel", "size", "thr", "time", "GFLOP/s", "GB/s", "ceiling", "peer / ours", "compile", "verdict",
        left=("kernel", "peer / ours", "verdict"),
    )  # fmt: skip
    for case in sorted(cases, key=lambda case: (case.kernel, case.threads)):
        table.add_row(
            case.kernel,
            size_text(case.working_set_bytes),
            str(case.threads),
            time_text(case),
            rate_text(case.gflops),
            rate_text(case.gb_per_s),
            percent_text(case.fraction_of_ceiling),
            peer_text(case),
            compile_text(case),
            Text(case.verdict, style=STYLES[case.verdict]),
        )
    return table


def remarks(cases: Iterable[Case]) -> list[str]:
    """One line per case without a usable time, with its remedy, and one line for all noisy ones."""
    cases = [case for case in cases if case.remedy]
    lines = [f"{case.kernel} is {case.verdict}: {case.remedy}" for case in cases if case.verdict != "noisy"]
    noisy = [case for case in cases if case.verdict == "noisy"]
    if noisy:
        least = max(noisy, key=relative_half_width)
        lines.append(f"{len(noisy)} noisy, the least certain is {least.kernel}: {least.remedy}")
    return lines


def sample_lines(cases: Iterable[Case]) -> list[str]:
    """What to know about the samples of single cases, the first MOST_REMARKS of it."""
    lines = [f"- {case.id}: {text}" for case in cases if case.verdict in USABLE for text in judge_remarks(case)]
    more = len(lines) - MOST_REMARKS
    return [*lines[:MOST_REMARKS], f"- and {more} more such remarks"] if more > 0 else lines


def goal_lines(cases: Iterable[Case], floor: NoiseFloor | None = None) -> list[str]:
    """The geometric mean of the ratios on one thread, and every goal that was missed there, by noise or really."""
    single = compared(cases, 1)
    mean = geometric_mean(single)
    if mean is None:
        return []
    missed = [(case, goal) for case in single for goal in goals_of(case) if goal.met is False]
    head = f"one thread: best peer / ours {mean:.2f}, geometric mean of {len(single)} kernels"
    return [
        f"{head}; {len(missed)} goals missed" if missed else f"{head}; all goals met",
        *(
            f"- {case.kernel}: {goal.found:.2f} against {goal.peer}, goal {goal.wanted:g}{_by_noise(goal, floor)}"
            for case, goal in missed
        ),
    ]


def _by_noise(goal: Goal, floor: NoiseFloor | None) -> str:
    ratio = (goal.found or goal.wanted) / goal.wanted
    return "" if differs(ratio, floor, same_process=True) else ", no difference beyond the noise floor"


def peer_notes(cases: Iterable[Case]) -> list[str]:
    """Versions of the peers that ran, and the reasons of those that did not, each once."""
    peers = [peer for case in cases for peer in case.peers]
    ran = [f"{peer.name}: {peer.version}" for peer in peers if isinstance(peer, PeerTime)]
    skipped = [f"{peer.name}: skipped, {peer.skipped}" for peer in peers if not isinstance(peer, PeerTime)]
    return list(dict.fromkeys(ran + skipped))


def peer_text(case: Case) -> str:
    """Peer time over ours with the peer's name; above 1 means that the kernel is faster."""
    best = best_peer(case)
    return f"{best.ratio:.2f} {best.name}" if best else ""


def time_text(case: Case) -> str:
    """Median with the half width of its interval in percent: "12.3 ms +-0.8%"."""
    if case.median_s is None:
        return "-"
    return f"{seconds_text(case.median_s)} ±{relative_half_width(case):.1%}"


def seconds_text(seconds: float) -> str:
    """Three digits and a unit.

    >>> seconds_text(0.01234)
    '12.3 ms'
    """
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def compile_text(case: Case) -> str:
    """Seconds of compiling and the calls that pay for it, or that compiled code came from the cache."""
    if case.compile_s is None or case.cache == "none":
        return ""
    return "cached" if case.cache == "hit" else f"{case.compile_s:.1f} s{calls_text(calls_to_pay_back(case))}"


def calls_text(calls: float | None) -> str:
    """How many calls pay back compiling, as the end of a phrase.

    >>> calls_text(1234.0)
    ' = 1,234 calls'
    """
    if calls is None:
        return ""
    return f" = {calls:,.0f} calls" if calls < MANY_CALLS else ", not paid back"


def rate_text(rate: float | None) -> str:
    """A rate with about three digits, nothing where it is zero or unknown."""
    if not rate:
        return ""
    return f"{rate:.0f}" if rate >= 100 else f"{rate:.1f}" if rate >= 1 else f"{rate:.2g}"


def figure_text(value: float) -> str:
    """Three digits, without exponent where a person would not write one.

    >>> figure_text(11345.6), figure_text(0.0445)
    ('11,300', '0.0445')
    """
    return f"{float(f'{value:.3g}'):,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"


def percent_text(fraction: float | None) -> str:
    """A fraction as a whole percentage."""
    return "" if fraction is None else f"{fraction:.0%}"


def size_text(size_bytes: int | None) -> str:
    """Bytes in the largest binary unit that leaves at least 1."""
    size = float(size_bytes or 0)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:.3g} {unit}" if size_bytes is not None else ""
        size /= 1024
    return ""


def result_parts(result: Result) -> list[RenderableType]:
    """A whole result: machine, table, remarks, peers, environment."""
    passport = result.machine.passport
    cpu, cores = known(passport, "cpu_model") or "unnamed processor", known(passport, "cores") or "?"
    head = f"{cpu}, {cores} cores, {size_text(known(passport, 'memory_bytes'))}"
    parts: list[RenderableType] = [f"{head}; suite {result.suite}, sizes {result.preset}, {result.created}"]
    parts += [cases_table(result.cases), *remarks(result.cases), *sample_lines(result.cases)]
    parts += [*goal_lines(result.cases, result.noise_floor), *peer_notes(result.cases), *energy_lines(result.cases)]
    return [*parts, *noise_lines(result), *environment_parts(result.environment)]


def noise_lines(result: Result) -> list[str]:
    """The noise floor, if the suite asked for one."""
    if result.noise_floor:
        return [sentence(result.noise_floor)]
    asked = result.settings.get("noise_floor")
    return ["the noise floor could not be measured: try bench doctor --noise"] if asked else []


def energy_lines(cases: Iterable[Case]) -> list[str]:
    """Energy per call and per operation of the cases that have it, above the idle machine."""
    found = [(case, case.energy) for case in cases if case.energy]
    if not found:
        return []
    methods = "; ".join(dict.fromkeys(used.method for _, used in found))
    ordered = sorted(found, key=lambda pair: (pair[0].kernel, pair[0].threads))
    return [f"energy above the idle machine, by {methods}:", *(_energy_line(case, used) for case, used in ordered)]


def _energy_line(case: Case, used: Energy) -> str:
    powers = f"{used.joules_per_call:.3g} J per call, {used.busy_watt:.3g} W against {used.idle_watt:.3g} W idle"
    per_watt = f", {case.work.flops / used.joules_per_call / 1e9:.3g} GFLOP/s per W" if case.work.flops else ""
    return f"- {case.kernel}, {case.threads} threads: {powers}{per_watt}"


def environment_parts(seen: Environment) -> list[RenderableType]:
    """Verdict on the machine and what would help."""
    verdict = Text.assemble("the machine was ", (seen.verdict, LEVEL_STYLES[seen.verdict]))
    return [verdict, *(f"- {remedy}" for remedy in seen.remedies)]


def finding_parts(findings: Sequence[Finding], verdict: Level) -> list[RenderableType]:
    """Findings with what to do about each, the most serious first, and the grade of the machine."""
    table = grid("level", "found", "what to do", left=("level", "found", "what to do"))
    for finding in findings:
        table.add_row(Text(finding.level, style=LEVEL_STYLES[finding.level]), finding.found, finding.remedy)
    grade = Text.assemble(
        "grade of this machine now: ", (verdict, LEVEL_STYLES[verdict]), f", {LEVEL_MEANINGS[verdict]}"
    )
    return [*([table, ""] if findings else ["nothing stands in the way"]), grade]


def passport_table(passport: Mapping[str, Any]) -> Table:
    """Every fact, or why it is unknown."""
    table = grid("fact", "value", left=("fact", "value"))
    for name in passport:
        value = known(passport, name)
        text = f"unknown: {passport[name]['reason']}" if value is None else fact_text(value, name.endswith("_bytes"))
        table.add_row(name.removesuffix("_bytes").replace("_", " "), Text(text, style="dim" if value is None else ""))
    return table


def fact_text(value: Any, is_bytes: bool = False) -> str:
    """A fact as one line.

    >>> fact_text({"l1d": 65536, "l2": 2097152}, is_bytes=True)
    'l1d 64 KiB, l2 2 MiB'
    >>> fact_text({"commit": "da8468c9f6", "changed": True})
    'commit da8468c9f6, changed'
    """
    if isinstance(value, Mapping):
        known_entries = [(name, entry) for name, entry in value.items() if entry is not None and entry is not False]
        return ", ".join(
            name if entry is True else f"{name} {fact_text(entry, is_bytes)}" for name, entry in known_entries
        )
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return size_text(value) if is_bytes and isinstance(value, int) else str(value)
