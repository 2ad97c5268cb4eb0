"""CSV tables: cells, places, and every way a table can be wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.config import tables, units
from planner.config.problems import Problem
from planner.config.tables import Table, cell_place
from tests.planner.config.plans import marked


def table(text: str, problems: list[Problem] | None = None) -> Table | None:
    return tables.parse(text, "t.csv", "t.csv", "id", [] if problems is None else problems)


def test_cells_and_numbers() -> None:
    held = table('id,name, x \na,"A, or ""a""",1.5\n\n b ,B, -2e3\n,,\n')
    assert held is not None
    assert list(held.rows) == ["a", "b"]
    assert (held.cell("a", "name"), held.cell("b", "name")) == ('A, or "a"', "B")
    problems: list[Problem] = []
    assert tables.number(held, "a", "x", units.COUNT, problems) == 1.5
    assert tables.number(held, "b", "x", units.ANY, problems) == -2000
    assert problems == []


BROKEN = [
    ("id,x\n§a\n", "", "1 cells; expected 2 as in the header"),
    ("id,x\na,1\n§b,1,2\n", "", "3 cells; expected 2 as in the header"),
    ("id,x\na,1\n§a,2\n", "id", "'a' appears twice (first in line 2)"),
    ('id,x\n"a\nb",1\n§"a\nb",2\n', "id", "'a\\nb' appears twice (first in line 2)"),
    ("x,id\n1,a\n2,§\n", "id", "the cell is empty"),
    ("id,x,§x\na,1,2\n", "x", "column 'x' appears twice"),
    ("id,x,§\na,1,2\n", "", "column 3 has no name"),
    ("§ident,x\na,1\n", "", "there is no column 'id'"),
    ("§id;x\na;1\n", "", "there is no column 'id'"),
    ("§id\tx\na\t1\n", "", "there is no column 'id'"),
    ("§id,x\n", "", "the table has no rows"),
    ('id,x\n§a,"1"2\n', "", "malformed CSV: ',' expected after '\"'"),
    ('id,x\n§a,"1\n', "", "malformed CSV: unexpected end of data"),
]


@pytest.mark.parametrize(("text", "path", "message"), BROKEN)
def test_broken_tables(text: str, path: str, message: str) -> None:
    clean, line, column = marked(text)
    problems: list[Problem] = []
    table(clean, problems)
    assert [(p.line, p.column, p.path, p.message) for p in problems[:1]] == [(line, column, path, message)]
    assert all(problem.remedy for problem in problems)


def test_the_remedy_for_other_separators() -> None:
    problems: list[Problem] = []
    table("id;x\na;1\n", problems)
    assert problems[0].remedy == "separate the columns by commas"


CELLS = [
    ("", "the cell is empty"),
    ("x", "value 'x' is not a number; expected a number"),
    ("1,5", "value '1,5' is not a number"),
    ("1_000", "is not a number"),
    ("１２", "is not a number"),
    ("nan", "is not a number"),
    ("inf", "is not a number"),
    ("1e999", "is not a number"),
    ("5 kW", "value '5 kW' is not a number"),
    ("-1", "value '-1' is negative; expected at least 0"),
]


@pytest.mark.parametrize(("cell", "message"), CELLS)
def test_cells_that_are_no_numbers(cell: str, message: str) -> None:
    quoted = f'"{cell}"' if "," in cell else cell
    held = table(f'id,"a, b",x\nr,1,2\n"s","q ""q"", q",{quoted}\n')
    assert held is not None
    problems: list[Problem] = []
    for _ in range(2):
        tables.number(held, "s", "x", units.COUNT, problems)
    assert len(problems) == 1
    assert (problems[0].file, problems[0].line, problems[0].column, problems[0].path) == ("t.csv", 3, 18, "x")
    assert message in problems[0].message


text_cells = st.text(alphabet='ab ,"\n\r', max_size=4)


@given(st.lists(st.lists(text_cells, min_size=2, max_size=3), min_size=1, max_size=3), st.sampled_from(["\n", "\r\n"]))
def test_a_cell_begins_where_it_is_said_to(rows: list[list[str]], end: str) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL)
    line, starts = 1, []
    for row in rows:
        starts.append(line)
        writer.writerow(row)
        line = 1 + len(io.StringIO(buffer.getvalue(), newline="").readlines())
    whole = buffer.getvalue()
    for start, row in zip(starts, rows, strict=True):
        for index, cell in enumerate(row):
            at, column = cell_place(whole, start, index)
            rest = "".join(io.StringIO(whole, newline="").readlines()[at - 1 :])[column - 1 :]
            assert rest.startswith('"' + cell.replace('"', '""') + '"')


@given(st.text(alphabet='ab1,;"\n\r', max_size=60))
def test_any_text_gives_a_table_or_problems(text: str) -> None:
    problems: list[Problem] = []
    assert table("id,x\n" + text, problems) is not None or problems
