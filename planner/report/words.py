"""Numbers as a reader wants them: rounded to what they are worth, with thousands separators and units."""

from __future__ import annotations

import math
from collections.abc import Sequence

MISSING = "–"
SPACE = "\u00a0"


def known(value: float | None) -> bool:
    """Whether a number is there and finite."""
    return value is not None and math.isfinite(value)


def number(value: float | None) -> str:
    """About three significant figures, thousands separated: 0.0123, 1.23, 12.3, 123, 1,234; a dash where unknown."""
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size < 1e-12:
        return "0"
    if size < 1e-4:
        return _scientific(value)
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 2 - math.floor(math.log10(size))
    return _minus(f"{value:,.{places}f}")


def _scientific(value: float) -> str:
    mantissa, exponent = f"{value:.2e}".split("e")
    return _minus(f"{mantissa}×10{_superscript(int(exponent))}")


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def fixed(value: float | None, places: int) -> str:
    """A number with a fixed count of decimals, for columns that are read down."""
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{value:,.{places}f}"
    return _minus(text.lstrip("-") if float(text.replace(",", "")) == 0 else text)


def plain(value: float | None) -> str:
    """A given number as it was given: up to six figures, no zeros added."""
    if value is None or not math.isfinite(value):
        return MISSING
    size = abs(value)
    if size and (size < 1e-4 or size >= 1e15):
        return _scientific(value)
    places = 0 if size >= 1e5 else max(0, 5 - (math.floor(math.log10(size)) if size else 0))
    text = f"{value:,.{places}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def brief(value: float) -> str:
    """Two or three figures for the inside of a tile: 0, 0.4, 7.3, 46, 158, 1,234."""
    size = abs(value)
    if size < 0.05:
        return "0" if size < 1e-9 else "<0.1"
    return _minus(f"{value:,.{1 if size < 9.95 else 0}f}")


def percent(share: float | None, *, signed: bool = False) -> str:
    """A share as a percentage: 0.1234 gives 12.3 %; small shares keep two figures; `signed` shows the plus."""
    if share is None or not math.isfinite(share):
        return MISSING
    value = 100 * share
    size = abs(value)
    if size < 1e-9:
        return f"0{SPACE}%"
    if size < 1e-4:
        return f"{'+' if signed and value > 0 else ''}{_scientific(value)}{SPACE}%"
    places = 0 if size >= 99.5 else 1 if size >= 0.995 else 1 - math.floor(math.log10(size))
    return f"{_minus(f'{value:+,.{places}f}' if signed else f'{value:,.{places}f}')}{SPACE}%"


def billion(million: float | None) -> str:
    """Million as billion, without the unit (it stands in the column head)."""
    return number(None if million is None else million / 1000)


def money(million: float | None, currency: str) -> str:
    """Money in words: CNY 1,234 bn, CNY 56.7 million."""
    if million is None or not math.isfinite(million):
        return MISSING
    if abs(million) >= 1000:
        return f"{currency}{SPACE}{number(million / 1000)}{SPACE}bn"
    return f"{currency}{SPACE}{number(million)}{SPACE}million"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names as prose: "A, B and C", "A, B, C and 5 more"."""
    shown = list(names) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 rule, 2 rules."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


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
