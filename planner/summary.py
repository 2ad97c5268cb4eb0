"""What plan.json says: the question, the answer's bounds, and where everything came from."""

from __future__ import annotations

import datetime
import math
import platform
import resource
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from planner.extract import parameters
from planner.instance import Instance
from planner.linear import LinearProgram
from planner.plan import SCHEMA_VERSION
from planner.scenario import Growth, Scenario, Threshold
from planner.solve.tangents import Outcome


def summary_of(
    instance: Instance, program: LinearProgram, outcome: Outcome, seconds: Mapping[str, float]
) -> dict[str, Any]:
    """The summary of a plan; `seconds` by stage."""
    scenario, rows, columns = instance.scenario, *program.shape
    return {
        "schema": SCHEMA_VERSION,
        "id": scenario.id,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        **_question(scenario),
        "inputs": dict(scenario.files),
        "overrides": list(scenario.overrides),
        "facts_until": None if scenario.actuals is None else scenario.actuals.until,
        "notices": list(scenario.notices),
        "versions": {name: version(name) for name in ("innocap", "numpy", "highspy", "pyomo")}
        | {"python": platform.python_version()},
        "solver": {"name": "HiGHS", "algorithm": "interior point, then simplex on lazy tangents", "threads": 1},
        "status": outcome.status,
        "bounds": {
            "upper": _finite(outcome.upper),
            "lower": outcome.lower,
            "gap": _finite(outcome.gap),
            "asked": scenario.gap,
            "unit": scenario.objective.unit,
        }
        | ({} if outcome.relaxation is None else {"relaxation": outcome.relaxation}),
        "levels": [
            {"regions": [scenario.regions[r].id for r in level.regions], "upper": level.upper, "lower": level.lower}
            for level in outcome.levels
        ],
        "rounds": [
            {key: _finite(value) for key, value in vars(r).items()} for r in outcome.rounds if math.isfinite(r.lower)
        ],
        "size": {"columns": columns, "rows": rows, "nonzeros": len(program.values)},
        "seconds": {name: round(value, 4) for name, value in seconds.items()},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "estimated": [path for path, given in parameters(scenario, "") if given.kind == "estimated"],
        "machines": [
            {"id": m.id, "name": m.name, "origin": "measured" if m.record else "published", "source": m.source}
            | _zh(scenario, "machines", m.id)
            for m in scenario.machines.values()
        ],
        "capability_records": _records(instance),
    }


def _question(scenario: Scenario) -> dict[str, Any]:
    """What was asked, in the words the report needs."""
    members = {g.id: set(g.members) for g in scenario.groups}
    return {
        "currency": scenario.currency,
        "price_year": scenario.price_year,
        "base_year": scenario.base_year,
        "years": list(scenario.years),
        "discount_rate": scenario.discount_rate.value,
        "tail": vars(scenario.tail),
        "objective": scenario.objective.told,
        "elasticity_set": scenario.elasticity_set,
        "elasticity_sets": [
            {"id": s.id, "name": s.name, "beta": dict(s.beta), "spillover": s.spillover, "source": s.source}
            | ({} if s.nest is None else {"nest": {"factors": list(s.nest.factors), "sigma": s.nest.sigma}})
            | _zh(scenario, "elasticity_sets", s.id)
            for s in scenario.elasticity_sets
        ],
        "regions": [
            {
                "id": r.id,
                "name": r.name,
                "name_zh": r.name_zh,
                "population_10k": r.population_10k,
                "tile": list(r.tile) if r.tile else None,
                "groups": [g for g, inside in members.items() if r.id in inside],
            }
            | _zh(scenario, "regions", r.id)
            for r in scenario.regions
        ],
        "groups": [
            {"id": g.id, "name": g.name, "members": list(g.members)} | _zh(scenario, "groups", g.id)
            for g in scenario.groups
        ],
        **_things(scenario),
        **_limits(scenario),
        "innovation_unit": scenario.innovation_unit,
        "innovation_unit_zh": scenario.innovation_unit_zh,
        "sources": [vars(source) for source in scenario.sources],
        "references": [vars(work) for work in scenario.references],
    }


def _limits(scenario: Scenario) -> dict[str, Any]:
    """What the plan is held to, and what it may take or earn."""
    return {
        "budgets": [
            {"id": b.id, "name": b.name, "kinds": list(b.kinds), "period": b.period, "source": b.source}
            | _zh(scenario, "budgets", b.id)
            for b in scenario.budgets
        ],
        "rules": [
            {"id": r.id, "name": r.name, "kind": r.word, "each": r.each, "source": r.source}
            | _zh(scenario, "rules", r.id)
            for r in scenario.rules
        ]
        + [
            {"id": m.id, "name": m.name, "kind": "matching", "each": m.period, "source": m.source}
            | _zh(scenario, "rules", m.id)
            for m in scenario.matching_funds
        ]
        + [
            _growth_names(scenario, g) | {"kind": "growth", "each": "region", "source": g.source}
            for g in scenario.growth_limits
        ],
        "projects": [
            {"id": p.id, "name": p.name, "region": p.region, "must": p.must, "source": p.source}
            | _zh(scenario, "projects", p.id)
            for p in scenario.projects
        ],
    }


def _zh(scenario: Scenario, kind: str, id: str) -> dict[str, str]:
    """The Chinese name of an item where the config has one."""
    name = scenario.names_zh.get(kind, {}).get(id)
    return {} if name is None else {"name_zh": name}


def _growth_names(scenario: Scenario, limit: Growth) -> dict[str, str]:
    """A growth limit has no name of its own: it is called by its assets."""
    assets = [asset for asset in scenario.assets if asset.id in limit.assets]
    chinese = [scenario.names_zh.get("assets", {}).get(asset.id, asset.name_zh) for asset in assets]
    return {
        "id": limit.id,
        "name": f"Growth limit: {', '.join(asset.name for asset in assets)}",
        "name_zh": f"增长上限：{'、'.join(chinese)}",
    } | _zh(scenario, "rules", limit.id)


def _things(scenario: Scenario) -> dict[str, Any]:
    """What can be built, what innovation is made of, and what is asked of computing."""
    return {
        "assets": [
            {
                "id": a.id,
                "name": a.name,
                "name_zh": a.name_zh,
                "class": a.asset_class,
                "unit": a.unit,
                "base_stock_kind": a.base_stock_kind,
                "base_stock_source": a.base_stock_source,
            }
            | _zh(scenario, "assets", a.id)
            for a in scenario.assets
        ],
        "factors": [
            {"id": f.id, "name": f.name, "unit": f.unit} | _zh(scenario, "factors", f.id) for f in scenario.factors
        ],
        "thresholds": [_threshold(one) | _zh(scenario, "thresholds", one.id) for one in scenario.thresholds],
        "classes": [
            {
                "id": d.id,
                "name": d.name,
                "name_zh": d.name_zh,
                "link": d.link,
                "feeds": d.feeds,
                "delay_limit_ms": d.delay_limit_ms,
            }
            | _zh(scenario, "demand", d.id)
            for d in scenario.demand
        ],
    }


def _threshold(one: Threshold) -> dict[str, Any]:
    """A level that earns a bonus."""
    told = {"id": one.id, "name": one.name, "factor": one.factor, "source": one.source}
    return told | {"at_least": one.at_least.value, "bonus": one.bonus.value}


def _finite(value: Any) -> Any:
    """JSON knows no infinity: a bound that is not there yet is null."""
    return None if value in (float("inf"), float("-inf")) else value


def _records(instance: Instance) -> list[dict[str, str]]:
    evidence = {c.machine: c.evidence for c in instance.capabilities if c.origin == "measured"}
    return [
        {
            "machine": m.id,
            "path": m.record,
            "sha256": sha256(Path(m.record).read_bytes()).hexdigest(),
            "evidence": evidence[m.id],
        }
        for m in instance.scenario.machines.values()
        if m.record is not None and m.id in evidence
    ]
