"""Small scenarios built by hand, without config files: two regions and few assets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planner.scenario import (
    Asset,
    Budget,
    DemandClass,
    Driver,
    ElasticitySet,
    Factor,
    Geography,
    Group,
    Machine,
    Mix,
    Parameter,
    Region,
    Scenario,
    Scope,
    Supply,
    Tail,
    Threshold,
)


def given(value: float) -> Parameter:
    return Parameter(value, place="by hand")


def region(name: str, people: float, innovation: float, **changes: Any) -> Region:
    plain = Region(name, name.title(), name, people, innovation, None, 1.0, 0.5, 1.4, 1.25)
    return replace(plain, **changes)


def asset(name: str, supplies: dict[str, float], capex: float, base: list[float], **changes: Any) -> Asset:
    plain = Asset(
        id=name,
        asset_class="network",
        name=name.title(),
        name_zh=name,
        unit=name,
        module_units=1.0,
        integer=False,
        capex=given(capex),
        price_decline=given(0.0),
        opex_share=given(0.0),
        power_kw=given(0.0),
        load_factor=given(1.0),
        has_pue=False,
        life_years=given(1),
        lead_years=given(0),
        staff_fte=given(0.0),
        supplies=supplies,
        housed_in=None,
        housing_per_unit=0.0,
        carries_traffic=False,
        machine=None,
        utilisation=given(1.0),
        base_stock=np.array(base),
        base_stock_kind="assumption",
        base_stock_source="by hand",
    )
    return replace(plain, **changes)


def threshold(at_least: float, bonus: float, factor: str = "network") -> Threshold:
    return Threshold(f"{factor}_mass", "Critical mass", factor, given(at_least), given(bonus), "by hand", "")


def geography(distance_km: float) -> Geography:
    distance = np.array([[0.0, distance_km], [distance_km, 0.0]])
    return Geography(distance, given(1.4), given(0.0049), given(0.5), given(500), given(1000))


def budget(limit: float, years: int = 2, **changes: Any) -> Budget:
    plain = Budget("programme", "Programme", ("capex",), Scope(), "year", (limit,) * years, None, None, "by hand", "")
    return replace(plain, **changes)


def tiny(**changes: Any) -> Scenario:
    """The case of configs/tiny: money shares are people times beta, whatever the prices."""
    plain = Scenario(
        id="tiny",
        title="Tiny",
        title_zh="",
        currency="CNY",
        price_year=2025,
        base_year=2025,
        years=(2026, 2027),
        discount_rate=given(0.05),
        tail=Tail("none", 0, 0),
        objective="proportional",
        gap=1e-6,
        time_limit_s=60.0,
        elasticity_set="only",
        elasticity_sets=(ElasticitySet("only", "By hand", {"network": 0.3, "services": 0.1}, 0.0, "by hand", ""),),
        floor_share=given(0.0),
        factors=(
            Factor("network", "Network", "mast", None, None, None),
            Factor("services", "Services", "server", None, None, None),
        ),
        regions=(region("north", 300.0, 30.0), region("south", 100.0, 10.0)),
        groups=(Group("both", "Both", ("north", "south")),),
        geography=geography(500.0),
        assets=(
            asset("mast", {"network": 1.0}, 2.0, [1.0, 1.0]),
            asset("server", {"services": 1.0}, 5.0, [1.0, 1.0], asset_class="information_service"),
        ),
        demand=(),
        mixes={},
        machines={},
        electricity=None,
        staff=None,
        budgets=(budget(100.0),),
        rules=(),
        growth_limits=(),
        sources=(),
        innovation_unit="patents",
        files={},
        overrides=(),
        notices=(),
    )
    return replace(plain, **changes)


def demand_class(name: str, feeds: str, served_by: tuple[str, ...], values: list[float], **changes: Any) -> DemandClass:
    plain = DemandClass(
        id=name,
        name=name.title(),
        name_zh=name,
        link="production",
        feeds=feeds,
        delay_limit_ms=None,
        served_by=served_by,
        mix="dense",
        base_eflops=given(sum(values)),
        growth=given(0.2),
        drivers=(Driver("driver", 1.0, np.array(values)),),
        traffic_gbps_per_eflops=given(10.0),
        unmet_price=0.01,
    )
    return replace(plain, **changes)


def trading(**changes: Any) -> Scenario:
    """Two regions that trade compute: the south asks more than it hosts; halls, power, staff, bandwidth and a tail."""
    halls = asset("hall", {}, 30.0, [60.0, 40.0], unit="MW", life_years=given(15), lead_years=given(1))
    link = asset("link", {}, 2e-6, [4e5, 4e5], carries_traffic=True, life_years=given(9), module_units=1e4)
    server = asset(
        "server",
        {},
        0.065,
        [9e4, 4e4],
        asset_class="information_service",
        module_units=1e4,
        price_decline=given(0.15),
        opex_share=given(0.08),
        power_kw=given(0.55),
        load_factor=given(0.6),
        has_pue=True,
        life_years=given(5),
        staff_fte=given(0.005),
        housed_in="hall",
        housing_per_unit=0.00055,
        machine="server",
        utilisation=given(0.5),
    )
    mast = asset(
        "mast", {"network": 1.0}, 0.2, [1e4, 6e3], life_years=given(10), opex_share=given(0.1), module_units=1e3
    )
    plain = tiny(
        tail=Tail("continue", 6, 3),
        gap=1e-5,
        floor_share=given(0.05),
        elasticity_sets=(
            ElasticitySet("only", "By hand", {"network": 0.1, "services": 0.15, "talent": 0.3}, 0.05, "by hand", ""),
        ),
        factors=(
            Factor("network", "Network", "mast", None, None, None),
            Factor("services", "Services", "EFLOPS", None, None, given(2e-7)),
            Factor("talent", "Talent", "FTE", np.array([2e6, 1e6]), given(0.03), None),
        ),
        assets=(mast, halls, server, link),
        demand=(
            demand_class("near", "services", ("server",), [0.05, 0.1], delay_limit_ms=2.0),
            demand_class("far", "services", ("server",), [0.1, 0.15]),
        ),
        mixes={"dense": Mix("dense", "Dense", "fp32", {"gemm_fp32": 1.0}, "by hand")},
        machines={
            "server": Machine(
                "server", "Server", {"fp32": given(10.0)}, {"gemm_fp32": given(0.7)}, 1.0, "by hand", None, ""
            )
        },
        electricity=Supply(np.array([9e3, 9e3]), given(0.03), given(0.05)),
        staff=Supply(np.array([2e3, 2e3]), given(0.03), given(1.0)),
        budgets=(budget(4000.0, carry_over_interest=0.02), budget(3000.0, id="operation", kinds=("opex", "energy"))),
    )
    return replace(plain, **changes)
