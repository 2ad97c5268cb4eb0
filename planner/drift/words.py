"""A drift in a few lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from planner.drift import Drift

SHOWN = 5


def lines(drift: Drift) -> Iterator[str]:
    """What drifted, what planning anew changes, and what it costs."""
    told = drift.summary
    for section in (_money, _orders, _shifts, _innovation, _broken, _prices, _cost):
        found = list(section(drift, told))
        yield from ([*found, ""] if found else [])


def _money(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    facts = [row for row in told["money_million"] if row["phase"] == "fact"]
    years = told["facts"]["years"]
    head = (f"facts of {'-'.join(str(year) for year in sorted({years[0], years[-1]}))}", "planned", "real", "change")
    yield from _columns(
        [head, *(_compared(f"{what}, million {told['currency']}", facts, what) for what in ("capex", "upkeep"))]
    )


def _compared(word: str, rows: Sequence[Mapping[str, Any]], what: str) -> tuple[str, ...]:
    was, now = (sum(row[f"{start}{what}_million"] for row in rows) for start in ("planned_", ""))
    return word, f"{was:,.0f}", f"{now:,.0f}", _percent(was, now)


def _orders(drift: Drift, _: Mapping[str, Any]) -> Iterator[str]:
    """Orders of frozen years by asset."""
    by_asset: dict[str, list[Any]] = {}
    for row in drift.tables["drift_orders"].records():
        if row["phase"] == "fact":
            amounts = by_asset.setdefault(row["asset"], [row["unit"], 0.0, 0.0])
            amounts[1:] = amounts[1] + row["planned_units"], amounts[2] + row["units"]
    if by_asset:
        head = ("ordered", "unit", "planned", "real", "change")
        rows = [(a, u, _number(was), _number(now), _percent(was, now)) for a, (u, was, now) in by_asset.items()]
        yield from _columns([head, *rows])


def _shifts(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    names = ("later", "earlier", "gained", "added", "dropped")
    rows = [
        (row["asset"], row["unit"], _number(row["planned_units"]), *(_amount(row[f"{name}_units"]) for name in names))
        for row in told["shifts"]
    ]
    if rows:
        yield "planned anew"
        yield from _columns([("ordered", "unit", "planned", "later", "earlier", "elsewhere", "more", "less"), *rows])


def _innovation(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (
            str(row["year"]),
            row["phase"],
            f"{row['planned_innovation']:,.0f}",
            f"{row['innovation']:,.0f}",
            f"{row['change_percent']:+.2f} %",
            f"{gini['planned_value']:.4f}",
            f"{gini['value']:.4f}",
        )
        for row, gini in zip(told["innovation"], told["gini"], strict=True)
    ]
    yield from _columns([("innovation", "", "planned", "now", "change", "gini planned", "gini now"), *rows])


def _broken(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    for row in told["exceeded_million"][:SHOWN]:
        when = row["year"] or "in all"
        yield f"exceeded: budget {row['budget']}, {when}, by {row['exceeded_million']:,.0f} million"
    for row in told["missed"][:SHOWN]:
        where = ", ".join(str(row[key]) for key in ("region", "asset", "year") if row[key])
        yield f"missed: {row['kind']} {row['rule']}, {where}, by {_number(row['shortfall'])} {row['unit']}"
    if told["missed_count"] > SHOWN:
        yield f"and {told['missed_count'] - SHOWN} more rules missed: see plan/rules.csv"


def _prices(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    budgets = [row for row in told["prices_moved"] if row["kind"] == "budget"][:SHOWN]
    rules = [row for row in told["prices_moved"] if row["kind"] != "budget"][:SHOWN]
    if budgets or rules:
        yield "prices that moved most, by what the whole limit is worth; objective per unit"
        rows = [_price(row) for row in (*budgets, *rules)]
        yield from _columns([("limit", "year", "unit", "planned", "now"), *rows])


def _price(row: Mapping[str, Any]) -> tuple[str, ...]:
    name = " ".join(str(row[key]) for key in ("kind", "id", "region", "asset") if row[key])
    return name, str(row["year"] or "all"), row["unit"], f"{row['planned_price']:.3g}", f"{row['price']:.3g}"


def _cost(_: Drift, told: Mapping[str, Any]) -> Iterator[str]:
    found = told["objective"]
    yield f"facts and new plan against the old plan: {_between(found['change'], found['unit'])}"
    if found["as_planned"]["lower"] is None:
        yield "carrying on as planned: not possible, it breaks a limit"
    else:
        yield f"new plan against carrying on as planned: {_between(found['gain'], found['unit'])}"


def _between(ends: Mapping[str, float | None], unit: str) -> str:
    low, high = ends["lower"], ends["upper"]
    if low is None or high is None:
        return "not known, as one has no upper bound"
    sign = "no more than the gaps" if low <= 0 <= high else "a loss" if high < 0 else "a gain"
    return f"{low:+.6f} to {high:+.6f} {unit} ({sign})"


def _percent(was: float, now: float) -> str:
    return f"{100 * (now / was - 1):+.1f} %" if was else "-"


def _amount(value: float) -> str:
    return _number(value) if value > 1e-9 else "-"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def _columns(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows as aligned text: the first column to the left, the others to the right."""
    found = list(rows)
    widths = [max(map(len, column)) for column in zip(*found, strict=True)]
    for first, *rest in found:
        cells = [text.rjust(width) for text, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()
