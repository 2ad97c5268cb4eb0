"""What policy asks: floors, caps and shares of the config, and limits on growth."""

from __future__ import annotations

from typing import Any

from planner.formulation.projects import built
from planner.symbols import over


def counted(m: Any, q: int) -> Any:
    """Left side of a policy row: weighted stocks, orders and projects of its scope, less its share of the whole."""
    stocks = sum(
        m.stock_weight[e] * m.stock[m.stock_region[e], m.stock_asset[e], m.stock_time[e]] for e in m.stocks_of[q]
    )
    orders = sum(
        m.order_weight[e] * m.order[m.order_region[e], m.order_asset[e], m.order_year[e]] for e in m.orders_of[q]
    )
    started = sum(m.start_weight[e] * m.start[m.entry_start[e]] for e in m.starts_in[q])
    return stocks + orders + started


@over("floors")
def floor_is_reached(m: Any, q: int) -> Any:
    """A floor of the config is reached, or missed at its price.

    counted[q] - share * whole[q] + shortfall[q] >= limit[q]

    Unit: of the rule, divided by the size of its limit. One row per year and, where the rule says so, per region.
    """
    return counted(m, m.floor_row[q]) + m.shortfall[m.floor_row[q]] >= m.policy_limit[m.floor_row[q]]


@over("caps")
def cap_is_kept(m: Any, q: int) -> Any:
    """A cap of the config is kept, or exceeded at its price.

    counted[q] - share * whole[q] - shortfall[q] <= limit[q]

    Unit: of the rule, divided by the size of its limit.
    """
    return counted(m, m.cap_row[q]) - m.shortfall[m.cap_row[q]] <= m.policy_limit[m.cap_row[q]]


@over("regions", "growing", "years")
def orders_grow_at_a_limited_rate(m: Any, r: int, g: int, v: int) -> Any:
    """What a region orders in a year, projects included, is limited by what it had the year before.

    order[r,a,v] + built[r,a,v] <= rate * stock[r,a,v-1] + seed * national base stock[a] + excess

    Unit: modules. Source: sites, grid connections and suppliers grow at a limited rate. Only a limit with a price has
    an excess.
    """
    ordered = m.order[r, m.growing_asset[g], v] + built(m, r, m.growing_asset[g], v)
    had = sum(m.growth_rate[g] * m.stock[r, m.growing_asset[g], u] for u in m.year_before[v])
    above = sum(m.excess_size[x] * m.excess[x] for x in m.growth_excess[r, g, v])
    return ordered <= had + m.growth_room[r, g, v] + above


POLICY = (floor_is_reached, cap_is_kept, orders_grow_at_a_limited_rate)
