"""The plausibility gate: a record against published figures, "too good" as suspicious as "too bad"."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.decode import DecodeError, decode
from bench.nameplate import Nameplate, NoNameplate, derived, of_threads
from bench.reading import InputError
from bench.record import Capability, Check, KernelSpeed, Span
from bench.result import known

ANCHORS = Path(__file__).resolve().parent.parent / "configs" / "anchors.toml"
PRODUCTS = ("gemm_fp32", "gemm_fp64", "gemm_bf16")
TRAININGS = ("mlp_training_step", "transformer_block_training_step")
IMPLICIT, DENSE = "cg27", "gemm_fp64"
CLASS = "cpu"
FLAGS = ("too good", "too bad")


@dataclass(frozen=True)
class Anchor:
    """One published figure of a class of machines: cpu, gpu or cluster."""

    machine: str
    name: str
    value: float
    kind: str
    source: str
    date: str


@dataclass(frozen=True)
class Figure:
    """What is compared, the limits, what it points to if they are passed, and what was published."""

    id: str
    name: str
    low: float
    high: float
    too_bad: str
    too_good: str
    anchors: tuple[Anchor, ...]

    def nearest(self, value: float, machine: str = CLASS) -> Anchor:
        """The published figure that comes closest, by ratio, of the same class of machines where there is one."""
        alike = [anchor for anchor in self.anchors if anchor.machine == machine] or self.anchors
        return min(alike, key=lambda anchor: max(anchor.value / value, value / anchor.value))


@dataclass(frozen=True)
class Anchors:
    """The file of published figures."""

    figure: tuple[Figure, ...]


def read_figures(path: Path = ANCHORS) -> dict[str, Figure]:
    """Figures by id.

    Raises:
        InputError: unreadable, not TOML, or a value that does not fit.
    """
    try:
        found = decode(Anchors, tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, DecodeError) as error:
        raise InputError(f"{path}: {error}") from None
    return {figure.id: figure for figure in found.figure}


def checks(
    record: Capability, threads: int, nameplate: Nameplate | None = None, figures: Mapping[str, Figure] | None = None
) -> tuple[Check, ...]:
    """Every figure of a record that was published for other machines, judged, and those that cannot be, with reasons.

    Args:
        record: what was measured.
        threads: how many threads measured it.
        nameplate: of a machine file; without one it is derived from the passport where that tells enough.
        figures: what was published; the file configs/anchors.toml if not given.
    """
    found = figures if figures is not None else read_figures()
    return (
        *_peaks(record, threads, nameplate, found["fma_of_nameplate"]),
        _triad(record, nameplate, found["triad_of_nameplate"]),
        *_fractions(record, PRODUCTS, found["gemm_of_peak"]),
        *_fractions(record, TRAININGS, found["training_of_peak"]),
        _implicit(record, found["cg_of_gemm"]),
    )


def flagged(found: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checks that say too good or too bad."""
    return tuple(check for check in found if check.verdict in FLAGS)


def judge(name: str, value: Span, figure: Figure, note: str = "") -> Check:
    """A value against a figure; it is flagged only if its whole interval lies outside the limits."""
    anchor = figure.nearest(value.value)
    tail = f"; {note}" if note else ""
    near = f"nearest published: {anchor.name}, {anchor.value:.3g}"
    if value.low > figure.high:
        text = f"above {figure.high:g}: {figure.too_good}; {near} ({anchor.source}){tail}"
        return Check(name, value.value, "too good", text)
    if value.high < figure.low:
        text = f"below {figure.low:g}: {figure.too_bad}; {near} ({anchor.source}){tail}"
        return Check(name, value.value, "too bad", text)
    inside = figure.low <= value.value <= figure.high
    limits = "" if inside else f"outside {figure.low:g} to {figure.high:g}, but its wide interval reaches inside; "
    return Check(name, value.value, "plausible", f"{limits}{near}{tail}")


def _peaks(record: Capability, threads: int, nameplate: Nameplate | None, figure: Figure) -> Iterator[Check]:
    cores = known(record.machine, "cores")
    try:
        whole = nameplate or derived(record.machine)
    except NoNameplate as reason:
        yield Check(figure.name, None, "not compared", str(reason))
        return
    promised = of_threads(whole, threads, cores)
    for precision, peak in record.peaks.items():
        if precision in promised.peak_tflops:
            limit = promised.peak_tflops[precision]
            ratio = Span(peak.tflops / limit.value, peak.low / limit.high, peak.high / limit.low)
            yield judge(f"{precision} {figure.name}", ratio, figure, f"nameplate: {promised.source}")


def _triad(record: Capability, nameplate: Nameplate | None, figure: Figure) -> Check:
    limit = nameplate.memory_gb_per_s if nameplate else None
    if limit is None:
        reason = "no nameplate bandwidth is known: name a machine file with memory_gb_per_s by --machine"
        return Check(figure.name, None, "not compared", reason)
    speed = record.memory_gb_per_s
    return judge(figure.name, Span(speed.value / limit.value, speed.low / limit.high, speed.high / limit.low), figure)


def _fractions(record: Capability, kernels: tuple[str, ...], figure: Figure) -> Iterator[Check]:
    measured = [name for name in kernels if name in record.kernels]
    for name in measured:
        yield judge(f"{figure.name}, {name}", _fraction(record.kernels[name]), figure)
    if not measured:
        yield Check(figure.name, None, "not compared", _unmeasured(*kernels))


def _fraction(speed: KernelSpeed) -> Span:
    return Span(speed.fraction_of_peak, speed.low, speed.high)


def _implicit(record: Capability, figure: Figure) -> Check:
    if IMPLICIT not in record.kernels or DENSE not in record.kernels:
        return Check(figure.name, None, "not compared", _unmeasured(IMPLICIT, DENSE))
    sparse, dense = record.kernels[IMPLICIT], record.kernels[DENSE]
    low, high = sparse.gflops_low / dense.gflops_high, sparse.gflops_high / dense.gflops_low
    return judge(figure.name, Span(sparse.gflops / dense.gflops, low, high), figure)


def _unmeasured(*kernels: str) -> str:
    return f"not measured: run again with {' '.join(f'--kernel {name}' for name in kernels)}"
