"""What facts alone make, read a second time: orders of frozen years, what stands if nothing more is ordered, its cost.

Arrays run over regions R, assets A and moments M of `given`, in units of the tables.
"""

from __future__ import annotations

import numpy as np

from planner.scenario import Budget, Rule, Scope
from planner.verify.given import Given, charged, gwh_per_unit, in_service, inside, prices, survivors, whole_years
from planner.verify.told import Floats


def is_frozen(now: Given, year: int) -> bool:
    """Whether a year is fact."""
    facts = now.scenario.actuals
    return facts is not None and year in facts.years


def ordered(now: Given) -> Floats:
    """Units really ordered, (R, A, M)."""
    found = np.zeros((len(now.regions), len(now.assets), len(now.moments)))
    if now.scenario.actuals is not None:
        found[:, :, 1 : 1 + len(now.scenario.actuals.years)] = now.scenario.actuals.units_ordered
    return found


def order_prices(now: Given) -> Floats:
    """Million per unit ordered, (R, A, V): by the price path; in frozen years what the orders really cost."""
    paid = prices(now)[:, :, 1 : 1 + len(now.years)] * charged(now)[None]
    facts = now.scenario.actuals
    if facts is not None:
        for (r, a, y), units in np.ndenumerate(facts.units_ordered):
            if units > 0:
                paid[r, a, y] = facts.capex_million[r, a, y] / units
    return np.asarray(paid)


def standing(now: Given) -> Floats:
    """Units that stand by the facts if nothing more is ordered, counts included, (R, A, M)."""
    return np.asarray(_by_vintage(now).sum(axis=2))


def corrections(now: Given) -> Floats:
    """What counts add to base stock and orders in service, (R, A, M)."""
    booked = np.einsum("rav,avm->ram", ordered(now)[:, :, 1 : 1 + len(now.years)], in_service(now))
    return np.asarray(standing(now) - survivors(now) - booked)


def _by_vintage(now: Given) -> Floats:
    """Units by where they come from, (R, A, N, M): base stock, orders of each year, what each count brought to light.

    A count above the accounts adds a vintage that ages like a base stock; one below them thins out, from its year on,
    every vintage that stood in that year.
    """
    facts, moments = now.scenario.actuals, np.array(now.moments, float)
    orders = ordered(now)[:, :, 1 : 1 + len(now.years), None] * in_service(now)[None]
    vintages = np.concatenate([survivors(now)[:, :, None], orders], axis=2)
    for y in range(0 if facts is None else len(facts.years)):
        assert facts is not None
        for r, a in zip(*np.nonzero(~np.isnan(facts.units_standing[:, :, y])), strict=True):
            vintages = _counted(vintages, int(r), int(a), 1 + y, float(facts.units_standing[r, a, y]), now, moments)
    return vintages


def _counted(vintages: Floats, r: int, a: int, m: int, seen: float, now: Given, moments: Floats) -> Floats:
    stood = float(vintages[r, a, :, m].sum())
    if seen < stood:
        there = vintages[r, a, :, m] > 0
        vintages[r, a, there, m:] *= seen / stood
        return vintages
    left = 1.0 - (moments - moments[m]) / now.scenario.assets[a].life_years.value
    more = np.zeros((*vintages.shape[:2], 1, vintages.shape[3]))
    more[r, a, 0, m:] = (seen - stood) * np.maximum(left[m:], 0.0)
    return np.concatenate([vintages, more], axis=2)


def upkeep(now: Given, budget: Budget) -> dict[int, float]:
    """Upkeep and electricity that a budget pays by the facts alone, by moment, million."""
    units, left = standing(now), survivors(now)
    drawn = gwh_per_unit(now, "pue_new")[:, :, None] * (units - left) + gwh_per_unit(now, "pue_base")[:, :, None] * left
    cost = {
        "opex": units * prices(now) * now.asset_amounts("opex_share")[:, None],
        "energy": drawn * now.region_amounts("energy_price_per_kwh")[:, None, None],
    }
    paid = sum((cost[kind] for kind in budget.kinds if kind in cost), np.zeros_like(units))
    in_scope = paid * inside(budget.scope, now)[:, :, None]
    return dict(zip(now.moments, in_scope.sum(axis=(0, 1)).tolist(), strict=True))


def is_settled(now: Given, rule: Rule, year: int) -> bool:
    """Whether a row of a rule speaks of facts only: of orders of frozen years, or of stocks made of them."""
    if rule.quantity != "stock":
        return is_frozen(now, year)
    scopes = [rule.scope, *([] if rule.share_of is None else [rule.share_of])]
    leads = [whole_years(asset)[0] for asset in now.scenario.assets if any(_names(s, asset.id) for s in scopes)]
    return all(year - lead < now.years[0] or is_frozen(now, year - lead) for lead in leads)


def _names(scope: Scope, asset: str) -> bool:
    return not scope.assets or asset in scope.assets
