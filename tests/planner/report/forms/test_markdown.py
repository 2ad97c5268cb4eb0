"""Markdown is read back by a parser of its own, which must find every number and every name, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from planner.report.blocks import Grid, grids, totals
from planner.report.forms.markdown import content, fenced, inline, line
from tests.planner.report.forms.specimen import HOSTILE, specimen

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
TEXT = ("text", "code_inline", "text_special", "html_inline")


def parsed(text: str) -> list[Token]:
    return PARSER.parse(text)


def shown(token: Token) -> str:
    """What a reader sees of inline content; zero-width spaces that keep addresses from becoming links are not seen."""
    return "".join(child.content for child in token.children or () if child.type in TEXT).replace("\u200b", "")


def read_tables(text: str) -> list[list[list[str]]]:
    """Cells of every table."""
    tables: list[list[list[str]]] = []
    tokens = parsed(text)
    for at, token in enumerate(tokens):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1].append(shown(tokens[at + 1]))
    return tables


def flat(text: str) -> str:
    """Text with line breaks and tabs as spaces."""
    return " ".join(text.splitlines()).replace("\t", " ").strip(" ")


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def report(lang):
    return specimen(lang)


@pytest.fixture(scope="module")
def text(report):
    return content(report).decode()


def all_tables(report) -> list[Grid]:
    return [table for section in report.sections for table in grids(section.blocks)]


def test_every_table_is_there_with_its_heads(report, text):
    found = read_tables(text)
    assert [table[0] for table in found] == [[c.name for c in grid.columns] for grid in all_tables(report)]


def test_every_number_and_name_is_read_back(report, text):
    for table, grid in zip(read_tables(text), all_tables(report), strict=True):
        for got, row in zip(table[1:], grid.rows, strict=False):
            for cell, column, said in zip(row, grid.columns, got, strict=True):
                if cell.mark and cell.mark == cell.value:
                    assert said == report.words.say(f"mark-{cell.mark}-long")
                else:
                    assert said.startswith(flat(report.words.show(cell.value, column.measure)))


def test_marks_and_hints_stand_beside_their_values(report, text):
    words = report.words
    for table, grid in zip(read_tables(text), all_tables(report), strict=True):
        for got, row in zip(table[1:], grid.rows, strict=False):
            for cell, said in zip(row, got, strict=True):
                assert not cell.mark or words.say(f"mark-{cell.mark}-long") in said
                assert flat(cell.hint) in said


def test_totals_close_their_tables(report, text):
    for table, grid in zip(read_tables(text), all_tables(report), strict=True):
        assert len(table) - 1 == len(grid.rows) + bool(grid.total)
        for at, value in totals(grid).items():
            assert table[-1][at] == report.words.show(value, grid.columns[at].measure)


def test_headings_are_those_of_the_report(report, text):
    tokens = parsed(text)
    heads = [(t.tag, shown(tokens[at + 1])) for at, t in enumerate(tokens) if t.type == "heading_open"]
    assert heads[0] == ("h1", flat(report.title))
    assert [name for tag, name in heads if tag == "h2"] == [flat(section.title) for section in report.sections]
    figures = [name for tag, name in heads if tag == "h3" and "\u2003" in name]
    assert [name.partition("\u2003")[2] for name in figures] == [
        *(f"Chart chart_{kind}" for kind in ("columns", "bars", "dots")),
        "Chart lines",
        "Chart map",
        "Slider",
    ]


def test_notes_are_quotes_and_commands_are_fenced(text):
    tokens = parsed(text)
    quotes = [shown(tokens[at + 2]) for at, token in enumerate(tokens) if token.type == "blockquote_open"]
    assert quotes == ["The search stopped early.", HOSTILE[6]]
    assert [token.content for token in tokens if token.type == "fence"] == ["innocap report x\necho ```\n"]


def test_nothing_from_data_becomes_markup(text):
    tokens = parsed(text)
    inner = [child.type for token in tokens for child in token.children or ()]
    assert {"html_block"} & {token.type for token in tokens} == set()
    assert {"html_inline", "link_open", "image", "code_inline", "s_open"} & set(inner) == set()
    assert "<" not in text
    assert re.findall(r"https?://|www\.", text) == []


def test_tables_do_not_break_on_pipes_and_line_breaks(text):
    rows = [row for row in text.split("\n") if row.startswith("|")]
    assert all(row.endswith("|") for row in rows)
    assert any(r"a\|b\\\|c" in row for row in rows)


def test_the_same_report_gives_the_same_bytes(report, lang):
    assert content(report) == content(specimen(lang))


def test_a_changed_number_changes_its_own_line_alone(report):
    from dataclasses import replace

    def with_money(value: float) -> list[str]:
        first, *others = report.sections
        *blocks, table = first.blocks
        row = (table.rows[0][0], replace(table.rows[0][1], value=value), *table.rows[0][2:])
        changed = replace(first, blocks=(*blocks, replace(table, rows=(row, *table.rows[1:]), total=())))
        return content(replace(report, sections=(changed, *others))).decode().split("\n")

    before, after = with_money(1.0), with_money(2000.0)
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1


@given(st.text(alphabet=st.sampled_from(" ab1.)(#>*_`~|\\[]!<>&;$=+-:\n\t\"'é中{}"), max_size=30))
def test_any_text_is_shown_as_it_is(text):
    wanted = flat(text)
    tokens = parsed(line(text))
    if not wanted:
        assert tokens == []
        return
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert shown(tokens[1]) == re.sub(r"\s+$", "", wanted)


@given(st.text(alphabet=st.sampled_from(" ab|\\`*_<&\n中"), max_size=20))
def test_any_text_stays_in_its_cell(text):
    found = read_tables(f"| head | next |\n| --- | --- |\n| {inline(text)} | x |")
    assert found[0][1] == [flat(text), "x"]


def test_a_fence_is_longer_than_what_it_holds():
    assert fenced(("````",)).split("\n") == ["`````sh", "````", "`````"]
    assert fenced(("a\x00b",)) == "```sh\nab\n```"
