"""Findings as a config that a plan extends, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from planner.calibrate.findings import Elasticities, Findings
from planner.calibrate.spec import METHOD_NAMES, Variable


def config_text(found: Findings, panel: str) -> str:
    """YAML with factors and elasticity sets, for the `extends` of a plan. `panel`: name of the panel file."""
    lines = [
        f"# Elasticities estimated from {panel} by `innocap calibrate`. They are associations, not causal effects.",
        f"# {_basis(found)}",
        *(f"# {warning}" for warning in found.warnings),
        "#",
        "# A plan reads them by naming this file last in its `extends`; factors are merged by id with its own.",
        "schema: 1",
        "",
        "factors:",
        *(line for variable in found.spec.factors for line in _factor(variable)),
        "",
        "elasticities: calibrated",
        "",
        "elasticity_sets:",
        *(line for held in found.sets for line in _set(found, held, panel)),
    ]
    return "\n".join(lines) + "\n"


def as_json(found: Findings, panel: str) -> dict[str, Any]:
    """Everything found, for `--json`."""
    return {
        "panel": panel,
        "rows_in_table": found.table_rows,
        "rows_used": len(found.sample.y),
        "rows_dropped": [asdict(drop) for drop in found.sample.drops],
        "regions": list(found.sample.regions),
        "years": list(found.sample.years),
        "confidence_level": found.spec.level,
        "estimates": [_without_infinity(asdict(estimate)) for estimate in found.estimates],
        "written": found.spec.write,
        "elasticity_sets": [asdict(held) for held in found.sets],
        "warnings": list(found.warnings),
    }


def _basis(found: Findings) -> str:
    chosen, years = found.written, found.sample.years
    return (
        f"ln {found.spec.outcome}, {METHOD_NAMES[chosen.method]}, {chosen.clusters} regions, {years[0]}-{years[-1]}, "
        f"N = {chosen.rows}, errors clustered by region."
    )


def _factor(variable: Variable) -> Iterator[str]:
    parts = {"id": variable.id, "name": variable.name} | ({"unit": variable.unit} if variable.unit else {})
    yield f"  - {{{', '.join(f'{key}: {_text(value)}' for key, value in parts.items())}}}"


def _set(found: Findings, held: Elasticities, panel: str) -> Iterator[str]:
    yield f"  - id: {held.id}"
    yield f"    name: {_text(held.name)}"
    yield f"    beta: {{{', '.join(f'{factor}: {value:.4g}' for factor, value in held.beta.items())}}}"
    yield "    spillover: 0"
    yield f"    source: {_text(_source(found, held, panel))}"


def _source(found: Findings, held: Elasticities, panel: str) -> str:
    figures = ", ".join(f"{c.id} {c.beta:.3f} ({c.error:.3f})" for c in found.written.coefficients)
    parts = [f"Derived from {panel}: {_basis(found)} Estimates (standard errors): {figures}"]
    parts += [f"note: {note}" for note in held.notes]
    parts += [f"{factor} {assumed.beta:g}, not estimated: {assumed.source}" for factor, assumed in found.spec.assumed]
    parts += [found.spec.source] if found.spec.source else []
    return "; ".join(parts)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _without_infinity(held: dict[str, Any]) -> dict[str, Any]:
    return held | {"condition": min(held["condition"], 1e300)}
