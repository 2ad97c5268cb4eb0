"""Energy of a call on a machine whose power and clock obey."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.case import run_case
from bench.clock import SYSTEM
from bench.energy import AT_LEAST_S, IDLE_S, UPDATES, energy_of, energy_or_reason, over_processes, update_time_s
from bench.meters import NO_COUNTERS, Counter, Meter, NoMeter
from bench.result import Energy, WorkCount
from bench.summary import merged
from bench.tables import energy_lines
from tests.bench.toys import REQUEST, TOY, Hands, case, sources


@dataclass
class Socket:
    """A processor with power in W, whose counter moves every `update_s` and starts again at `range_joules`."""

    idle_watt: float = 20.0
    busy_watt: float = 100.0
    update_s: float = 0.001
    range_joules: float = 262143.0
    start_joules: float = 0.0
    hands: Hands = field(default_factory=Hands)
    joules: float = 0.0
    calls: int = 0
    slept_s: float = 0.0
    shown: tuple[int, float] = (0, 0.0)

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self._pass(seconds, self.idle_watt)

    def work(self, seconds: float = 0.01) -> None:
        self.calls += 1
        self._pass(seconds, self.busy_watt)

    def _pass(self, seconds: float, watt: float) -> None:
        self.hands.spend(seconds)
        self.joules += watt * seconds

    def read(self) -> float:
        tick = int(self.hands.wall_s / self.update_s)
        if tick != self.shown[0]:
            self.shown = tick, self.joules
        return (self.start_joules + self.shown[1]) % self.range_joules

    def meter(self) -> Meter:
        return Meter("fake", (Counter("package-0", self.read, self.range_joules),))


def test_idle_power_is_subtracted() -> None:
    socket = Socket()
    found = energy_of(socket.work, socket.meter(), socket.hands.clock(), socket.sleep)
    assert found.method == "fake"
    assert found.joules_per_call == pytest.approx((100 - 20) * 0.01, rel=0.02)
    assert (found.busy_watt, found.idle_watt) == pytest.approx((100, 20), rel=0.02)
    assert found.joules_low <= found.joules_per_call <= found.joules_high
    assert (found.joules_low, found.joules_high) == pytest.approx((0.8, 0.8), rel=0.1)


def test_the_machine_rests_and_works_long_enough() -> None:
    socket = Socket()
    found = energy_of(socket.work, socket.meter(), socket.hands.clock(), socket.sleep)
    assert socket.slept_s >= IDLE_S
    assert found.duration_s >= AT_LEAST_S
    assert socket.calls == pytest.approx(found.duration_s / 0.01, abs=1)


def test_a_slow_counter_is_given_a_hundred_updates() -> None:
    socket = Socket(update_s=0.05)
    found = energy_of(socket.work, socket.meter(), socket.hands.clock(), socket.sleep)
    assert found.duration_s >= UPDATES * 0.05 * 0.95
    assert found.joules_per_call == pytest.approx(0.8, rel=0.03)


def test_long_calls_are_not_repeated_five_times() -> None:
    socket = Socket()
    found = energy_of(lambda: socket.work(4.0), socket.meter(), socket.hands.clock(), socket.sleep)
    assert socket.calls == 1
    assert found.joules_per_call == pytest.approx(80 * 4.0, rel=0.01)


def test_a_counter_may_start_again_meanwhile() -> None:
    plain, wrapping = Socket(), Socket(range_joules=300.0, start_joules=180.0)
    first, second = (energy_of(s.work, s.meter(), s.hands.clock(), s.sleep) for s in (plain, wrapping))
    assert second.joules_per_call == pytest.approx(first.joules_per_call, rel=1e-9)


def test_two_packages_add_up() -> None:
    socket = Socket()
    counters = tuple(Counter(f"package-{n}", socket.read, socket.range_joules) for n in (0, 1))
    found = energy_of(socket.work, Meter("both", counters), socket.hands.clock(), socket.sleep)
    assert (found.busy_watt, found.joules_per_call) == pytest.approx((200, 1.6), rel=0.02)


def test_an_idle_machine_that_draws_more_than_the_busy_one_is_refused() -> None:
    socket = Socket(idle_watt=100.0, busy_watt=90.0)
    with pytest.raises(
        NoMeter, match=r"drew 90\.?\d* W at work and 100 W idle just before: something else was running"
    ):
        energy_of(socket.work, socket.meter(), socket.hands.clock(), socket.sleep)


def test_a_counter_that_stands_still_is_refused() -> None:
    socket = Socket(idle_watt=0.0)
    with pytest.raises(NoMeter, match="the counter of fake stands still"):
        energy_of(socket.work, socket.meter(), socket.hands.clock(), socket.sleep)
    assert socket.slept_s < IDLE_S
    assert socket.calls == 0


def test_the_slowest_moving_counter_sets_the_pace() -> None:
    fast, slow = Socket(update_s=0.001), Socket(update_s=0.02)
    slow.hands = fast.hands
    counters = (Counter("fast", fast.read), Counter("slow", slow.read), Counter("dead", lambda: 0.0))

    def sleep(seconds: float) -> None:
        fast.sleep(seconds)
        slow.joules = fast.joules

    assert update_time_s(Meter("m", counters), fast.hands.clock(), sleep) == pytest.approx(0.02, rel=0.1)


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 200), st.floats(1, 500), st.floats(1e-3, 2.0), st.sampled_from([1e-3, 1e-2, 0.1]))
def test_the_energy_is_the_power_above_idle_times_the_time(
    idle_watt: float, above_watt: float, call_s: float, update_s: float
) -> None:
    """The counter's step is below 1 % of the reading, so the error is below 2 % of the busy power."""
    socket = Socket(idle_watt, idle_watt + above_watt, update_s)
    found = energy_of(lambda: socket.work(call_s), socket.meter(), socket.hands.clock(), socket.sleep)
    error_watt = abs(found.joules_per_call / call_s - above_watt)
    assert error_watt <= 0.03 * (idle_watt + above_watt)


def test_without_a_meter_nothing_runs_and_the_reason_is_told(tmp_path: Path) -> None:
    socket = Socket()
    assert energy_or_reason(socket.work, "cpu", tmp_path, socket.hands.clock()) == (None, NO_COUNTERS)
    assert socket.calls == 0


def test_several_processes_make_one_energy() -> None:
    first = Energy("RAPL", 1.0, 90.0, 10.0, 1.0, 0.9, 1.1)
    second = Energy("RAPL", 2.0, 110.0, 30.0, 2.0)
    assert over_processes([first, None, second]) == Energy("RAPL", 1.5, 100.0, 20.0, 3.0, 0.9, 2.0)
    assert over_processes([first]) == first
    assert over_processes([None, None]) is None


def test_a_case_on_a_machine_with_a_dead_counter_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.energy.POLL_CAP_S", 0.0)
    files = {"name": "package-0", "energy_uj": "5", "max_energy_range_uj": "9"}
    place = "sys__class__powercap__intel-rapl:0__"
    machine = sources("epyc_vm", tmp_path, **{place + name: text for name, text in files.items()})
    found = run_case(TOY, replace(REQUEST, energy=True), SYSTEM, machine, ())
    assert found.energy is None
    assert found.energy_reason.startswith("the counter of RAPL, 1 package stands still")
    assert found.verdict == "ok"


def test_the_merged_case_carries_the_energy_of_all_processes() -> None:
    used = Energy("RAPL", 1.0, 90.0, 10.0, 1.0)
    parts = [case(energy=used), case(energy=replace(used, joules_per_call=3.0))]
    found = merged(parts).energy
    assert found is not None
    assert (found.joules_per_call, found.joules_low, found.joules_high) == (2.0, 1.0, 3.0)


def test_a_result_shows_energy_where_there_is_some() -> None:
    used = Energy("RAPL, 1 package", 0.5, 90.0, 10.0, 1.0)
    copied = case("copy", work=WorkCount(0.0, 1e9, 1e9, "bytes"), energy=used)
    assert energy_lines([copied, case("gemm", energy=used), case("spmv")]) == [
        "energy above the idle machine, by RAPL, 1 package:",
        "- copy, 2 threads: 0.5 J per call, 90 W against 10 W idle",
        "- gemm, 2 threads: 0.5 J per call, 90 W against 10 W idle, 2 GFLOP/s per W",
    ]
    assert energy_lines([case("spmv")]) == []


def test_a_restless_idle_machine_makes_the_interval_wide() -> None:
    calm, restless = Socket(), Socket()

    def fidget(seconds: float) -> None:
        restless.idle_watt = 40.0 if restless.idle_watt == 20.0 else 20.0
        restless.sleep(seconds)

    narrow = energy_of(calm.work, calm.meter(), calm.hands.clock(), calm.sleep)
    wide = energy_of(restless.work, restless.meter(), restless.hands.clock(), fidget)
    assert wide.joules_high - wide.joules_low > 5 * (narrow.joules_high - narrow.joules_low)
    assert wide.joules_low <= 0.6 + 1e-3
    assert wide.joules_high >= 0.8 - 1e-3


def test_one_long_call_is_known_to_one_update_of_the_counter_at_best() -> None:
    socket = Socket(update_s=0.01)
    found = energy_of(lambda: socket.work(4.0), socket.meter(), socket.hands.clock(), socket.sleep)
    assert found.joules_high - found.joules_low >= 2 * 0.99 * 100 * 0.01
