"""A scenario as arrays: money, energy, room for growth, who serves whom, by hand arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.instance import Instance, build_instance
from planner.scenario import Asset, Supply, Tail
from tests.planner.toys import demand_class, geography, given, tiny, trading

SERVER = 2
GWH_NEW, GWH_OLD = 1e4 * 0.55 * 0.6 * 8.76e-3 * 1.25, 1e4 * 0.55 * 0.6 * 8.76e-3 * 1.4


def instance(**changes: object) -> Instance:
    return build_instance(trading(**changes))


def with_server(**changes: object) -> tuple[Asset, ...]:
    mast, hall, server, link = trading().assets
    return mast, hall, replace(server, **changes), link


def test_everything_is_counted_in_modules():
    found = instance()
    np.testing.assert_allclose(found.base_stock[:, SERVER, 0], [9 * 0.8, 4 * 0.8])
    np.testing.assert_allclose(found.price_million[SERVER, :2], 650 * 0.85 ** np.array([1.0, 2.0]))
    np.testing.assert_allclose(found.staff, [0.0, 0.0, 50.0, 0.0])


def test_a_module_is_only_a_way_to_count():
    whole, single = instance(), instance(assets=with_server(module_units=1.0))
    np.testing.assert_allclose(single.costs.capex[:, SERVER] * 1e4, whole.costs.capex[:, SERVER])
    np.testing.assert_allclose(single.base_stock[:, SERVER], 1e4 * whole.base_stock[:, SERVER])
    np.testing.assert_allclose(single.network.capacity * 1e4, whole.network.capacity)
    np.testing.assert_allclose(single.power_room_gwh, whole.power_room_gwh)


def test_a_region_has_its_own_prices():
    dear = tuple(
        replace(r, price_factor=k, energy_price_per_kwh=e)
        for r, k, e in zip(trading().regions, (1.0, 1.5), (0.5, 0.2), strict=True)
    )
    costs = instance(regions=dear).costs
    np.testing.assert_allclose(costs.capex[1], 1.5 * costs.capex[0])
    np.testing.assert_allclose(costs.opex[1], 1.5 * costs.opex[0])
    np.testing.assert_allclose(costs.energy[:, SERVER, 0], [0.5 * GWH_NEW, 0.2 * GWH_NEW])


def test_upkeep_is_a_share_of_the_price_of_the_year():
    found = instance()
    np.testing.assert_allclose(found.costs.opex[0, SERVER], 0.08 * found.price_million[SERVER])


def test_old_sites_use_more_while_they_last():
    found = instance()
    expected = 0.5 * (GWH_OLD - GWH_NEW) * found.base_stock[:, SERVER]
    np.testing.assert_allclose(found.costs.base_energy[:, SERVER], expected)
    assert not found.costs.base_energy[:, 0].any()


def test_only_computing_counts_against_power():
    found = instance()
    np.testing.assert_allclose(found.computing_gwh, [[0.0, 0.0, GWH_NEW, 0.0]] * 2)
    mast = replace(trading().assets[0], power_kw=given(3.0))
    assert instance(assets=(mast, *trading().assets[1:])).computing_gwh[:, 0].tolist() == [0.0, 0.0]


def test_power_room_grows_and_is_never_below_todays_use():
    found = instance()
    limit = 0.05 * 9e3 * 1.03**found.timeline.growth_years
    extra = (GWH_OLD - GWH_NEW) * found.base_stock[:, SERVER]
    np.testing.assert_allclose(found.power_room_gwh, limit[None, :] - extra)
    scarce = instance(electricity=Supply(np.array([0.0, 9e3]), given(0.0), given(0.05)))
    np.testing.assert_allclose(scarce.power_room_gwh[0], 9 * GWH_OLD - extra[0])
    assert (scarce.power_room_gwh[0] >= (found.base_stock[0, SERVER] * GWH_NEW)).all()


def test_staff_room_is_never_below_todays_staff():
    found = instance(staff=Supply(np.array([100.0, 2e3]), given(0.0), given(0.5)))
    np.testing.assert_allclose(found.staff_room[:, 0], [450.0, 1000.0])


def test_what_is_not_given_is_no_limit():
    found = instance(electricity=None, staff=None)
    assert found.power_room_gwh is None
    assert found.staff_room is None


def test_salvage_charges_the_part_of_a_life_within_the_horizon():
    plain, salvage = instance(tail=Tail("none", 0, 0)), instance(tail=Tail("salvage", 0, 0))
    share = salvage.costs.capex / plain.costs.capex
    np.testing.assert_allclose(share[0], [[0.2, 0.1], [1 / 15, 0.0], [0.4, 0.2], [2 / 9, 1 / 9]])


def test_all_that_machines_reach_is_served_in_the_base_year():
    np.testing.assert_allclose(instance().base_served, [[0.05, 0.1], [0.1, 0.15]])
    few = instance(assets=with_server(base_stock=np.array([2e4, 2e4])))
    np.testing.assert_allclose(few.base_served.sum(), 4e4 * 3.5e-6)
    np.testing.assert_allclose(few.base_served / few.base_served.sum(), instance().base_served / 0.4)


def test_arcs_are_those_within_the_delay_limit():
    """500 km are 0.0049 * 1.4 * 500 + 0.5 = 3.93 ms: too far for the near class."""
    net = instance().network
    near = [(h, u) for h, u, d in zip(net.host, net.user, net.demand_class, strict=True) if d == 0]
    assert near == [(0, 0), (1, 1)]
    assert (net.demand_class == 1).sum() == 4
    np.testing.assert_allclose(net.delay_ms[net.host != net.user], 3.93)
    np.testing.assert_allclose(net.gbps_km, np.where(net.host == net.user, 0.0, 10.0 * 500.0))
    wide = instance(geography=geography(200.0)).network
    assert (wide.demand_class == 0).sum() == 4


def test_a_post_is_an_asset_working_for_a_class():
    net = instance().network
    assert list(zip(net.post_region, net.post_asset, net.post_class, strict=True)) == [
        (0, SERVER, 0), (0, SERVER, 1), (1, SERVER, 0), (1, SERVER, 1),
    ]  # fmt: skip
    np.testing.assert_allclose(net.capacity, 1e4 * 10.0 * 0.7 * 0.5 / 1e6)


def test_a_scenario_without_demand_has_empty_arrays():
    found = build_instance(tiny())
    assert found.demand.shape == (2, 0, 2)
    assert found.base_served.shape == (2, 0)
    assert len(found.network.host) == len(found.network.capacity) == 0


def test_demand_served_by_two_assets_has_posts_on_both():
    mast, hall, server, link = trading().assets
    second = replace(server, id="edge", utilisation=given(0.25))
    demand = demand_class("far", "services", ("edge", "server"), [0.1, 0.1])
    found = build_instance(trading(assets=(mast, hall, server, link, second), demand=(demand,)))
    assert {c.asset: c.eflops_per_unit for c in found.capabilities} == pytest.approx(
        {"edge": 1.75e-6, "server": 3.5e-6}
    )
    np.testing.assert_allclose(found.base_served, [[0.1], [0.1]])


def test_known_capabilities_replace_those_of_the_config():
    known = tuple(replace(c, sustained=2 * c.sustained) for c in instance().capabilities)
    found = build_instance(trading(), known)
    np.testing.assert_allclose(found.network.capacity, 2 * instance().network.capacity)
