"""Both sides of every row of rules.csv, recomputed from orders, stocks, flows and levels; and that limits are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from planner.verify.given import gwh_per_unit, own_supply, survivors
from planner.verify.innovation import scales, usable
from planner.verify.money import matching
from planner.verify.policy import policies
from planner.verify.projects import demands
from planner.verify.rows import capped, halls
from planner.verify.sides import Side, together
from planner.verify.told import Floats, Record, Told
from planner.verify.verdict import SOLVED, Check, at_most, equal, stated


def sides(told: Told) -> list[Side]:
    """Every row that rules.csv should have."""
    return [side for section in SECTIONS for side in section(told)]


def growth(told: Told) -> Iterator[Side]:
    """Orders within a rate of the stock a year before plus a seed of the national base stock."""
    now = told.now
    stock, order = told.array("stocks", "units"), told.array("orders", "units")
    for limit in now.scenario.growth_limits:
        for name, (r, region), (m, year) in product(
            limit.assets, enumerate(now.regions), enumerate(now.years, start=1)
        ):
            a = now.assets.index(name)
            room = limit.rate * stock[r, a, m - 1] + limit.seed * float(now.scenario.assets[a].base_stock.sum())
            unit = now.scenario.assets[a].module_units
            size = limit.rate * stock[r, a, 0] + limit.seed * float(now.scenario.assets[a].base_stock.sum())
            value, words = float(order[r, a, m]), now.scenario.assets[a].unit
            yield Side(limit.id, "growth", region, name, year, value, room, words, unit, limit.price, size or 1.0)


def power(told: Told) -> Iterator[Side]:
    """Electricity of computing as if all stood at new sites, within what old sites leave of max(share, use today)."""
    now = told.now
    if now.scenario.electricity is None:
        return
    cooled = now.asset_amounts("has_pue")
    new, old = gwh_per_unit(now, "pue_new") * cooled, gwh_per_unit(now, "pue_base") * cooled
    stock, left = told.array("stocks", "units"), survivors(now)
    today = (old * left[:, :, 0]).sum(axis=1)
    room = np.maximum(own_supply(now.scenario.electricity, now), today[:, None])
    used = np.einsum("ra,ram->rm", new, stock)
    limit = room - np.einsum("ra,ram->rm", old - new, left)
    rule, price = "computing_is_within_power_headroom", now.scenario.electricity.price
    yield from _by_region(told, rule, "power", "", used, limit, "GWh", 1.0, price)


def staff(told: Told) -> Iterator[Side]:
    """People who run the stock, within those there are, or within today's."""
    now = told.now
    if now.scenario.staff is None:
        return
    each = now.asset_amounts("staff_fte")
    used = np.einsum("a,ram->rm", each, told.array("stocks", "units"))
    today = survivors(now)[:, :, 0] @ each
    limit = np.maximum(own_supply(now.scenario.staff, now), today[:, None])
    yield from _by_region(told, "staff_is_enough", "staff", "", used, limit, "FTE", 1.0, now.scenario.staff.price)


def talent(told: Told) -> Iterator[Side]:
    """Levels within what the talent of a region can use."""
    level, limit, scale = told.array("factors", "level"), usable(told.now), scales(told.now)
    units = {factor.id: factor.unit for factor in told.now.scenario.factors}
    for name in capped(told.now):
        f, rule = told.now.factors.index(name), f"{name}_usable_by_talent"
        yield from _by_region(told, rule, "talent", "", level[:, f], limit[:, f], units[name], scale[f])


def housing(told: Told) -> Iterator[Side]:
    """Space of the machines within the halls."""
    assets, stock = told.now.scenario.assets, told.array("stocks", "units")
    for hall in halls(told.now):
        space = np.array([asset.housing_per_unit * (asset.housed_in == hall) for asset in assets])
        at = told.now.assets.index(hall)
        used, unit = np.einsum("a,ram->rm", space, stock), assets[at].module_units
        words = assets[at].unit
        yield from _by_region(told, "halls_house_the_machines", "housing", hall, used, stock[:, at], words, unit)


def bandwidth(told: Told) -> Iterator[Side]:
    """Traffic of what a region sends out, within the carriers that stand there."""
    carries = told.now.asset_amounts("carries_traffic")
    used = told.array("flows", "traffic_gbps_km").sum(axis=(1, 2))
    limit = np.einsum("a,ram->rm", carries, told.array("stocks", "units"))
    yield from _by_region(told, "traffic_is_within_bandwidth", "bandwidth", "", used, limit, "Gbit/s km", 1.0)


def _by_region(
    told: Told,
    rule: str,
    kind: str,
    asset: str,
    value: Floats,
    limit: Floats,
    counted_in: str,
    unit: float,
    price: float | None = None,
) -> Iterator[Side]:
    for (r, region), (m, year) in product(enumerate(told.now.regions), enumerate(told.now.later, start=1)):
        found, room = float(value[r, m]), float(limit[r, m])
        yield Side(rule, kind, region, asset, year, found, room, counted_in, unit, price, abs(room) or 1.0)


SECTIONS = (policies, matching, growth, power, staff, talent, housing, bandwidth, demands)


def only_soft_rules_fall_short(told: Told) -> Check:
    """No shortfall where a rule has no price, but for what facts break (facts.py)."""
    found = together(sides(told))
    short = found.shown(told, "shortfall")
    facts = told.now.scenario.actuals is not None
    expected = np.where([facts or side.soft for side in found.rows], short, 0.0)
    cells, reason = found.cells("shortfall"), "as it is hard"
    return equal("only soft rules fall short", cells, short, expected, reason, tolerance=SOLVED, unit=found.unit)


def growth_is_limited(told: Told) -> Check:
    """Orders stay within their growth limit."""
    return _kept(told, "growth is limited", growth(told), "rate and seed allow")


def computing_is_within_power_headroom(told: Told) -> Check:
    """Computing draws no more electricity than a region can spare."""
    return _kept(told, "computing is within power headroom", power(told), "the electricity it may use")


def staff_is_enough(told: Told) -> Check:
    """The stock needs no more people than there are."""
    return _kept(told, "staff is enough", staff(told), "the staff there is")


def levels_are_usable_by_talent(told: Told) -> Check:
    """A level counts no further than talent can use it."""
    return _kept(told, "levels are usable by talent", talent(told), "what talent can use")


def halls_house_the_machines(told: Told) -> Check:
    """Machines have a hall."""
    return _kept(told, "halls house the machines", housing(told), "the halls there are")


def traffic_is_within_bandwidth(told: Told) -> Check:
    """Flows to other regions have their bandwidth."""
    return _kept(told, "traffic is within bandwidth", bandwidth(told), "the bandwidth there is")


def rules_show_their_value(told: Told) -> Check:
    """The left sides of rules.csv are those of orders, stocks, flows and levels."""
    found = together(sides(told))
    shown, reason = found.shown(told, "value"), "from the other tables"
    cells = found.cells("value")
    return equal("rules show their value", cells, shown, found.value, reason, tolerance=SOLVED, unit=found.unit)


def rules_show_their_limit(told: Told) -> Check:
    """The right sides of rules.csv are those of the config."""
    found = together(sides(told))
    shown, reason = found.shown(told, "limit"), "from the config and the other tables"
    cells = found.cells("limit")
    return equal("rules show their limit", cells, shown, found.limit, reason, tolerance=SOLVED, unit=found.unit)


def rules_show_their_unit(told: Told) -> Check:
    """Value, limit and shortfall of every row are counted in the unit of their rule."""
    found = together(sides(told))
    shown = found.told(told, "unit")
    wrong = [(side, unit) for side, unit in zip(found.rows, shown, strict=True) if side.counted_in != unit]
    problem = None
    if wrong:
        side, unit = wrong[0]
        problem = f"rules.csv: {side.label}", f"unit is {unit!r}, expected {side.counted_in!r}"
    return stated("rules show their unit", len(shown), problem)


def rules_show_their_status(told: Told) -> Check:
    """`missed` where a row falls short, `binding` where value equals limit, else `kept`; to 1e-6 of the limit."""
    rows = told.records("rules")
    wrong = next((row for row in rows if row["status"] != _status(row)), None)
    problem = None
    if wrong is not None:
        place = f"rules.csv: {wrong['rule']}, {wrong['region'] or 'nation'}, {wrong['year']}"
        problem = place, f"status is {wrong['status']!r}, expected {_status(wrong)!r} from value, limit and shortfall"
    return stated("rules show their status", len(rows), problem)


def _status(row: Record) -> str:
    allowed = 1e-6 * max(1.0, abs(row["limit"]))
    if row["shortfall"] > allowed:
        return "missed"
    return "kept" if abs(row["value"] - row["limit"]) > allowed else "binding"


def shortfalls_are_what_is_missing(told: Told) -> Check:
    """A rule with a price falls short by what it is missed by and no more, because a shortfall costs."""
    found = together(side for side in sides(told) if side.soft)
    cells, short = found.cells("shortfall"), found.shown(told, "shortfall")
    name, reason = "shortfalls are what is missing", "what value and limit leave, as a shortfall costs"
    return equal(name, cells, short, found.missing, reason, tolerance=SOLVED, unit=found.unit)


def _kept(told: Told, name: str, rows: Iterable[Side], reason: str) -> Check:
    """Values stay within their limits, and what those with a price are missed by."""
    found = together(rows)
    limit = found.limit + found.shown(told, "shortfall")
    return at_most(name, found.cells("value"), found.value, limit, reason, tolerance=SOLVED, unit=found.unit)


CHECKS = (
    only_soft_rules_fall_short,
    growth_is_limited,
    computing_is_within_power_headroom,
    staff_is_enough,
    levels_are_usable_by_talent,
    halls_house_the_machines,
    traffic_is_within_bandwidth,
    rules_show_their_value,
    rules_show_their_limit,
    rules_show_their_unit,
    rules_show_their_status,
    shortfalls_are_what_is_missing,
)
