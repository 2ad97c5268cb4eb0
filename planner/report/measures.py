"""How a number of a table is shown: the kind of number it is, not its text; the language does the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "year", "count", "number", "plain", "fixed", "share", "money"]


@dataclass(frozen=True)
class Measure:
    """Kind of the numbers of a column.

    text    words; a number among them is shown as given
    year    a calendar year, never with separators
    count   a whole number with thousands separated
    number  about three significant figures
    plain   as it was given, up to six figures
    fixed   `places` decimals
    share   a fraction shown as a percentage
    money   million of the currency, shown in billion (in Chinese in hundred millions, yi) with `places` decimals, or
            about three significant figures where it is None
    signed  a plus stands before what is positive
    """

    kind: Kind
    places: int | None = None
    signed: bool = False

    @property
    def numeric(self) -> bool:
        """Whether the column is right-aligned."""
        return self.kind != "text"


TEXT = Measure("text")
YEAR = Measure("year")
COUNT = Measure("count")
NUMBER = Measure("number")
PLAIN = Measure("plain")
SHARE = Measure("share")
CHANGE = Measure("share", signed=True)
MONEY = Measure("money", places=1)
MONEY_FINE = Measure("money")
