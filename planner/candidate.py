"""Candidate projects as frozen values: what may be taken as a whole, or left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Project:
    """A candidate project: taken once, as a whole, in one of its years, or left.

    units      units of assets that it builds; they serve `lead_years` after the start, for the life of the asset
    capex_million  None: its units at the price of their assets; else what the start costs
    opex_million   what it costs a year while its assets serve, beside the upkeep and electricity of its assets
    excludes   projects that cannot be taken as well; needs: projects that must have started before it, or with it
    must       whether it has to be taken
    """

    id: str
    name: str
    region: str
    units: Mapping[str, float]
    capex_million: float | None
    opex_million: float
    years: tuple[int, ...]
    lead_years: int
    excludes: tuple[str, ...]
    needs: tuple[str, ...]
    must: bool
    source: str
    place: str
