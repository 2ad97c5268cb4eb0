"""What the maker promises: peaks and bandwidth, from a machine file or from what the passport tells of the cores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.record import Span
from bench.result import Passport, known

VECTORS = (
    ("avx512f", 512, 1, 2),
    ("avx2", 256, 1, 2),
    ("avx", 256, 1, 1),
    ("sve", 128, 1, 8),
    ("asimd", 128, 1, 4),
    ("sse2", 128, 1, 1),
)
BITS = {"fp32": 32, "fp64": 64}


class NoNameplate(LookupError):  # noqa: N818
    """The passport does not tell enough; the text is the reason."""


@dataclass(frozen=True)
class Nameplate:
    """Peaks in TFLOP/s by precision and bandwidth in GB/s of a whole machine, and where that is written."""

    source: str
    peak_tflops: Mapping[str, Span] = field(default_factory=dict)
    memory_gb_per_s: Span | None = None


def derived(passport: Passport) -> Nameplate:
    """Nameplate peaks of a processor; the number of its multiply-add units is not told, so this is a range.

    peak = cores x highest clock x lanes x 2 x units; lanes = vector bits / bits of a number.
    Units per core: 1 to 2 of AVX-512 or AVX2 (Zen 4 has one 512-bit unit, server Xeons two), 1 to 4 of NEON,
    up to 8 NEON-sized ones of SVE (A64FX); an add and a multiply unit without FMA count as one.
    Sources: stackoverflow.com/questions/15655835 for Intel; AMD and ARM recalled.

    Raises:
        NoNameplate: cores, clock or instruction set are unknown.
    """
    cores, mhz, isa = (known(passport, name) for name in ("cores", "max_mhz", "isa"))
    missing = [name for name, value in (("cores", cores), ("clock", mhz), ("instruction set", isa)) if not value]
    vector = next((row for row in VECTORS if isa and row[0] in isa), None)
    if missing or vector is None:
        raise NoNameplate(
            f"the machine does not tell its {' and '.join(missing) or 'vector width'}, so its nameplate peak is "
            "unknown; name a machine file with --machine"
        )
    name, bits, fewest, most = vector
    peaks = {
        precision: _range(cores * mhz * 1e6 * (bits // size) * 2 / 1e12, fewest, most)
        for precision, size in BITS.items()
    }
    units = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    source = f"{cores} cores x {mhz} MHz x {bits}-bit {name} x 2 x {units} units (units assumed)"
    return Nameplate(source, peaks)


def _range(peak_tflops: float, fewest: int, most: int) -> Span:
    return Span(peak_tflops * most, peak_tflops * fewest, peak_tflops * most)


def of_threads(nameplate: Nameplate, threads: int, cores: int | None) -> Nameplate:
    """The part of the peaks that belongs to `threads` of the machine's cores; bandwidth is shared, so it stays."""
    share = min(1.0, threads / cores) if cores else 1.0
    peaks = {
        name: Span(peak.value * share, peak.low * share, peak.high * share)
        for name, peak in nameplate.peak_tflops.items()
    }
    source = nameplate.source if share == 1.0 else f"{nameplate.source}, {threads} of {cores} cores"
    return Nameplate(source, peaks, nameplate.memory_gb_per_s)
