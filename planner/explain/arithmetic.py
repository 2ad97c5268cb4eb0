"""Contradictions that arithmetic alone can see, before any solver runs: which limits, where, when, by how much.

Every check compares two or three numbers of the config. What they find is certain; what they do not find may still be
there, and planner.explain.conflict finds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.budgets import Grant, Ledger, ledger
from planner.explain.ceilings import NOTHING, Ceiling, ceilings, unlimited
from planner.explain.limits import Limit, budget_limit, rule_limit
from planner.explain.repair import number, percent, when_and_where
from planner.instance import Instance
from planner.policies import policy_rows, unit_of
from planner.sheets import PolicyRow

Floats = NDArray[np.float64]

CLEARLY = 1e-6


@dataclass(frozen=True)
class Finding:
    """Limits that cannot be kept together, in one sentence; short is by how much, in `unit`."""

    limits: tuple[Limit, ...]
    sentence: str
    short: float
    unit: str


def findings(instance: Instance) -> tuple[Finding, ...]:
    """What all checks find, one finding per set of limits: the worst."""
    worst: dict[tuple[Limit, ...], Finding] = {}
    for check in CHECKS:
        for found in check(instance):
            known = worst.get(found.limits)
            if known is None or found.short > known.short:
                worst[found.limits] = found
    return tuple(worst.values())


def _hard_floors(instance: Instance) -> list[PolicyRow]:
    """Rows of hard floors that ask for an amount, not for a share, of what no candidate project builds."""
    rows = policy_rows(instance)
    built = {asset for project in instance.scenario.projects for asset in project.units}
    mixed = [a for a, asset in enumerate(instance.scenario.assets) if asset.id in built]
    amounts = [row for row in rows if row.rule.sense == "floor" and row.rule.price is None and row.whole is None]
    return [row for row in amounts if not row.part[:, mixed].any()]


def floors_within_reach(instance: Instance) -> Iterator[Finding]:
    """A floor against the most that lead times, growth, caps, power, staff and halls allow, each for itself."""
    floors = _hard_floors(instance)
    beyond_lead: set[tuple[str, int, int | None]] = set()
    for ceiling in ceilings(instance):
        for row in floors:
            most, asked = _most(row, ceiling), row.limit * row.scale
            key = (row.rule.id, row.year, row.region)
            if most < asked * (1 - CLEARLY) - CLEARLY and key not in beyond_lead:
                if ceiling.limits == (NOTHING,):
                    beyond_lead.add(key)
                yield _beyond(instance, row, ceiling, most, asked)


def _most(row: PolicyRow, ceiling: Ceiling) -> float:
    amounts = (ceiling.stocks if row.on_stock else ceiling.orders)[:, :, row.year]
    counted = row.part > 0
    return float((row.part[counted] * np.maximum(amounts[counted], 0.0)).sum())


def _beyond(instance: Instance, row: PolicyRow, ceiling: Ceiling, most: float, asked: float) -> Finding:
    unit = unit_of(instance.scenario, row.rule)
    verb = {"stock": "stand", "order": "be ordered", "capex": "be invested"}[row.rule.quantity]
    limits = tuple(limit for limit in ceiling.limits if limit is not NOTHING)
    by = " and ".join(limit.words for limit in ceiling.limits)
    if not limits:
        by = "what stands already and lead times: orders of earlier years serve too late"
    sentence = (
        f"{rule_limit(row.rule).words} asks for {number(asked)} {unit} {_where(instance, row)}; "
        f"at most {number(most)} can {verb} under {by}: {number(asked - most)} {unit} too few"
    )
    return Finding((rule_limit(row.rule), *limits), sentence, asked - most, unit)


def _where(instance: Instance, row: PolicyRow) -> str:
    region = "" if row.region is None else instance.scenario.regions[row.region].name
    return when_and_where(instance.scenario.years[row.year], region)


def floors_within_budgets(instance: Instance) -> Iterator[Finding]:
    """The cheapest way to a floor against all that a budget could pay until then."""
    book = ledger(instance)
    for b, budget in enumerate(instance.scenario.budgets):
        if budget.price is None and "capex" in budget.kinds:
            for row in _hard_floors(instance):
                cost, money = _cheapest(instance, book, b, row), _money(instance, book, b, row)
                if cost > money * (1 + CLEARLY) + CLEARLY:
                    yield _too_dear(instance, b, row, cost, money)


def _cheapest(instance: Instance, book: Ledger, b: int, row: PolicyRow) -> float:
    """Million that a budget has to pay at least for the orders that a floor needs; zero where others may pay."""
    base = instance.base_stock[:, :, row.year] if row.on_stock else np.zeros(row.part.shape)
    missing = row.limit * row.scale - float((row.part * base).sum())
    ways = _ways(instance, row) & (row.part > 0)[:, :, None]
    paid = np.zeros(ways.shape, bool)
    years = _years(book, b)
    paid[np.ix_(book.regions[b], book.assets[b], years)] = True
    if missing <= 0 or not ways.any() or not paid[ways].all():
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(ways, instance.costs.capex / row.part[:, :, None], np.inf)
    return missing * float(each.min())


def _ways(instance: Instance, row: PolicyRow) -> NDArray[np.bool_]:
    """Orders (R, A, V) that count for a row: those of its year, or those that stand in it."""
    time = instance.timeline
    ways = np.zeros((*row.part.shape, time.orders), bool)
    if not row.on_stock:
        ways[:, :, row.year] = True
        return ways
    first = time.year[None, : time.orders] + instance.lead[:, None]
    alive = (first <= time.year[row.year]) & (time.year[row.year] < first + instance.life[:, None])
    return np.broadcast_to(alive[None], ways.shape) & (unlimited(instance) > 0)


def _years(book: Ledger, b: int) -> list[int]:
    totals = [v for total in book.totals if total.budget == b for v in total.years]
    return [grant.year for grant in book.grants if grant.budget == b] + totals


def _money(instance: Instance, book: Ledger, b: int, row: PolicyRow) -> float:
    """Million that a budget can pay for a row at most: every grant of the years that count, and what carries over."""
    years = set(np.flatnonzero(_ways(instance, row).any(axis=(0, 1))).tolist())
    total = sum(total.limit_million for total in book.totals if total.budget == b)
    growth = 1.0 + (instance.scenario.budgets[b].carry_over_interest or 0.0)
    grants = [grant for grant in book.grants if grant.budget == b]
    return total + sum(_usable(book, grant, years, growth) for grant in grants)


def _usable(book: Ledger, grant: Grant, years: set[int], growth: float) -> float:
    """A grant with the most interest until the last year that counts, where it may be spent in one."""
    last = grant.year
    follows = True
    while follows:
        follower = [g for g in book.grants if g.before is not None and book.grants[g.before].budget == grant.budget]
        follows = any(g.year == last + 1 for g in follower) and last < max(years, default=-1)
        last += int(follows)
    return grant.limit_million * growth ** (last - grant.year) if years & set(range(grant.year, last + 1)) else 0.0


def _too_dear(instance: Instance, b: int, row: PolicyRow, cost: float, money: float) -> Finding:
    budget, unit = instance.scenario.budgets[b], f"million {instance.scenario.currency}"
    asked = f"{number(row.limit * row.scale)} {unit_of(instance.scenario, row.rule)}"
    sentence = (
        f"{rule_limit(row.rule).words} asks for {asked} {_where(instance, row)}, which costs at least "
        f"{number(cost)} {unit}; {budget_limit(budget).words} has {number(money)} {unit} until then: "
        f"{number(cost - money)} {unit} too little"
    )
    return Finding((rule_limit(row.rule), budget_limit(budget)), sentence, cost - money, unit)


def caps_leave_room_for_floors(instance: Instance) -> Iterator[Finding]:
    """A floor against a cap on all that it counts, or more."""
    caps = [row for row in policy_rows(instance) if row.rule.sense == "cap" and row.rule.price is None]
    for floor in _hard_floors(instance):
        for cap in caps:
            same = cap.whole is None and cap.year == floor.year and cap.rule.quantity == floor.rule.quantity
            if same and (cap.part > 0)[floor.part > 0].all() and (floor.part > 0).any():
                counted = floor.part > 0
                most = cap.limit * cap.scale * float((floor.part[counted] / cap.part[counted]).max())
                asked = floor.limit * floor.scale
                if most < asked * (1 - CLEARLY) - CLEARLY:
                    ceiling = Ceiling((rule_limit(cap.rule),), np.zeros(0), np.zeros(0))
                    yield _beyond(instance, floor, ceiling, most, asked)


def base_stock_within_caps(instance: Instance) -> Iterator[Finding]:
    """What stands already against a cap on stocks."""
    for row in policy_rows(instance):
        if row.rule.sense == "cap" and row.rule.price is None and row.on_stock and row.whole is None:
            unit, limit = unit_of(instance.scenario, row.rule), row.limit * row.scale
            stands = float((row.part * instance.base_stock[:, :, row.year]).sum())
            if stands > limit * (1 + CLEARLY) + CLEARLY:
                sentence = (
                    f"{rule_limit(row.rule).words} allows {number(limit)} {unit} {_where(instance, row)}, where "
                    f"{number(stands)} stand already: {number(stands - limit)} {unit} too many"
                )
                yield Finding((rule_limit(row.rule),), sentence, stands - limit, unit)


def shares_fit_into_one(instance: Instance) -> Iterator[Finding]:
    """Shares of the same whole: floors of separate parts that sum above one, caps that together stay below it."""
    rows = [row for row in policy_rows(instance) if row.rule.share_of is not None and row.rule.price is None]
    wholes: dict[tuple[object, ...], list[PolicyRow]] = defaultdict(list)
    for row in rows:
        assert row.whole is not None
        wholes[row.rule.quantity, row.year, (row.whole > 0).tobytes()].append(row)
    for same in wholes.values():
        yield from _floors_above_one(instance, same)
        yield from _caps_below_one(instance, same)
        yield from _floor_above_caps(instance, same)


def _floors_above_one(instance: Instance, rows: list[PolicyRow]) -> Iterator[Finding]:
    parts, total, named = np.zeros(rows[0].part.shape), 0.0, []
    for row in sorted((row for row in rows if row.rule.sense == "floor"), key=lambda row: -row.share):
        if not (parts[row.part > 0] > 0).any():
            parts, total = parts + row.part, total + row.share
            named.append(rule_limit(row.rule))
    if total > 1 + CLEARLY:
        limits = tuple(dict.fromkeys(named))
        sentence = f"{_listed(limits)}: shares of one whole that sum to {percent(total)} in {_year(instance, rows)}"
        yield Finding(limits, sentence, total - 1, "of the whole")


def _caps_below_one(instance: Instance, rows: list[PolicyRow]) -> Iterator[Finding]:
    """Caps whose parts make up the whole and sum to less leave nothing, which a floor on the whole contradicts."""
    caps = [row for row in rows if row.rule.sense == "cap"]
    for chosen in _by_rule(caps):
        whole = chosen[0].whole
        assert whole is not None
        covered = sum((row.part for row in chosen), np.zeros(whole.shape))
        total = sum(row.share for row in chosen)
        if total < 1 - CLEARLY and (covered[whole > 0] > 0).all():
            yield from _nothing_left(instance, chosen, whole, total)


def _nothing_left(instance: Instance, caps: list[PolicyRow], whole: Floats, total: float) -> Iterator[Finding]:
    for floor in _hard_floors(instance):
        same = floor.year == caps[0].year and floor.on_stock is caps[0].on_stock
        if same and floor.limit > 0 and (whole > 0)[floor.part > 0].all():
            cap, asked = rule_limit(caps[0].rule), rule_limit(floor.rule)
            sentence = (
                f"{cap.words}: the shares allowed sum to {percent(total)} of the whole in {_year(instance, caps)}, so "
                f"nothing can be built; {asked.words} asks for {number(floor.limit * floor.scale)} "
                f"{unit_of(instance.scenario, floor.rule)}"
            )
            yield Finding((asked, cap), sentence, 1 - total, "of the whole")


def _floor_above_caps(instance: Instance, rows: list[PolicyRow]) -> Iterator[Finding]:
    """A share that must be reached against the shares that its parts may have together."""
    for floor in (row for row in rows if row.rule.sense == "floor"):
        for chosen in _by_rule([row for row in rows if row.rule.sense == "cap"]):
            inside = [row for row in chosen if (row.part > 0)[floor.part > 0].any()]
            covered = sum((row.part for row in inside), np.zeros(floor.part.shape))
            total = sum(row.share for row in inside)
            if inside and (covered[floor.part > 0] > 0).all() and total < floor.share - CLEARLY:
                yield from _starved(instance, floor, inside, total)


def _starved(instance: Instance, floor: PolicyRow, caps: list[PolicyRow], total: float) -> Iterator[Finding]:
    """Such shares contradict each other only where something must be built."""
    for asked in _hard_floors(instance):
        assert floor.whole is not None
        same = asked.year == floor.year and asked.on_stock is floor.on_stock
        if same and asked.limit > 0 and (floor.whole > 0)[asked.part > 0].all():
            limits = (rule_limit(floor.rule), rule_limit(caps[0].rule), rule_limit(asked.rule))
            sentence = (
                f"{limits[0].words} asks for a share of {percent(floor.share)} in {_year(instance, caps)}; "
                f"{limits[1].words} allows its parts {percent(total)} together, "
                f"and {limits[2].words} wants something built"
            )
            yield Finding(limits, sentence, floor.share - total, "of the whole")


def _by_rule(rows: list[PolicyRow]) -> list[list[PolicyRow]]:
    ids = dict.fromkeys(row.rule.id for row in rows)
    return [[row for row in rows if row.rule.id == rule] for rule in ids]


def _listed(limits: tuple[Limit, ...]) -> str:
    return " and ".join(limit.words for limit in limits)


def _year(instance: Instance, rows: list[PolicyRow]) -> str:
    return str(instance.scenario.years[rows[0].year])


def base_stock_is_paid_for(instance: Instance) -> Iterator[Finding]:
    """Upkeep and electricity of what stands already, nothing ordered, against the budgets that pay for them."""
    book, costs = ledger(instance), instance.costs
    parts = {"opex": costs.opex * instance.base_stock, "energy": costs.energy * instance.base_stock + costs.base_energy}
    for b, budget in enumerate(instance.scenario.budgets):
        paid = [parts[kind] for kind in budget.kinds if kind != "capex"]
        if paid and budget.price is None:
            cells = np.ix_(book.regions[b], book.assets[b])
            running = np.asarray(sum(paid))[cells].sum(axis=(0, 1))
            yield from _unpaid(instance, book, b, running)


def _unpaid(instance: Instance, book: Ledger, b: int, running: Floats) -> Iterator[Finding]:
    budget, brought = instance.scenario.budgets[b], 0.0
    growth = None if budget.carry_over_interest is None else 1.0 + budget.carry_over_interest
    for grant in (grant for grant in book.grants if grant.budget == b):
        money = grant.limit_million + (brought if grant.before is not None else 0.0)
        yield from _short(instance, b, str(instance.timeline.year[grant.year]), float(running[grant.year]), money)
        brought = 0.0 if growth is None else growth * max(money - float(running[grant.year]), 0.0)
    for row in (row for row in book.upkeeps if row.budget == b):
        year = str(instance.timeline.year[row.time])
        yield from _short(instance, b, year, float(running[row.time]), row.limit_million)
    for total in (total for total in book.totals if total.budget == b):
        spent = float(running[list(total.years)].sum())
        yield from _short(instance, b, "all years together", spent, total.limit_million)


def _short(instance: Instance, b: int, when: str, cost: float, money: float) -> Iterator[Finding]:
    if cost > money * (1 + CLEARLY) + CLEARLY:
        limit, unit = budget_limit(instance.scenario.budgets[b]), f"million {instance.scenario.currency}"
        sentence = (
            f"{limit.words} has {number(money)} {unit} in {when}; keeping and powering what stands already "
            f"costs {number(cost)}: {number(cost - money)} {unit} too little"
        )
        yield Finding((limit,), sentence, cost - money, unit)


CHECKS: tuple[Callable[[Instance], Iterator[Finding]], ...] = (
    floors_within_reach,
    floors_within_budgets,
    caps_leave_room_for_floors,
    base_stock_within_caps,
    shares_fit_into_one,
    base_stock_is_paid_for,
)
