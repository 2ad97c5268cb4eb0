"""Fonts that a report is set in: one serif family per script, embedded in the file, never a box for a character."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planner.report.document import ReportError

if TYPE_CHECKING:
    from typst import Fonts

LATIN = "Libertinus Serif"
FIXED = "DejaVu Sans Mono"
CHINESE = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Noto Serif SC",
    "Songti SC",
    "STSong",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
)
HAN = re.compile(
    r"[\u2e80-\u2fdf\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
REMEDY = "install a font for Simplified Chinese (Debian: apt install fonts-noto-cjk)"


@dataclass(frozen=True)
class Families:
    """Families of a report, best first: of its text, of text with Chinese characters in it, of commands."""

    text: tuple[str, ...]
    chinese: tuple[str, ...]
    fixed: tuple[str, ...]

    def of(self, text: str) -> tuple[str, ...]:
        """The families for one piece of text."""
        return self.chinese if HAN.search(text) else self.text


def available(folders: Iterable[Path] | None = None) -> Fonts:
    """The fonts of the machine, or those in `folders` alone, and those that come with typst: Libertinus, DejaVu.

    Reading them takes a tenth of a second of processor time.
    """
    import typst

    if folders is None:
        return typst.Fonts()
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in folders])


def families(lang: str, found: Fonts) -> Families:
    """The families for a report in `lang`.

    A Chinese report is set in the Chinese family, whose Latin letters and digits match; any other in Libertinus, with
    Chinese characters from the Chinese family. ReportError where a Chinese report finds no such family.
    """
    known = set(found.families())
    chinese = tuple(name for name in CHINESE if name in known)[:1]
    if lang == "zh" and not chinese:
        raise ReportError(f"a PDF in Chinese needs a Chinese font, and this machine has none; {REMEDY}")
    text = (*chinese, LATIN) if lang == "zh" else (LATIN, *chinese)
    return Families(text, (*chinese, LATIN), (FIXED, *chinese))


def lacking(character: str) -> ReportError:
    """What to say about a character that no font on the machine can show."""
    codes = " ".join(f"U+{ord(letter):04X}" for letter in character)
    remedy = REMEDY if HAN.search(character) else "install a font that has it, or write the name without it"
    return ReportError(f"no font on this machine can show {character!r} ({codes}), and a PDF shows no boxes; {remedy}")
