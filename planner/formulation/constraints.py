"""What is physically so: stocks, machines, flows, power, people. One constraint, one function.

r region, a asset, f factor, d demand class, t point in time, v year of order; arcs n and posts k are sets of pairs.
"""

from __future__ import annotations

from typing import Any

from planner.formulation.projects import serving
from planner.symbols import over


@over("regions", "assets", "times")
def stock_is_what_survives(m: Any, r: int, a: int, t: int) -> Any:
    """What stands is what is left of the base stock plus every order and every project in service.

    stock[r,a,t] = base_stock[r,a,t] + sum( order[r,a,v] for v with v + lead[a] <= t < v + lead[a] + life[a] )
                 + sum( modules[e] * start[e] for builds e of projects in service )

    Unit: modules of the asset. Source: vintage accounting; base stocks retire along a straight line.
    """
    in_service = sum(m.order[r, a, v] for v in m.alive[a, t])
    return m.stock[r, a, t] == m.base_stock[r, a, t] + in_service + serving(m, r, a, t)


@over("regions", "classes", "times")
def demand_is_served_or_unmet(m: Any, r: int, d: int, t: int) -> Any:
    """Demand is met by what flows in, from anywhere within the delay limit, or stays unmet.

    sum( flow[n,t] for arcs n of class d into r ) + unmet[r,d,t] = demand[r,d,t]

    Unit: sustained EFLOPS. Source: national computing-network policy, delay classes.
    """
    return sum(m.flow[n, t] for n in m.inflows[r, d]) + m.unmet[r, d, t] == m.demand[r, d, t]


@over("regions", "classes", "times")
def flows_come_from_machines_at_work(m: Any, r: int, d: int, t: int) -> Any:
    """What a region sends out for a class is made by machines that are busy with this class.

    sum( flow[n,t] for arcs n of class d out of r ) <= sum( capacity[k] * work[k,t] for posts k of class d in r )

    Unit: sustained EFLOPS; capacity is measured or published machine capability for the mix of the class.
    """
    sent = sum(m.flow[n, t] for n in m.outflows[r, d])
    made = sum(m.capacity[k] * m.work[k, t] for k in m.posts_for[r, d])
    return sent <= made


@over("hosts", "times")
def machines_work_within_stock(m: Any, h: int, t: int) -> Any:
    """Machines busy with any class are at most the machines that stand there.

    sum( work[k,t] for posts k of host h ) <= stock[h,t]        a host is a region with a computing asset

    Unit: modules of the asset. Source: a machine does one thing at a time.
    """
    return sum(m.work[k, t] for k in m.posts_at[h]) <= m.stock[m.host_region[h], m.host_asset[h], t]


@over("regions", "times")
def traffic_is_within_bandwidth(m: Any, r: int, t: int) -> Any:
    """Serving other regions needs bandwidth, held by the hosting region.

    sum( traffic[n] * flow[n,t] for arcs n out of r ) <= sum( bandwidth[a] * stock[r,a,t] for carriers a )

    Unit: percent of the national bandwidth of the base year, in Gbit/s times great-circle km. Source: the cost of
    bandwidth grows with distance and rate.
    """
    needed = sum(m.traffic[n] * m.flow[n, t] for n in m.exports[r])
    return needed <= sum(m.bandwidth[a] * m.stock[r, a, t] for a in m.carriers[r])


@over("regions", "halls", "times")
def halls_house_the_machines(m: Any, r: int, h: int, t: int) -> Any:
    """Machines that need a hall find one in their region.

    sum( space[a] * stock[r,a,t] for assets a housed in h ) <= stock[r,h,t]

    Unit: modules of the hall. Source: IT power of the machines against IT power of the halls.
    """
    return sum(m.space[a] * m.stock[r, a, t] for a in m.housed[h]) <= m.stock[r, m.hall_asset[h], t]


@over("powered_regions", "times")
def computing_is_within_power_headroom(m: Any, r: int, t: int) -> Any:
    """Computing draws no more electricity than the region can spare, or than it draws in the base year.

    sum( computing_gwh[r,a] * stock[r,a,t] )
        <= max( share * electricity[r,t], today's use ) - extra use of old sites + excess

    Unit: GWh per year, PUE included. Source: provincial generation and consumption; a limit on the sum of old and new
    stock would be infeasible on the first day where existing centers exceed it. Excess: only with a price.
    """
    above = sum(m.excess_size[x] * m.excess[x] for x in m.power_excess[r, t])
    return sum(m.computing_gwh[r, a] * m.stock[r, a, t] for a in m.assets) <= m.power_room_gwh[r, t] + above


@over("staffed_regions", "times")
def staff_is_enough(m: Any, r: int, t: int) -> Any:
    """The people who run the infrastructure are at most the digital-operations staff of the region.

    sum( staff[a] * stock[r,a,t] ) <= max( staff_supply[r,t], today's staff ) + excess

    Unit: full-time equivalents. Source: the talent bottleneck of the paper the model grew out of. Only a limit with a
    price has an excess.
    """
    above = sum(m.excess_size[x] * m.excess[x] for x in m.staff_excess[r, t])
    return sum(m.staff[a] * m.stock[r, a, t] for a in m.assets) <= m.staff_room[r, t] + above


CONSTRAINTS = (
    stock_is_what_survives,
    demand_is_served_or_unmet,
    flows_come_from_machines_at_work,
    machines_work_within_stock,
    traffic_is_within_bandwidth,
    halls_house_the_machines,
    computing_is_within_power_headroom,
    staff_is_enough,
)
