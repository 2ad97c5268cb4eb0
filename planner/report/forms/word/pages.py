"""Pages: sections upright and sideways, heads and feet, and where in a document the report goes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from planner.report.forms.word.body import Piece
from planner.report.forms.word.markup import NAMES, field, paragraph, said
from planner.report.forms.word.styles import Names

A4 = (595.3, 841.9)
SIDE, TOP, BOTTOM = 56.6, 74.0, 66.0


def headed(document: Any, names: Names, short: str) -> None:
    """A4 with the title above and page numbers below, but not on the first page."""
    from docx.oxml import parse_xml
    from docx.shared import Pt

    section = document.sections[0]
    section.page_width, section.page_height = map(Pt, A4)
    section.left_margin = section.right_margin = Pt(SIDE)
    section.top_margin, section.bottom_margin = Pt(TOP), Pt(BOTTOM)
    section.header_distance = section.footer_distance = Pt(36)
    section.different_first_page_header_footer = True
    page = field("PAGE", said("1")) + said(" / ") + field("NUMPAGES", said("1"))
    for part, xml in (
        (section.header, paragraph(names["header"], said(short))),
        (section.footer, paragraph(names["footer"], page)),
    ):
        part.is_linked_to_previous = False
        root = part._element
        for child in list(root):
            root.remove(child)
        root.append(parse_xml(named(xml)))


def named(xml: str) -> str:
    """An element with the names of its schemas, as a parser needs it."""
    end = min(at for sign in " >/" if (at := xml.find(sign)) > 0)
    return f"{xml[:end]} {NAMES}{xml[end:]}"


def section_at(document: Any, where: Any | None) -> Any:
    """The properties of the pages on which an element stands; of the last ones for None."""
    from docx.oxml.ns import qn

    if where is not None:
        for after in where.itersiblings():
            found = after if after.tag == qn("w:sectPr") else after.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
            if found is not None:
                return found
    return document.element.body.sectPr if document.element.body.sectPr is not None else document.sections[-1]._sectPr


def width_of(section: Any) -> tuple[float, float]:
    """Between the margins of a page, and of the same page turned; pt."""
    size, margins = section.page_width.pt, section.left_margin.pt + section.right_margin.pt
    across, down = sorted((size, section.page_height.pt))
    turned = section.top_margin.pt + section.bottom_margin.pt
    return (across - margins, down - margins) if size == across else (down - margins, across - turned)


def put(document: Any, where: Any | None, section: Any, pieces: Sequence[Piece], end: str) -> None:
    """Put the pieces in place of an element, or last; pages are turned where pieces ask for it."""
    from docx.oxml import parse_xml

    body = document.element.body
    follows = where is not None and any(after is not body.sectPr for after in where.itersiblings())
    groups = [(turned, [piece.xml for piece in group]) for turned, group in groupby(pieces, lambda one: one.sideways)]
    put_one = where.addprevious if where is not None else _last(body)
    for at, (turned, xml) in enumerate(groups):
        for each in xml:
            for element in parse_xml(f"<w:body {NAMES}>{each}</w:body>"):
                put_one(element)
        if at < len(groups) - 1 or (follows and len(groups) > 1):
            stop = parse_xml(named(paragraph(end)))
            stop.pPr.append(_pages(section, turned, first=at == 0))
            put_one(stop)
    if where is not None:
        body.remove(where)
    if len(groups) > 1:
        _later(section)
        if not follows:
            _turn(section, groups[-1][0])


def _last(body: Any) -> Any:
    """Where pieces go that follow all else."""
    return body.append if body.sectPr is None else body.sectPr.addprevious


def _pages(section: Any, turned: bool, *, first: bool) -> Any:
    """Properties of pages like those of a section, turned or not."""
    found = copy.deepcopy(section)
    if not first:
        _later(found)
    _turn(found, turned)
    return found


def _turn(section: Any, turned: bool) -> None:
    from docx.enum.section import WD_ORIENT

    if turned:
        section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE


def _later(section: Any) -> None:
    """Only the first pages have a first page that differs."""
    section.titlePg_val = False
