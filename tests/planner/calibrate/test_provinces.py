"""The provincial panel gives the published figures again, and statsmodels gives the same to eight digits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from planner.calibrate.estimate import fit
from planner.calibrate.findings import calibrate
from planner.calibrate.panel import Panel, open_table, read_panel
from planner.calibrate.sample import levels, names_of, sample
from planner.calibrate.spec import Inventory, Method, Spec, Variable

PANEL = Path(__file__).parents[3] / "configs" / "china" / "data" / "panel.csv"
COLUMNS = {
    "port": "broadband_ports_10k", "cable": "optical_cable_km", "traffic": "mobile_internet_traffic_10k_gb",
    "soft": "software_revenue_100m_cny", "it": "it_service_revenue_100m_cny", "ecom": "ecommerce_sales_100m_cny",
    "pc": "computers_per_100_staff",
}  # fmt: skip


def spec(lag: int, others: str = "", first: int | None = None, talent: bool = True) -> Spec:
    rd = Variable("rd", "R&D", "rd_expenditure_100m_cny", lag=lag, stock=Inventory(0.15, 0.12))
    people = (Variable("talent", "Talent", "rd_personnel_fte", lag=lag),) if talent else ()
    digital = tuple(Variable(name, name, COLUMNS[name], lag=1) for name in others.split() if name != "market")
    market = Variable("market", "market", "tech_market_output_100m_cny", over="gdp_100m_cny", is_factor=False)
    controls = (market,) if "market" in others else ()
    variables = (rd, *people, *digital, *controls)
    return Spec("id", "year", "invention_patents_granted", variables, (first, None), ("CN-XZ",))


@pytest.fixture(scope="module")
def panel() -> Panel:
    asked = spec(2, " ".join([*COLUMNS, "market"]))
    return read_panel(open_table(PANEL), "id", "year", names_of(asked))


# method, lag, variables beside R&D stock and personnel, first year, whether personnel is in, rows, printed figures
PUBLISHED: list[tuple[Method, int, str, int | None, bool, int, dict[str, tuple[float, float]]]] = [
    ("pooled", 2, "", None, False, 360, {"rd": (1.016, 0.050)}),
    ("pooled", 2, "", None, True, 360, {"rd": (0.462, 0.246), "talent": (0.610, 0.246)}),
    ("two_way", 2, "", None, False, 360, {"rd": (0.471, 0.172)}),
    ("two_way", 2, "", None, True, 360, {"rd": (0.157, 0.284), "talent": (0.253, 0.215)}),
    ("long_difference", 2, "", None, False, 30, {"rd": (0.618, 0.164)}),
    ("pooled", 1, "soft", 2017, True, 210, {"rd": (0.387, 0.210), "talent": (0.483, 0.222), "soft": (0.129, 0.040)}),
    ("pooled", 1, "it", 2017, True, 210, {"rd": (0.402, 0.210), "talent": (0.495, 0.222), "it": (0.116, 0.042)}),
    ("pooled", 1, "port", 2017, True, 210, {"port": (-0.14, 0.16)}),
    ("pooled", 1, "cable", 2017, True, 210, {"cable": (-0.16, 0.12)}),
    ("pooled", 1, "traffic", 2017, True, 210, {"traffic": (-0.13, 0.14)}),
    ("pooled", 1, "pc", 2017, True, 210, {"rd": (0.081, 0.177), "talent": (1.011, 0.191), "pc": (0.663, 0.122)}),
    ("two_way", 1, "port soft", 2017, True, 210,
     {"rd": (0.073, 0.273), "talent": (0.297, 0.177), "port": (0.216, 0.237), "soft": (-0.065, 0.051)}),
    ("two_way", 1, "traffic", 2017, True, 210, {"traffic": (-0.02, 0.11)}),
    ("two_way", 1, "ecom", 2017, True, 210, {"ecom": (-0.09, 0.06)}),
    ("two_way", 1, "pc", 2017, True, 210, {"pc": (0.05, 0.41)}),
    ("pooled", 1, "port soft market", 2017, True, 210,
     {"rd": (0.243, 0.155), "talent": (0.599, 0.158), "soft": (0.115, 0.031), "market": (0.090, 0.038)}),
]  # fmt: skip


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: f"{case[0]}-{case[2] or 'rd'}-{case[4]}")
def test_a_published_figure(panel: Panel, case: tuple) -> None:
    method, lag, others, first, talent, rows, figures = case
    asked = spec(lag, others, first, talent)
    names = [v.id for v in asked.variables]
    found = fit(sample(panel, asked), method, tuple(names))
    assert found.rows == rows
    for name, (beta, error) in figures.items():
        digits = 3 if abs(round(beta, 2) - beta) > 1e-9 or abs(round(error, 2) - error) > 1e-9 else 2
        at = names.index(name)
        assert round(found.beta[at], digits) == pytest.approx(beta, abs=1e-9)
        assert round(found.error[at], digits) == pytest.approx(error, abs=1e-9)


@pytest.mark.parametrize("method", ["pooled", "two_way"])
@pytest.mark.parametrize(("lag", "others", "first"), [(2, "", None), (1, "port soft", 2017), (1, "soft market", 2017)])
def test_statsmodels_agrees_to_eight_digits(
    panel: Panel, method: Method, lag: int, others: str, first: int | None
) -> None:
    sm = pytest.importorskip(
        "statsmodels.api", reason="statsmodels, which only checks our own regression, is not there"
    )
    asked = spec(lag, others, first)
    rows = sample(panel, asked)
    dummies = [rows.year[:, None] == np.unique(rows.year)]
    dummies += [rows.region[:, None] == np.unique(rows.region)[1:]] if method == "two_way" else []
    design = np.column_stack([rows.x, *dummies]).astype(float)
    theirs = sm.OLS(rows.y, design).fit(cov_type="cluster", cov_kwds={"groups": rows.region})
    ours = fit(rows, method, tuple(v.id for v in asked.variables))
    k = len(asked.variables)
    np.testing.assert_allclose(ours.beta, theirs.params[:k], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.error, theirs.bse[:k], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params()[:k, :k], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("method", ["long_difference", "between"])
def test_statsmodels_agrees_on_one_row_per_region(panel: Panel, method: Method) -> None:
    sm = pytest.importorskip(
        "statsmodels.api", reason="statsmodels, which only checks our own regression, is not there"
    )
    asked = spec(2)
    rows = sample(panel, asked)
    logs = np.column_stack([rows.y, rows.x]).reshape(30, 12, 3)
    held = logs[:, -1] - logs[:, 0] if method == "long_difference" else logs.mean(axis=1)
    theirs = sm.OLS(held[:, 0], sm.add_constant(held[:, 1:])).fit(
        cov_type="cluster", cov_kwds={"groups": np.arange(30)}
    )
    ours = fit(rows, method, ("rd", "talent"))
    np.testing.assert_allclose(ours.beta, theirs.params[1:], rtol=1e-8)
    np.testing.assert_allclose(ours.error, theirs.bse[1:], rtol=1e-8)


def test_the_stock_of_the_panel_is_the_one_of_the_plan(panel: Panel) -> None:
    """What calibrates and what the national plan reads is one series."""
    import csv

    with (PANEL.parent / "estimates.csv").open(encoding="utf-8", newline="") as file:
        plan = {row["id"]: float(row["rd_stock_100m_cny"]) for row in csv.DictReader(file)}
    stock = levels(panel, spec(0).variables[0])[:, panel.years.index(2023)]
    assert dict(zip(panel.regions, stock.tolist(), strict=True)) == pytest.approx(plan, rel=1e-8)


def test_the_sum_is_firmer_than_its_parts(panel: Panel) -> None:
    found = calibrate(panel, dataclasses.replace(spec(2), write="pooled"))
    pooled = found.written
    assert pooled.total.beta == pytest.approx(sum(c.beta for c in pooled.coefficients))
    assert pooled.total.error < min(c.error for c in pooled.coefficients) / 4
    assert any("rd and talent move somewhat together" in warning for warning in found.warnings)
    assert any("30 regions are few" in warning for warning in found.warnings)
