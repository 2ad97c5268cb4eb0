"""What all sections share: language, names, colours, years, groups and sums, from the plan's tables and summary."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.plan import Plan
from planner.report.language import Language
from planner.report.measures import MONEY, MONEY_FINE, Measure
from planner.report.outline import Outline
from planner.report.studies import Studies

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]

CLASSES = ("network", "information_service", "compute", "key_information")
CLASS_COLOURS = {
    "network": "#4b99bf",
    "information_service": "#c08a14",
    "compute": "#0b3c73",
    "key_information": "#b4566b",
}
TOTAL_COLOUR = "#1d5c63"
OTHER_COLOURS = ("#5d6b3a", "#7a5aa6", "#3f7f72", "#7f7f7f")


@dataclass(frozen=True)
class Context:
    """One report.

    words        its language
    plans        the main plan first, then those it is compared with
    regions, assets, demand  id -> what plan.json says of it, in the order of the plan
    classes      asset classes in order; colours  asset class -> colour
    macro        region id -> id of its macro-region; macro_names  id -> name, in order
    bench        a benchmark result, or None
    studies      frontier, ladder, alternatives and sweep of the main plan, each where it was given
    outline      shapes of the regions for maps; None where regions are drawn as tiles
    """

    words: Language
    plans: tuple[Plan, ...]
    summary: Mapping[str, Any]
    regions: Mapping[str, Row]
    assets: Mapping[str, Row]
    demand: Mapping[str, Row]
    classes: tuple[str, ...]
    colours: Mapping[str, str]
    macro: Mapping[str, str]
    macro_names: Mapping[str, str]
    bench: Mapping[str, Any] | None
    studies: Studies
    outline: Outline | None

    @property
    def plan(self) -> Plan:
        return self.plans[0]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(self.summary["years"])

    @property
    def horizon(self) -> str:
        return f"{self.years[0]}–{self.years[-1]}" if len(self.years) > 1 else f"{self.years[0]}"

    @property
    def currency(self) -> str:
        return str(self.summary.get("currency", ""))

    @property
    def money_unit(self) -> str:
        """Unit of money in tables and axes."""
        return self.words.money_unit(self.currency)

    @property
    def money_measure(self) -> Measure:
        """How money of orders is shown in tables: one decimal, or three figures where all of it is little."""
        whole = sum(self.plan.tables["orders"].column("capex_million"))
        return MONEY if self.words.money_value(whole) >= 100 else MONEY_FINE

    @property
    def innovation_unit(self) -> str:
        given = self.summary.get(f"innovation_unit_{self.words.id}") or self.summary.get("innovation_unit")
        return str(given or self.words.say("innovation-unit"))

    def money(self, million: float | None) -> str:
        """Money in words."""
        return self.words.money(million, self.currency)


def context(
    plans: Sequence[Plan],
    words: Language,
    *,
    bench: Mapping[str, Any] | None = None,
    studies: Studies = Studies(),  # noqa: B008
    outline: Outline | None = None,
) -> Context:
    """Gather what the sections share. ValueError when there is no plan."""
    if not plans:
        raise ValueError("a report needs at least one plan")
    summary = plans[0].summary
    assets = _by_id(summary.get("assets", ()))
    classes = _in_order(str(asset["class"]) for asset in assets.values())
    macro, macro_names = _macro_regions(summary, words)
    return Context(
        words=words,
        plans=tuple(plans),
        summary=summary,
        regions=_by_id(summary.get("regions", ())),
        assets=assets,
        demand=_by_id(summary.get("classes", ())),
        classes=classes,
        colours=_colours(classes),
        macro=macro,
        macro_names=macro_names,
        bench=bench,
        studies=studies,
        outline=outline,
    )


def _by_id(items: Iterable[Row]) -> dict[str, Row]:
    return {str(item["id"]): item for item in items}


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    found = dict.fromkeys(names)
    return tuple([c for c in CLASSES if c in found] + [c for c in found if c not in CLASSES])


def _colours(classes: Sequence[str]) -> dict[str, str]:
    spare = iter(OTHER_COLOURS * (len(classes) // len(OTHER_COLOURS) + 1))
    return {c: CLASS_COLOURS.get(c) or next(spare) for c in classes}


def _macro_regions(summary: Mapping[str, Any], words: Language) -> tuple[dict[str, str], dict[str, str]]:
    """A partition of the regions into groups of the plan; each region alone where the groups give none."""
    ids = [str(region["id"]) for region in summary.get("regions", ())]
    groups = [(str(g["id"]), words.name(g), frozenset(map(str, g["members"]))) for g in summary.get("groups", ())]
    chosen = partition([(gid, members) for gid, _, members in groups], frozenset(ids))
    if not chosen:
        return {i: i for i in ids}, {str(r["id"]): words.name(r) for r in summary.get("regions", ())}
    members = {gid: group for gid, _, group in groups}
    return {i: gid for gid in chosen for i in members[gid]}, {gid: name for gid, name, _ in groups if gid in chosen}


def partition(groups: Sequence[tuple[str, frozenset[str]]], whole: frozenset[str]) -> tuple[str, ...]:
    """Groups that cover `whole` exactly once, 2 to 8 of them: a cover with an "east" before others, then the finest."""
    covers: list[tuple[str, ...]] = []

    def extend(chosen: tuple[str, ...], rest: frozenset[str], start: int) -> None:
        if not rest:
            covers.append(chosen)
        elif len(chosen) < 8:
            for at in range(start, len(groups)):
                gid, members = groups[at]
                if members and members < whole and members <= rest:
                    extend((*chosen, gid), rest - members, at + 1)

    extend((), whole, 0)
    return max(covers, key=lambda cover: ("east" in cover, len(cover)), default=())


def rows(plan: Plan, table: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a table whose columns equal the values given."""
    return [r for r in plan.tables[table].records() if all(r[key] == value for key, value in wanted.items())]


def sums(records: Iterable[Row], by: Sequence[str], value: str) -> dict[Any, float]:
    """Sum of `value` by one column (plain key) or several (tuple keys)."""
    totals: defaultdict[Any, float] = defaultdict(float)
    for record in records:
        key = record[by[0]] if len(by) == 1 else tuple(record[name] for name in by)
        totals[key] += record[value]
    return dict(totals)


def region_name(ctx: Context, region: str) -> str:
    return ctx.words.name(ctx.regions.get(region, {"id": region}))


def other_name(ctx: Context, rid: str) -> str:
    """The Chinese name of a region in an English report, and the other way round."""
    region = ctx.regions[rid]
    other = str(region.get("name_zh" if ctx.words.id == "en" else "name") or "")
    return "" if other == region_name(ctx, rid) else other


def short_name(ctx: Context, region: str) -> str:
    """At most three characters for a tile: of the Chinese names in Chinese where all are short, else the id's end."""
    names = {rid: str(known.get("name_zh") or rid) for rid, known in ctx.regions.items()}
    if ctx.words.id == "zh" and all(len(name) <= 3 for name in names.values()):
        return names[region]
    return region.rsplit("-", 1)[-1][:3].upper()


def class_name(ctx: Context, asset_class: str) -> str:
    key = f"class-{asset_class}"
    return ctx.words.say(key) if ctx.words.knows(key) else asset_class.replace("_", " ").capitalize()


def class_word(ctx: Context, asset_class: str) -> str:
    """Name of an asset class within a sentence."""
    name = class_name(ctx, asset_class)
    return name[:1].lower() + name[1:] if ctx.words.id == "en" else name


def asset_name(ctx: Context, asset: str) -> str:
    return ctx.words.name(ctx.assets.get(asset, {"id": asset}))


def factor_name(ctx: Context, factor: str) -> str:
    """Name of a factor; one that the plan does not tell goes by its asset or its id."""
    known = {str(item["id"]): item for item in ctx.summary.get("factors", ())}
    return ctx.words.name(known[factor]) if factor in known else asset_name(ctx, factor)


def asset_class(ctx: Context, asset: str) -> str:
    return str(ctx.assets[asset]["class"])


def demand_name(ctx: Context, demand: str) -> str:
    return ctx.words.name(ctx.demand.get(demand, {"id": demand}))


def capex_by(ctx: Context, plan: Plan, *keys: str) -> dict[Any, float]:
    """Money for orders in million, by "class", "macro" or any column of `orders`."""
    known = (
        {**order, "class": asset_class(ctx, order["asset"]), "macro": ctx.macro[order["region"]]}
        for order in plan.tables["orders"].records()
    )
    return sums(known, keys, "capex_million")


def national(plan: Plan, column: str = "innovation") -> dict[int, float]:
    """Innovation of all regions together by year."""
    return sums(plan.tables["innovation"].records(), ("year",), column)


def estimates(ctx: Context, *prefixes: str) -> tuple[str, ...]:
    """Paths of estimated inputs below one of the prefixes ("assets.rack" or "electricity")."""
    found = (str(path) for path in ctx.summary.get("estimated", ()))
    return tuple(p for p in found if any(p == prefix or p.startswith(f"{prefix}.") for prefix in prefixes))


def asset_estimates(ctx: Context, assets: Iterable[str]) -> tuple[str, ...]:
    """Paths of estimated inputs of the assets, their base stocks included."""
    found: list[str] = []
    for asset in assets:
        stock = ctx.assets.get(asset, {}).get("base_stock_kind") == "estimated"
        found += [*estimates(ctx, f"assets.{asset}"), *([f"assets.{asset}.base_stock"] if stock else [])]
    return tuple(dict.fromkeys(found))


def estimated_assets(ctx: Context) -> tuple[str, ...]:
    """The estimated inputs of assets, in words."""
    return tuple(in_words(ctx, path) for path in asset_estimates(ctx, ctx.assets))


def in_words(ctx: Context, path: str) -> str:
    """A key path as a reader says it: assets.rack.base_stock is "base stock of Data-center halls"; else the path."""
    parts = path.split(".")
    names = {"assets": ctx.assets, "demand": ctx.demand}.get(parts[0], {})
    if len(parts) < 3 or parts[1] not in names:
        return path
    what = parts[-1].replace("_", "-")
    key = f"input-{what}"
    shown = ctx.words.say(key) if ctx.words.knows(key) else " ".join(parts[2:]).replace("_", " ")
    return ctx.words.say("input-of", what=shown, owner=ctx.words.name(names[parts[1]]))


def asset_mark(ctx: Context, asset: str) -> str:
    """The mark "estimated" where the base stock or another input of the asset is one."""
    return "estimated" if asset_estimates(ctx, (asset,)) else ""


def supply_kind(ctx: Context, supply: str) -> str:
    """Kind of the data column behind "electricity" or "staff", by resolved config and sources; "" if unknown."""
    given = settings(ctx.plan.config).get(supply) or {}
    kinds = [source["kind"] for source in ctx.summary.get("sources", ()) if source["column"] == given.get("column")]
    return str(kinds[0]) if kinds else ""


@functools.lru_cache(maxsize=4)
def settings(config: str) -> dict[str, Any]:
    """A resolved config as values, read once: YAML of a national plan takes a third of a second."""
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(config) or {}


def mark_of(ctx: Context, *prefixes: str) -> str:
    """The mark "estimated" where an input below a prefix is one."""
    return "estimated" if estimates(ctx, *prefixes) else ""
