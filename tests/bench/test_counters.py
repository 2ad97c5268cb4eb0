"""Counting bytes with counters that obey, with those that refuse, and with the real ones."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bench.counters import (
    CONTROLLERS,
    LINE_BYTES,
    MISSES,
    MOST_CALLS,
    NoCounterError,
    cache_misses,
    controllers,
    own_threads,
    traffic_or_reason,
)
from bench.perf import Event, Perf

INTEL = "processor : 0\nvendor_id : GenuineIntel\n"
AMD = "processor : 0\nvendor_id : AuthenticAMD\n"


@dataclass
class Fake:
    """Counters that add `step` to each event at every call while they are on, or refuse with an error number."""

    step: int = 1000
    refuses: int | None = None
    ran_share: float = 1.0
    events: list[Event] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    on: set[int] = field(default_factory=set)
    counts: dict[int, int] = field(default_factory=dict)
    calls: int = 0

    def call(self) -> None:
        self.calls += 1
        for handle in self.on:
            self.counts[handle] = self.counts.get(handle, 0) + self.step

    def perf(self) -> Perf:
        def open_event(event: Event) -> int:
            if self.refuses is not None and self.events:
                raise OSError(self.refuses, "no")
            self.events.append(event)
            return len(self.events)

        def switch(handle: int, on: bool) -> None:
            (self.on.add if on else self.on.discard)(handle)

        def read(handle: int) -> tuple[int, int, int]:
            return int(self.counts.get(handle, 0) * self.ran_share), 1000, int(1000 * self.ran_share)

        return Perf(open_event, switch, read, self.closed.append)


def machine(root: Path, cpuinfo: str = AMD, *, imc: bool = False, paranoid: str = "2") -> Path:
    files = {"proc/cpuinfo": cpuinfo, "proc/sys/kernel/perf_event_paranoid": paranoid}
    for number in (0, 1) if imc else ():
        folder = f"sys/bus/event_source/devices/uncore_imc_{number}"
        files |= {f"{folder}/type": f"{14 + number}", f"{folder}/cpumask": "0,28"}
        files |= {f"{folder}/events/cas_count_read": "event=0x04,umask=0x03"}
        files |= {f"{folder}/events/cas_count_write": "event=0x04,umask=0x0c"}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text + "\n")
    return root


def test_memory_controllers_are_asked_on_every_socket(tmp_path: Path) -> None:
    way = controllers(machine(tmp_path, imc=True))
    assert way.method == CONTROLLERS
    assert len(way.events) == 2 * 2 * 2
    assert set(way.events[:4]) == {Event(14, code, cpu=cpu) for code in (0x304, 0xC04) for cpu in (0, 28)}


def test_cache_misses_are_counted_thread_by_thread(tmp_path: Path) -> None:
    way = cache_misses(machine(tmp_path, INTEL), [5, 6])
    assert way.method == MISSES
    assert [event.thread for event in way.events] == [5, 6]


@pytest.mark.parametrize(
    ("cpuinfo", "imc", "method", "events"), [(INTEL, False, MISSES, 2), (INTEL, True, CONTROLLERS, 8)]
)
def test_bytes_per_call_by_hand(tmp_path: Path, cpuinfo: str, imc: bool, method: str, events: int) -> None:
    fake = Fake(step=1000)
    found, reason = traffic_or_reason(fake.call, 0.02, machine(tmp_path, cpuinfo, imc=imc), fake.perf(), lambda: [1, 2])
    assert found is not None
    assert (found.method, found.bytes_moved, reason) == (method, events * 1000 * LINE_BYTES, "")
    assert sorted(fake.closed) == list(range(1, events + 1))
    assert fake.on == set()


@pytest.mark.parametrize(("call_s", "calls"), [(1.0, 3), (0.01, 5), (1e-9, MOST_CALLS)])
def test_only_a_few_calls_are_counted(tmp_path: Path, call_s: float, calls: int) -> None:
    fake = Fake()
    traffic_or_reason(fake.call, call_s, machine(tmp_path, INTEL), fake.perf(), lambda: [1])
    assert fake.calls == calls


def test_a_counter_that_ran_half_the_time_counts_twice(tmp_path: Path) -> None:
    whole, half = Fake(), Fake(ran_share=0.5)
    root = machine(tmp_path, INTEL)
    found = [traffic_or_reason(fake.call, 1.0, root, fake.perf(), lambda: [1])[0] for fake in (whole, half)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EACCES, "may not be read (kernel.perf_event_paranoid is 4): an administrator can set it to 2"),
        (errno.EPERM, "perf_event_paranoid"),
        (errno.ENOENT, "the virtual machine it is, shows no such counter"),
        (errno.ENOSYS, "container forbids them"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EIO, "counters cannot be read: no"),
    ],
)
def test_a_refusal_has_a_reason_and_leaves_nothing_open(tmp_path: Path, number: int, told: str) -> None:
    fake = Fake(refuses=number)
    found, reason = traffic_or_reason(
        fake.call, 1.0, machine(tmp_path, INTEL, paranoid="4"), fake.perf(), lambda: [1, 2]
    )
    assert found is None
    assert told in reason
    assert (fake.closed, fake.calls) == ([1], 0)


def test_controllers_that_refuse_leave_the_misses(tmp_path: Path) -> None:
    fake = Fake()
    allowed = fake.perf()

    def only_threads(event: Event) -> int:
        if event.thread < 0:
            raise OSError(errno.EACCES, "no")
        return allowed.open(event)

    perf = Perf(only_threads, allowed.switch, allowed.read, allowed.close)
    found, _ = traffic_or_reason(fake.call, 1.0, machine(tmp_path, INTEL, imc=True), perf, lambda: [1])
    assert found is not None
    assert found.method == MISSES


def no_threads() -> list[int]:
    return []


@pytest.mark.parametrize(
    ("cpuinfo", "step", "threads", "told"),
    [
        (AMD, 1, own_threads, "processors of this maker"),
        ("", 1, own_threads, "processors of this maker"),
        (INTEL, 1, no_threads, "does not list the threads"),
        (INTEL, 0, own_threads, "the counter stands still"),
    ],
)
def test_what_cannot_be_counted_has_a_reason(
    tmp_path: Path, cpuinfo: str, step: int, threads: Callable[[], list[int]], told: str
) -> None:
    fake = Fake(step=step)
    found, reason = traffic_or_reason(fake.call, 1.0, machine(tmp_path, cpuinfo), fake.perf(), threads)
    assert found is None
    assert told in reason
    assert "no counters of its memory controllers" in reason


def test_events_in_another_form_are_left_alone(tmp_path: Path) -> None:
    root = machine(tmp_path, imc=True)
    for path in root.glob("sys/bus/event_source/devices/*/events/*"):
        path.write_text("config=1")
    with pytest.raises(NoCounterError):
        controllers(root)


def test_this_machine_counts_something_plausible_or_says_why_not() -> None:
    data = np.ones(2**23)
    found, reason = traffic_or_reason(lambda: np.add(data, 1.0, out=data), 0.02, Path("/"))
    if found is None:
        assert reason
    else:
        assert 0.1 * data.nbytes < found.bytes_moved < 100 * data.nbytes
