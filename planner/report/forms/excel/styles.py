"""How cells look: formats by what they hold, number formats from how the report shows the number."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from planner.report.drawing import INK, MUTED, RULE
from planner.report.language import Language
from planner.report.measures import Measure

FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}
HEAD_FILL, LINK = "#eef1f5", "#0b5394"
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST_TEXT = 32_767

Make = Callable[..., Any]

HEAD = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": HEAD_FILL, "bottom": 1, "bottom_color": MUTED}
TITLE = {"bold": True, "font_size": 14, "font_color": INK}
QUIETLY = {"font_color": MUTED}
WRAPPED = {"text_wrap": True, "valign": "top"}
LINKED = {"font_color": LINK, "underline": 1}
BODY = {"valign": "top", "bottom": 4, "bottom_color": RULE}
TOTAL = {"bold": True, "top": 1, "top_color": MUTED}


def styles(book: Any) -> Make:
    """Formats of a workbook by their properties, each made once."""

    @cache
    def made(items: tuple[tuple[str, Any], ...]) -> Any:
        return book.add_format(dict(items))

    def make(*properties: dict[str, Any], **more: Any) -> Any:
        merged: dict[str, Any] = {}
        for each in (*properties, more):
            merged |= each
        return made(tuple(sorted(merged.items())))

    return make


def number_format(value: float, measure: Measure, words: Language) -> str:
    """Excel's format for a number, with the decimals that every other form shows."""
    if measure.kind == "year":
        return "0"
    shown = words.show(value, measure)
    share = measure.kind == "share"
    if "×10" in shown and not share:
        return "0.00E+00"
    digits = "#,##0" + _decimals(shown, 100 * value)
    full = f"{digits}%" if share else digits
    return f"+{full};-{full};{full}" if measure.signed else full


def _decimals(shown: str, value: float) -> str:
    if "×10" in shown:
        return "." + "0" * min(1 - math.floor(math.log10(abs(value))), 15)
    after = shown.partition(".")[2]
    count = sum(letter.isdigit() for letter in after)
    return "." + "0" * count if count else ""


def text_style(text: str) -> dict[str, Any]:
    """Text that looks like a formula keeps Excel's mark of text, so that it stays text when it is edited."""
    return {"quote_prefix": True} if text.startswith(STARTS) else {}


def fitting(text: str) -> str:
    """Text as long as a cell can hold."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def width_of(text: str) -> int:
    """Columns that the longest line of a text takes; a Chinese character takes two."""
    return max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in f"{text}\n".split("\n"))
