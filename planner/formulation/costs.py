"""Money: one cost term, one function of region, asset and year; budgets limit their sums."""

from __future__ import annotations

from typing import Any

from planner.symbols import over


def capex(m: Any, r: int, a: int, v: int) -> Any:
    """Orders are paid in their year: capex[r,a,v] * order[r,a,v]. Billion currency units."""
    return m.capex_billion[r, a, v] * m.order[r, a, v]


def opex(m: Any, r: int, a: int, t: int) -> Any:
    """Upkeep without electricity: opex[r,a,t] * stock[r,a,t]. Billion currency units per year."""
    return m.opex_billion[r, a, t] * m.stock[r, a, t]


def energy(m: Any, r: int, a: int, t: int) -> Any:
    """Electricity at new sites, and what old sites use beyond it. Billion currency units per year."""
    return m.energy_billion[r, a, t] * m.stock[r, a, t] + m.base_energy_billion[r, a, t]


def running(m: Any, b: int, r: int, a: int, t: int) -> Any:
    """What a budget pays of upkeep and electricity."""
    return m.pays_opex[b] * opex(m, r, a, t) + m.pays_energy[b] * energy(m, r, a, t)


def own_upkeep(m: Any, b: int, t: int) -> Any:
    """What a budget pays of the upkeep that projects have beside that of their assets."""
    return sum(m.pays_opex[b] * m.service_billion[e] * m.start[m.service_start[e]] for e in m.budget_services[b, t])


def spending(m: Any, b: int, v: int) -> Any:
    """All that budget b pays in year v: orders, projects, upkeep and electricity of its regions and assets."""
    ordered = sum(
        m.pays_capex[b] * capex(m, r, a, v) + running(m, b, r, a, v)
        for r in m.budget_regions[b]
        for a in m.budget_assets[b]
    )
    built = sum(m.pays_capex[b] * m.build_billion[e] * m.start[m.build_start[e]] for e in m.budget_builds[b, v])
    return ordered + built + own_upkeep(m, b, v)


@over("grants")
def spending_is_within_budget(m: Any, g: int) -> Any:
    """A year's spending and what it leaves stay within the grant and what the year before left.

    spending[b,v] + carried[g] <= limit[b,v] + (1 + interest[b]) * carried[year before] + exceeded[g]

    Unit: billion currency units. A grant g is a yearly budget b in a year v of its scope; exceeded is zero where
    the budget is hard, carried is zero where it does not carry over.
    """
    brought = sum(m.carry_growth[g] * m.carried[before] for before in m.grant_before[g])
    spent = spending(m, m.grant_budget[g], m.grant_year[g])
    return spent + m.carried[g] <= m.grant_billion[g] + brought + m.exceeded[g]


@over("totals")
def total_spending_is_within_budget(m: Any, b: int) -> Any:
    """Spending over all years of a total budget stays within it.

    sum( spending[b,v] for v in its years ) <= total[b] + exceeded_total[b]

    Unit: billion currency units in prices of the price year.
    """
    spent = sum(spending(m, m.total_budget[b], v) for v in m.total_years[b])
    return spent <= m.total_billion[b] + m.exceeded_total[b]


@over("upkeeps")
def tail_upkeep_is_within_last_grant(m: Any, u: int) -> Any:
    """After the last year of orders, upkeep and electricity stay within the last year's grant.

    running[b,t] <= limit[b, last year] + exceeded[u]        for t in the tail

    Unit: billion currency units per year. Source: a plan must not order what nobody can keep running. Exceeded is zero
    where the budget is hard.
    """
    cost = sum(
        running(m, m.upkeep_budget[u], r, a, m.upkeep_time[u])
        for r in m.budget_regions[m.upkeep_budget[u]]
        for a in m.budget_assets[m.upkeep_budget[u]]
    )
    return cost + own_upkeep(m, m.upkeep_budget[u], m.upkeep_time[u]) <= m.upkeep_billion[u] + m.exceeded_upkeep[u]


@over("matches")
def funds_are_matched(m: Any, k: int) -> Any:
    """A budget spends at most a multiple of what another one spends.

    sum( spending[b,v] for its years ) <= ratio * sum( spending[of,v] for its years ) + unmatched[k]

    Unit: billion currency units. A row is a year, or all years; unmatched is zero where the rule is hard.
    """
    spent = sum(spending(m, m.match_budget[k], v) for v in m.match_years[k])
    beside = sum(spending(m, m.match_of[k], v) for v in m.match_of_years[k])
    return spent <= m.match_ratio[k] * beside + m.unmatched[k]


COSTS = (
    spending_is_within_budget,
    total_spending_is_within_budget,
    tail_upkeep_is_within_last_grant,
    funds_are_matched,
)
