"""Digits as a reader wants them: rounded to what they are worth, with thousands separators. No words, no units."""

from __future__ import annotations

import math

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


def percentage(share: float | None, *, signed: bool = False) -> str:
    """A share times 100, without the sign of percent: 0.1234 gives 12.3; small shares keep two figures."""
    if share is None or not math.isfinite(share):
        return MISSING
    value = 100 * share
    size = abs(value)
    if size < 1e-9:
        return "0"
    if size < 1e-4:
        return f"{'+' if signed and value > 0 else ''}{_scientific(value)}"
    places = 0 if size >= 99.5 else 1 if size >= 0.995 else 1 - math.floor(math.log10(size))
    return _minus(f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}")
