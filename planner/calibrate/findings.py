"""Estimates of all methods, and the elasticities that a plan may use of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.calibrate.estimate import FEW_CLUSTERS, STRONG, WEAK, EstimateError, Fit, fit, t_quantile
from planner.calibrate.panel import Panel
from planner.calibrate.sample import Sample, sample
from planner.calibrate.spec import METHOD_NAMES, METHODS, Method, Spec
from planner.config.problems import nearest


@dataclass(frozen=True)
class Coefficient:
    """One estimate with its standard error and confidence interval."""

    id: str
    beta: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """What a method found: coefficients of the variables, the sum of the factors, and what they rest on."""

    method: Method
    coefficients: tuple[Coefficient, ...]
    total: Coefficient
    rows: int
    clusters: int
    r2_within: float
    condition: float
    tangled: tuple[str, ...]


@dataclass(frozen=True)
class Elasticities:
    """Values fit for a plan: none below 0, at most 1 in sum; `notes` tell what was done to the estimates."""

    id: str
    name: str
    beta: dict[str, float]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """A calibration: the sample, an estimate per method that could be had, sets for the planner, warnings."""

    spec: Spec
    sample: Sample
    table_rows: int
    estimates: tuple[Estimate, ...]
    sets: tuple[Elasticities, ...]
    warnings: tuple[str, ...]

    @property
    def written(self) -> Estimate:
        """The estimate whose values are written."""
        return next(e for e in self.estimates if e.method == self.spec.write)


def calibrate(panel: Panel, spec: Spec) -> Findings:
    """All estimates of a spec. Raises EstimateError where the one to be written cannot be had."""
    unknown = next((name for name in spec.leave_out if name not in panel.regions), None)
    if unknown is not None:
        raise EstimateError(
            f"leave_out: there is no region {unknown!r} in the panel; {nearest(unknown, panel.regions)}"
        )
    rows = sample(panel, spec)
    names = tuple(v.id for v in spec.variables)
    estimates: list[Estimate] = []
    warnings: list[str] = []
    for method in METHODS:
        try:
            estimates.append(_estimate(fit(rows, method, names), spec))
        except EstimateError as error:
            if method == spec.write:
                raise EstimateError(f"{error}{_lost(rows)}") from None
            warnings.append(f"not estimated: {error}")
    chosen = next(e for e in estimates if e.method == spec.write)
    return Findings(
        spec=spec,
        sample=rows,
        table_rows=int(panel.there.sum()),
        estimates=tuple(estimates),
        sets=_sets(chosen, spec),
        warnings=(*_warnings(chosen, spec), *warnings),
    )


def fit_for_a_plan(estimated: dict[str, float], spec: Spec, name: str, title: str) -> Elasticities:
    """Estimates as elasticities: below 0 becomes 0, more than 1 in sum is scaled to 1, each with a note.

    A negative elasticity would tell the planner to tear down; a sum above 1 means increasing returns, which a plan
    with a proven gap cannot hold.
    """
    notes = [f"{factor}: {value:.3f} is below 0, written as 0" for factor, value in estimated.items() if value < 0]
    beta = {factor: max(value, 0.0) for factor, value in estimated.items()}
    beta |= {factor: held.beta for factor, held in spec.assumed}
    total = sum(beta.values())
    if total > 1:
        notes.append(f"the sum {total:.3f} is above 1, all scaled by {1 / total:.4f} to constant returns")
        beta = {factor: value / total for factor, value in beta.items()}
    return Elasticities(name, title, {factor: _down(value) for factor, value in beta.items()}, tuple(notes))


def _down(value: float) -> float:
    """Rounded down to four decimals, so that a sum of 1 stays at most 1."""
    return math.floor(round(value * 1e4, 6)) / 1e4


def _sets(chosen: Estimate, spec: Spec) -> tuple[Elasticities, ...]:
    factors = {v.id for v in spec.factors}
    held = [c for c in chosen.coefficients if c.id in factors]
    word, percent = METHOD_NAMES[chosen.method], f"{100 * spec.level:g} %"
    made = {
        "calibrated": (f"Calibrated ({word})", {c.id: c.beta for c in held}),
        "calibrated_low": (f"Calibrated, lower ends of the {percent} intervals", {c.id: c.low for c in held}),
        "calibrated_high": (f"Calibrated, upper ends of the {percent} intervals", {c.id: c.high for c in held}),
    }
    return tuple(fit_for_a_plan(values, spec, name, title) for name, (title, values) in made.items())


def _estimate(found: Fit, spec: Spec) -> Estimate:
    reach = t_quantile((1 + spec.level) / 2, found.clusters - 1)

    def coefficient(name: str, beta: float, error: float) -> Coefficient:
        return Coefficient(name, beta, error, beta - reach * error, beta + reach * error)

    rows = zip(spec.variables, found.beta.tolist(), found.error.tolist(), strict=True)
    pick = np.array([float(v.is_factor) for v in spec.variables])
    total = coefficient("sum", float(pick @ found.beta), math.sqrt(max(float(pick @ found.covariance @ pick), 0.0)))
    return Estimate(
        found.method,
        tuple(coefficient(v.id, beta, error) for v, beta, error in rows),
        total,
        found.rows,
        found.clusters,
        found.r2_within,
        found.condition,
        tuple(spec.variables[i].id for i in found.tangled),
    )


def _lost(rows: Sample) -> str:
    """What the sample lost, as the end of an error."""
    return "".join(f"\n  {drop.rows} rows: {drop.reason}" for drop in rows.drops)


def _warnings(chosen: Estimate, spec: Spec) -> list[str]:
    told = []
    if chosen.clusters < FEW_CLUSTERS:
        told.append(
            f"{chosen.clusters} regions are few for errors clustered by region: they come out too small; the intervals "
            f"use Student's t with {chosen.clusters - 1} degrees of freedom, which repairs part of it"
        )
    if chosen.condition > WEAK and len(chosen.tangled) > 1:
        word = "strongly" if chosen.condition > STRONG else "somewhat"
        told.append(
            f"{' and '.join(chosen.tangled)} move {word} together (condition number {chosen.condition:.0f}): "
            "their sum is firmer than its parts"
        )
    crossing = [c.id for c in chosen.coefficients if c.low < 0 < c.high]
    if crossing:
        told.append(f"not different from 0 at {100 * spec.level:g} %: {', '.join(crossing)}")
    return told
