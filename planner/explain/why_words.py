"""The answer to why a plan builds something, or does not, as text and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from planner.explain.conflict import Contradiction
from planner.explain.flip import LOWEST, Flip
from planner.explain.repair import number
from planner.explain.why import Answer, Year

SHOWN, EQUAL = 10, 1e-3


def words(found: Answer) -> str:
    """Sentences first, then two tables."""
    sentences = [_built(found), _worth(found), *_limits(found), _flips(found)]
    whole = ["Modules are taken apart here: prices and the flip are those of the relaxation."] if found.whole else []
    return "\n".join([*sentences, *whole, "", *_table(found), "", *_sources(found)])


def _built(found: Answer) -> str:
    units, capex = sum(y.units for y in found.years), sum(y.capex_million for y in found.years)
    span = f"{found.years[0].year}-{found.years[-1].year}" if len(found.years) > 1 else f"{found.years[0].year}"
    if not _is_built(found):
        return f"{found.asset} in {found.region}: the plan orders none in {span}."
    spent = f"{number(capex)} million {found.currency}"
    return f"{found.asset} in {found.region}: the plan orders {number(units)} {found.asset_unit} in {span} for {spent}."


def _is_built(found: Answer) -> bool:
    return any(y.capex_million > 1e-6 for y in found.years)


def _told(found: Answer) -> Year:
    return next(y for y in found.years if y.year == found.told)


def _worth(found: Answer) -> str:
    """What a million is worth here against what it is worth elsewhere."""
    year, unit, currency = _told(found), found.unit.name, found.currency
    if not year.open:
        return f"An order of {found.told} would not come into service before the end of the plan."
    here = f"A million {currency} more here in {found.told} is worth {few(year.worth)} {unit}"
    if year.money <= 0:
        return f"{here}; money is not scarce for it."
    rival = found.rival
    if rival is None:
        return f"{here}; the budgets that pay it ask for {few(year.money)}."
    best = f"{rival.asset} in {rival.region}"
    if abs(year.worth - rival.worth) <= EQUAL * rival.worth:
        return f"{here}, as much as in the best other use of the same money: {best}."
    less = 1.0 - year.worth / rival.worth
    return f"{here}, {abs(less):.1%} {'less' if less > 0 else 'more'} than the same money brings in {best}."


def _limits(found: Answer) -> list[str]:
    year = _told(found)
    lines = []
    if year.before > year.worth * 1.001 and found.held:
        lines.append(f"Without the limits that bind it would be worth {few(year.before)}:")
    for held in found.held:
        more = f"; one {held.unit} more is worth {few(held.per_unit)}" if held.unit else ""
        lines.append(f"  - {held.words} takes {few(held.takes)} in {held.year}{more}")
    return lines


def _flips(found: Answer) -> str:
    if found.no_end:
        return (
            "No rise of its price makes it disappear: a little of it is worth any price, or money would be left over."
        )
    if found.forced is not None:
        return "No rise of its price makes it disappear: without it there is no plan.\n" + _conflict(found.forced)
    if found.barred is not None:
        kept_out = "No fall of its price makes it appear: a limit keeps it out, even a thousandth of a module."
        return f"{kept_out}\n{_conflict(found.barred)}"
    if found.flip is None and any(y.open for y in found.years):
        return "No price makes it appear: money is not scarce for it, and yet it brings nothing."
    if found.flip is None:
        return "No price makes it appear: an order would never come into service, or may not be placed."
    return _price(found, found.flip)


def _price(found: Answer, flip: Flip) -> str:
    if flip.change <= LOWEST:
        return "Not even for nothing would it be built: what it brings does not pay its upkeep and what it takes up."
    built = f"{number(flip.built_below * found.module_units)} {found.asset_unit}"
    verb = "disappears where its price rises" if _is_built(found) else "appears where its price falls"
    said = f"It {verb} by {abs(flip.change):.1%}"
    if flip.is_checked:
        return f"{said}. Solved again: {built} at {flip.below:+.1%}, nothing at {flip.above:+.1%}."
    return f"{said}, by the prices of the plan; solving again within the gap of the plan did not show it so sharply."


def _conflict(found: Contradiction) -> str:
    lines = []
    for conflict in found.conflicts:
        for alternative in conflict.alone:
            change = alternative.repair.change if alternative.repair else "not enough alone"
            lines.append(f"  - {alternative.limit.words}: {change}")
    return "\n".join(lines or ["  - balances and lead times alone"])


def _table(found: Answer) -> list[str]:
    head = ("year", f"ordered, {found.asset_unit}", f"million {found.currency}", "worth", "without limits", "asked")
    rows = [head]
    for y in found.years:
        worth = (few(y.worth), few(y.before), few(y.money)) if y.open else ("too late", "", "")
        rows.append((str(y.year), number(y.units), number(y.capex_million), *worth))
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    title = f"Per million {found.currency}, in {found.unit.name} (discounted mean over plan and tail):"
    return [title, *(f"  {line}" for line in lines)]


def _sources(found: Answer) -> list[str]:
    """Where the worth of the told year comes from."""
    if not found.shares:
        return [f"One more in {found.told} brings nothing that counts."]
    lines = [f"  {few(s.worth):>10}  {s.words}" for s in found.shares[:SHOWN]]
    rest = found.shares[SHOWN:]
    if rest:
        lines.append(f"  {few(sum(s.worth for s in rest)):>10}  {len(rest)} more")
    total = few(sum(s.worth for s in found.shares))
    return [f"Where the worth of a million in {found.told} comes from:", *lines, f"  {total:>10}  together"]


def few(value: float) -> str:
    """Three digits that count, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def as_json(found: Answer) -> dict[str, Any]:
    """The answer as plain values."""
    return {
        "region": found.region,
        "asset": found.asset,
        "unit": found.unit.name,
        "currency": found.currency,
        "built": _is_built(found),
        "years": [asdict(y) for y in found.years],
        "told": found.told,
        "shares": [{"words": s.words, "worth_per_million": s.worth} for s in found.shares],
        "limits": [asdict(h) for h in found.held],
        "best_other_use": None if found.rival is None else asdict(found.rival),
        "flip": None if found.flip is None else asdict(found.flip),
        "no_price_ends_it": found.no_end or found.forced is not None,
        "held_by": [
            limit.id
            for one in (found.forced, found.barred)
            if one is not None
            for conflict in one.conflicts
            for limit in conflict.limits
        ],
        "relaxed_modules": found.whole,
    }
