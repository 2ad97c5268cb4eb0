"""Which families a report is set in, and what is said where one is missing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from planner.report.document import ReportError
from planner.report.forms.pdf.fonts import CHINESE, FIXED, LATIN, available, families, lacking


@dataclass(frozen=True)
class Machine:
    """Fonts of a machine, as far as they are asked for."""

    names: tuple[str, ...]

    def families(self) -> list[str]:
        return sorted(self.names)


def test_english_is_set_in_latin_and_chinese_names_in_chinese():
    found = families("en", Machine((LATIN, FIXED, "Noto Serif CJK SC")))
    assert found.text == (LATIN, "Noto Serif CJK SC")
    assert found.of("Guangdong 12.3 %") == (LATIN, "Noto Serif CJK SC")
    assert found.of("Guangdong 广东") == ("Noto Serif CJK SC", LATIN)
    assert found.fixed == (FIXED, "Noto Serif CJK SC")


def test_chinese_is_set_in_one_family():
    found = families("zh", Machine((LATIN, FIXED, "Noto Serif CJK SC")))
    assert found.text == found.of("2026") == found.of("年") == ("Noto Serif CJK SC", LATIN)


@pytest.mark.parametrize("other", CHINESE)
def test_every_known_family_will_do(other):
    assert families("zh", Machine((LATIN, other))).text[0] == other


def test_serif_is_taken_before_sans_and_simplified_before_none():
    assert families("zh", Machine(("Noto Sans CJK SC", "Noto Serif CJK SC"))).text[0] == "Noto Serif CJK SC"
    with pytest.raises(ReportError, match="fonts-noto-cjk"):
        families("zh", Machine((LATIN, "Noto Serif CJK JP")))


def test_english_without_chinese_fonts_is_set_in_latin_alone():
    found = families("en", Machine((LATIN, FIXED)))
    assert found.text == (LATIN,)
    assert found.of("广") == (LATIN,)
    assert found.fixed == (FIXED,)


@pytest.mark.parametrize(
    ("character", "remedy"), [("广", "fonts-noto-cjk"), ("。", "fonts-noto-cjk"), ("ሴ", "without it")]
)
def test_what_is_said_of_a_character_without_a_font(character, remedy):
    assert f"U+{ord(character):04X}" in str(lacking(character))
    assert remedy in str(lacking(character))


def test_an_empty_folder_has_the_fonts_that_come_with_typst(tmp_path):
    pytest.importorskip("typst", reason="the report extra is not installed")
    assert set(available([tmp_path]).families()) >= {LATIN, FIXED}
    assert not set(available([tmp_path]).families()) & set(CHINESE)
