"""Reports written once for all tests here: they are looked at from many sides."""

from __future__ import annotations

import pytest

from planner.plan import Plan
from tests.planner.report.made_up import bench_result, national_plan, three_plans

pytest.importorskip("altair", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")


@pytest.fixture(scope="package")
def plan() -> Plan:
    return national_plan()


@pytest.fixture(scope="package")
def one_plan_html(plan: Plan) -> str:
    from planner.report import html

    return html([plan])


@pytest.fixture(scope="package")
def three_plan_html() -> str:
    from planner.report import html

    return html(three_plans(), bench_result())
