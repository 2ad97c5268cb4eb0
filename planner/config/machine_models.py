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


class Machine(Strict):
    """A machine with its nameplate peaks and the fractions of peak that kernels reach."""

    id: Id
    name: Text
    kind: Kind = "published"
    peak_tflops: NonEmpty[dict[str, PeakParameter]]
    fraction_of_peak: dict[str, ShareParameter] = Field(default_factory=dict)
    machines_per_unit: Positive = 1.0
    source: Text = ""
    date: Text = ""
