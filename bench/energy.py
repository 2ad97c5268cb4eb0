"""Energy of one call above that of the idle machine, from counters; never from a data sheet.

The counters hold the energy of everything that runs, so this is measured when the stopwatch has stopped: first the idle
machine, then calls until the counter's step is below 1 % of the reading. Nothing is estimated: without a counter there
is no figure, only the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from bench.clock import Clock
from bench.meters import Meter, NoMeter, meter_for
from bench.result import Energy
from bench.stats import median_interval

IDLE_S = 2.0
AT_LEAST_S = 1.0
UPDATES = 100
PARTS = 5
POLL_S = 5e-4
POLL_CAP_S = 1.0
POLLED_UPDATES = 5

Call = Callable[[], None]
Sleep = Callable[[float], None]


@dataclass(frozen=True)
class Part:
    """Some calls in a row: energy in J, time in s."""

    joules: float
    seconds: float
    calls: int


@dataclass(frozen=True)
class Spell:
    """A spell of rest or work: mean power in W with its interval, time in s, calls."""

    watt: float
    low_watt: float
    high_watt: float
    seconds: float
    calls: int


def energy_or_reason(call: Call, version: str, root: Path, clock: Clock) -> tuple[Energy | None, str]:
    """Energy of one call of a kernel's version ("cpu", "gpu"), or None and why it was not measured.

    Where no counter can be read this returns at once.
    """
    try:
        return energy_of(call, meter_for(version, root), clock), ""
    except NoMeter as reason:
        return None, str(reason)


def energy_of(call: Call, meter: Meter, clock: Clock, sleep: Sleep = time.sleep) -> Energy:
    """Energy of one call, idle power subtracted.

    joules_per_call = (joules / seconds - idle_watt) x seconds / calls, over at least 1 s and 100 updates of the
    counter. Its interval is that of the median over the parts of that time, widened by that of the idle power over
    the parts of the rest, and never narrower than one update of the counter.

    Args:
        call: what to run, compiled and warm.
        meter: where energy comes from.
        clock: where time comes from.
        sleep: how to wait in s.

    Raises:
        NoMeter: the counter stands still, or the idle machine drew no less than the busy one.
    """
    update_s = update_time_s(meter, clock, sleep)
    rest_s = max(IDLE_S, UPDATES * update_s)
    idle = _all(_parts(lambda: sleep(rest_s / PARTS), meter, clock, rest_s))
    work = _all(_parts(call, meter, clock, max(AT_LEAST_S, UPDATES * update_s)))
    if work.watt <= idle.watt:
        raise NoMeter(
            f"the machine drew {work.watt:.3g} W at work and {idle.watt:.3g} W idle just before: "
            "something else was running; close other programs and run again"
        )
    call_s, step_watt = work.seconds / work.calls, work.watt * update_s / work.seconds
    above = work.watt - idle.watt
    low = min(work.low_watt - idle.high_watt, above - step_watt)
    high = max(work.high_watt - idle.low_watt, above + step_watt)
    return Energy(
        method=meter.method,
        joules_per_call=above * call_s,
        busy_watt=work.watt,
        idle_watt=idle.watt,
        duration_s=work.seconds,
        joules_low=max(low, 0.0) * call_s,
        joules_high=high * call_s,
    )


def _all(parts: Sequence[Part]) -> Spell:
    """Power over all parts, with the interval of the median of the parts."""
    seconds = sum(part.seconds for part in parts)
    watt = sum(part.joules for part in parts) / seconds
    spread = median_interval([part.joules / part.seconds for part in parts])
    return Spell(watt, min(watt, spread.low), max(watt, spread.high), seconds, sum(part.calls for part in parts))


def over_processes(parts: Sequence[Energy | None]) -> Energy | None:
    """The energies of one call in several processes as one: median call and mean powers, over all their time.

    The interval holds those of all processes. None where no process measured.
    """
    known = [part for part in parts if part is not None]
    if not known:
        return None
    return Energy(
        method="; ".join(dict.fromkeys(part.method for part in known)),
        joules_per_call=median(part.joules_per_call for part in known),
        busy_watt=fmean(part.busy_watt for part in known),
        idle_watt=fmean(part.idle_watt for part in known),
        duration_s=sum(part.duration_s for part in known),
        joules_low=min(part.joules_per_call if part.joules_low is None else part.joules_low for part in known),
        joules_high=max(part.joules_per_call if part.joules_high is None else part.joules_high for part in known),
    )


def update_time_s(meter: Meter, clock: Clock, sleep: Sleep) -> float:
    """Time between two updates of the slowest of the counters that move, in s, from a few updates. Raises NoMeter."""
    deadline = clock.wall_s() + POLL_CAP_S
    edges: list[list[float]] = [[] for _ in meter.counters]
    seen = meter.read()
    while clock.wall_s() < deadline and min(map(len, edges)) <= POLLED_UPDATES:
        sleep(POLL_S)
        before, seen = seen, meter.read()
        for times, old, new in zip(edges, before, seen, strict=True):
            if new != old:
                times.append(clock.wall_s())
    steps = [(times[-1] - times[0]) / (len(times) - 1) for times in edges if len(times) > 1]
    if not steps:
        raise NoMeter(f"the counter of {meter.method} stands still: this machine shows one but does not feed it")
    return max(steps)


def _parts(call: Call, meter: Meter, clock: Clock, at_least_s: float) -> list[Part]:
    """Parts until their time is enough and there are five, or, of long calls, three times as long."""
    parts: list[Part] = []
    spent_s = 0.0
    while spent_s < at_least_s or (len(parts) < PARTS and spent_s < 3 * at_least_s):
        parts.append(_part(call, meter, clock, at_least_s / PARTS))
        spent_s += parts[-1].seconds
    return parts


def _part(call: Call, meter: Meter, clock: Clock, at_least_s: float) -> Part:
    before, started, calls = meter.read(), clock.wall_s(), 0
    seconds = 0.0
    while seconds < at_least_s:
        call()
        calls += 1
        seconds = clock.wall_s() - started
    return Part(meter.spent(before, meter.read()), seconds, calls)
