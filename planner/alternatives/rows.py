"""Rows of alternatives.csv and no_regret.csv, the summary, and what the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.alternatives.asked import Asked, places
from planner.alternatives.extremes import SIGNS, Entry
from planner.macro import member_mask
from planner.scenario import Scenario

SCHEMA = "innocap.alternatives/1"


def range_rows(scenario: Scenario, asked: Asked, entries: Sequence[Entry]) -> list[Entry]:
    """Rows of alternatives.csv: one per thing, place and margin, with least and most, achieved and proven."""
    found = {(e["what"], e["where"], e["within_percent"], e["direction"]): e for e in entries if e["kind"] == "extreme"}
    rows = []
    for what, where, percent in dict.fromkeys(key[:3] for key in found):
        least, most = (found.get((what, where, percent, word)) for word in SIGNS)
        if least is not None and most is not None:
            rows.append(_range(scenario, what, where, percent, least, most))
    order = {group.id: at for at, group in enumerate(places(scenario, asked))}
    return sorted(rows, key=lambda row: (row["what"], order.get(row["group"], 0), row["within_percent"]))


def _range(scenario: Scenario, what: str, where: str, percent: float, least: Entry, most: Entry) -> Entry:
    inside = [asset for asset in scenario.assets if what in (asset.id, asset.asset_class)]
    alone = len({asset.unit for asset in inside}) == 1
    return {
        "what": what,
        "group": where,
        "within_percent": percent,
        "plan_million": least["plan_million"],
        "least_million": least["achieved_million"],
        "most_million": most["achieved_million"],
        "least_proven_million": min(least["proven_million"], least["achieved_million"]),
        "most_proven_million": max(most["proven_million"], most["achieved_million"]),
        "unit": inside[0].unit if alone else "",
        "plan_units": least["plan_units"] if alone else "",
        "least_units": least["achieved_units"] if alone else "",
        "most_units": most["achieved_units"] if alone else "",
        "objective_at_least": least["objective"],
        "objective_at_most": most["objective"],
        "rounds": least["rounds"] + most["rounds"],
    }


def no_regret_rows(scenario: Scenario, asked: Asked, entries: Sequence[Entry]) -> list[Entry]:
    """Rows of no_regret.csv: what every plan found within a margin builds of an asset in a group or region.

    The least over the best plan, all extremes within the margin, and the best plans of the other cases; rows of zero
    are left out. Money is the least over the plans, each at its own prices.
    """
    rows: list[Entry] = []
    for percent in sorted(asked.within):
        chosen = [e for e in entries if "units" in e and e.get("within_percent", 0.0) <= percent]
        for group in places(scenario, asked):
            rows += _shared(scenario, chosen, percent, "group", group.id, member_mask(scenario, group.members))
        for r, region in enumerate(scenario.regions):
            mask = np.arange(len(scenario.regions)) == r
            rows += _shared(scenario, chosen, percent, "region", region.id, mask)
    return rows


def _shared(
    scenario: Scenario, chosen: Sequence[Entry], percent: float, kind: str, place: str, mask: NDArray[np.bool_]
) -> Iterator[Entry]:
    units = np.array([np.array(e["units"])[mask].sum(axis=0) for e in chosen])
    million = np.array([np.array(e["million"])[mask].sum(axis=0) for e in chosen])
    for a, asset in enumerate(scenario.assets):
        least = float(units[:, a].min())
        if least > 1e-6 * max(float(units[0, a]), 1e-6):
            yield {
                "within_percent": percent,
                "place_kind": kind,
                "place": place,
                "asset": asset.id,
                "unit": asset.unit,
                "least_units": least,
                "plan_units": float(units[0, a]),
                "share_of_plan": min(least / float(units[0, a]), 1.0) if units[0, a] else 0.0,
                "least_million": float(million[:, a].min()),
                "plan_million": float(million[0, a]),
                "plans": len(chosen),
            }


def summary(scenario: Scenario, asked: Asked, entries: Sequence[Entry], seconds: float) -> dict[str, Any]:
    """What alternatives.json says."""
    return {
        "schema": SCHEMA,
        "id": scenario.id,
        "title": scenario.title,
        "objective": str(scenario.objective),
        "elasticity_set": scenario.elasticity_set,
        "overrides": list(scenario.overrides),
        "inputs": dict(scenario.files),
        "asked": {"within_percent": asked.within, "each": asked.each, "cases": asked.cases},
        "best": {"lower": entries[0]["objective"], "upper": entries[0]["upper"]},
        "regions": [region.id for region in scenario.regions],
        "assets": [{"id": asset.id, "class": asset.asset_class, "unit": asset.unit} for asset in scenario.assets],
        "ranges": range_rows(scenario, asked, entries),
        "no_regret": no_regret_rows(scenario, asked, entries),
        "plans": [entry for entry in entries if "units" in entry],
        "failed": [entry for entry in entries if entry["kind"] == "failed"],
        "seconds": round(seconds, 3),
    }


def table(
    scenario: Scenario, asked: Asked, rows: Sequence[Entry], shared: Sequence[Entry], entries: Sequence[Entry]
) -> Iterator[str]:
    """Ranges and what all plans share, as short tables."""
    yield f"million {scenario.currency} over the horizon near the best plan; in brackets what is proven"
    yield f"{'what':20s}{'where':12s}{'within':>8s}{'plan':>11s}{'least':>23s}{'most':>23s}"
    for row in rows:
        ends = [f"{row[f'{end}_million']:,.0f} ({row[f'{end}_proven_million']:,.0f})" for end in SIGNS]
        place = f"{row['what'][:19]:20s}{row['group'][:11]:12s}{row['within_percent']:6g} %"
        yield f"{place}{row['plan_million']:11,.0f}{ends[0]:>23s}{ends[1]:>23s}"
    plans = sum("units" in entry for entry in entries)
    yield f"no regret: what all {plans} plans found build, with the widest margin"
    for row in shared:
        if row["place_kind"] == "group" and row["within_percent"] == max(asked.within):
            yield (
                f"{row['asset'][:21]:22s}{row['place'][:13]:14s}{row['least_units']:14,.6g} {row['unit']:10s}"
                f"{row['share_of_plan']:6.0%} of the plan{row['least_million']:12,.0f} million {scenario.currency}"
            )
    for entry in entries:
        if entry["kind"] == "failed":
            yield f"failed: {entry['what']} in {entry['where']}: {entry['message']}"
