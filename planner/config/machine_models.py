"""The shape of mix and machine files."""

from __future__ import annotations

from pydantic import Field, model_validator

from planner.config.quantities import Id, PeakParameter, Positive, Share, ShareParameter, Strict, Text
from planner.config.vocabulary import NonEmpty, check_sum
from planner.scenario import Kind


class Mix(Strict):
    """A workload mix: shares of kernels in floating-point operations."""

    id: Id
    name: Text
    precision: Id
    shares: NonEmpty[dict[str, Share]]
    source: Text = ""
    kind: Kind = "assumption"

    @model_validator(mode="after")
    def _whole(self) -> Mix:
        check_sum("the shares of the kernels", list(self.shares.values()))
        return self


class Estimate(Strict):
    """A figure with its range and source."""

    central: Positive
    low: Positive | None = None
    high: Positive | None = None
    kind: Kind = "assumption"
    source: Text = ""


class Purchase(Strict):
    """What one machine costs; read by `innocap bench capability --machine`, not by plans, whose assets have prices."""

    currency: Text
    price: Estimate
    life_years: Estimate
    power_kw: Estimate | None = None
    electricity_per_kwh: Estimate | None = None
    source: Text = ""


class Machine(Strict):
    """A machine with its nameplate peaks and the fractions of peak that kernels reach.

    memory_gb_per_s and purchase belong to one machine and to its capability record, not to the plan.
    """

    id: Id
    name: Text
    kind: Kind = "published"
    peak_tflops: NonEmpty[dict[str, PeakParameter]]
    fraction_of_peak: dict[str, ShareParameter] = Field(default_factory=dict)
    machines_per_unit: Positive = 1.0
    memory_gb_per_s: Estimate | None = None
    purchase: Purchase | None = None
    source: Text = ""
    date: Text = ""
