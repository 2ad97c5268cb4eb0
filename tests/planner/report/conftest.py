"""Plans and reports made once for all tests here: they are looked at from many sides."""

from __future__ import annotations

import pytest

from planner.plan import Plan
from tests.planner.report.made_up import bench_result, national_plan, three_plans

pytest.importorskip("altair", reason="the report extra is not installed")
pytest.importorskip("vl_convert", reason="the report extra is not installed")

from planner.report import Report, compose
from planner.report.context import Context, context
from planner.report.language import Language, language


@pytest.fixture(scope="package")
def plan() -> Plan:
    return national_plan()


@pytest.fixture(scope="package", params=["en", "zh"])
def words(request: pytest.FixtureRequest) -> Language:
    """Each language in turn."""
    return language(request.param)


@pytest.fixture(scope="package")
def ctx(plan: Plan, words: Language) -> Context:
    """The made-up plan alone, in each language in turn."""
    return context([plan], words)


@pytest.fixture(scope="package")
def one_report(plan: Plan) -> Report:
    """The made-up plan alone, in English."""
    return compose([plan])


@pytest.fixture(scope="package")
def three_report() -> Report:
    """The made-up plan under three elasticity sets, with a benchmark result, in English."""
    return compose(three_plans(), bench=bench_result())


@pytest.fixture(scope="package")
def chinese_report() -> Report:
    """The same in Chinese."""
    return compose(three_plans(), "zh", bench=bench_result())
