"""The language of a report: its words from one catalog, its numbers, money, lists and dates.

The catalog is a folder of Fluent files per language, one file per section. A message that is missing, or that lacks a
value, is an error: no report goes out with a hole in it.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from planner.report import digits
from planner.report.digits import MISSING, SPACE
from planner.report.measures import Measure

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

# A change from here on reads better as a factor than in percent.
TENFOLD = 10.0
LANGUAGES = {"en": "en-GB", "zh": "zh-Hans-CN"}


@dataclass(frozen=True)
class Language:
    """A language: id ("en" or "zh"), its tag for documents, its catalog, and how much million one unit of money is."""

    id: str
    tag: str
    catalog: FluentBundle
    million_per_unit: float

    def say(self, message: str, **values: Any) -> str:
        """The text of a message. KeyError for an unknown one, ValueError where a value is missing.

        Give counts as int, so that the plural form follows; everything else as text that is already shown.
        """
        pattern = self.catalog.get_message(message).value if self.knows(message) else None
        if pattern is None:
            raise KeyError(f"the catalog of {self.id} has no message {message!r}")
        text, errors = self.catalog.format_pattern(pattern, values)
        if errors:
            raise ValueError(f"message {message!r} of {self.id}: {errors[0]}")
        return str(text)

    def knows(self, message: str) -> bool:
        """Whether the catalog has the message."""
        return bool(self.catalog.has_message(message))

    def name(self, item: Mapping[str, Any]) -> str:
        """Name of a region, asset, rule and so on in this language, else as given, else its id."""
        return str(item.get(f"name_{self.id}") or item.get("name") or item["id"])

    def percent(self, share: float | None, *, signed: bool = False) -> str:
        """A share as a percentage: 0.1234 gives 12.3 %; with a sign it is a change, from tenfold on told in times."""
        if signed and share is not None and TENFOLD <= share < math.inf:
            # Chinese counts the increase, English the whole.
            return self.say("change-manifold", times=digits.number(share if self.id == "zh" else 1 + share))
        text = digits.percentage(share, signed=signed)
        return text if text == MISSING else f"{text}{SPACE if self.id == 'en' else ''}%"

    def gain(self, share: float | None) -> str:
        """A change that is named a gain, so that it needs no plus."""
        return self.percent(share, signed=True).removeprefix("+")

    def money(self, million: float | None, currency: str) -> str:
        """Money in words: CNY 1,234 bn, CNY 56.7 million; in Chinese 12,340亿元, 5,670万元."""
        if million is None or not math.isfinite(million):
            return MISSING
        large = abs(million) >= self.million_per_unit
        shown = digits.number(million / self.million_per_unit if large else million * self._small)
        return self.say("money-large" if large else "money-small", shown=shown, currency=self.currency(currency))

    @property
    def _small(self) -> float:
        """How many small units (million, in Chinese ten thousand) one million is."""
        return 1.0 if self.id == "en" else 100.0

    def money_unit(self, currency: str) -> str:
        """Unit of money in tables and axes: CNY bn, 亿元."""
        return self.say("money-unit", currency=self.currency(currency))

    def money_value(self, million: float) -> float:
        """Million in that unit."""
        return million / self.million_per_unit

    def currency(self, code: str) -> str:
        """Name of a currency by its code."""
        return self.say(f"currency-{code}") if self.knows(f"currency-{code}") else code

    def unit(self, unit: str) -> str:
        """A unit of the plan in this language; as given where the catalog has none."""
        key = "unit-" + "".join(letter if letter.isalnum() else "-" for letter in unit)
        return self.say(key) if self.knows(key) else unit.replace("*", "·")

    def listed(self, names: Iterable[str], most: int = 4) -> str:
        """Names as prose: "A, B and C", "A, B, C and 5 more"."""
        shown = list(names)
        if len(shown) > most:
            shown = [*shown[: most - 1], self.say("list-more", count=len(shown) - most + 1)]
        if len(shown) < 2:
            return "".join(shown)
        return self.say("list-last", rest=self.say("list-comma").join(shown[:-1]), last=shown[-1])

    def prose(self, sentences: Iterable[str]) -> str:
        """Whole sentences as one paragraph, with a space between them where the language wants one."""
        return (" " if self.id == "en" else "").join(sentence for sentence in sentences if sentence)

    def date(self, moment: str) -> str:
        """The day of an ISO time: 23 November 2026, 2026年11月23日; as given where it is none."""
        from babel.dates import format_date

        try:
            day = datetime.date.fromisoformat(moment[:10])
        except ValueError:
            return moment
        return format_date(day, "long", locale=LANGUAGES[self.id].replace("-", "_"))

    def show(self, value: str | float | None, measure: Measure) -> str:
        """A value of a table as text."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return MISSING if measure.numeric else ""
        if isinstance(value, str):
            return value
        if measure.kind == "share":
            return self.percent(value, signed=measure.signed)
        return _shown(self.stored(value, measure), measure)

    def stored(self, value: float, measure: Measure) -> float:
        """A number of a table as a spreadsheet holds it: money in the unit of the language, all else as it is."""
        return self.money_value(value) if measure.kind == "money" else value


def _shown(value: float, measure: Measure) -> str:
    if measure.kind == "year":
        return f"{value:.0f}"
    if measure.kind == "count":
        return digits.fixed(value, 0)
    if measure.kind == "plain" or measure.kind == "text":
        return digits.plain(value)
    plus = "+" if measure.signed and value > 0 else ""
    return plus + (digits.number(value) if measure.places is None else digits.fixed(value, measure.places))


@cache
def language(id: str) -> Language:
    """The language "en" or "zh". KeyError for another."""
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([LANGUAGES[id]], use_isolating=False)
    folder = files("planner.report") / "catalog" / id
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text("utf-8")))
    return Language(id, LANGUAGES[id], bundle, {"en": 1000.0, "zh": 100.0}[id])


def spans(years: Sequence[int]) -> str:
    """Years as spans: 2026–2028, 2030."""
    ordered = sorted(set(years))
    parts: list[list[int]] = []
    for year in ordered:
        if parts and year == parts[-1][1] + 1:
            parts[-1][1] = year
        else:
            parts.append([year, year])
    return ", ".join(f"{first}–{last}" if last > first else f"{first}" for first, last in parts)
