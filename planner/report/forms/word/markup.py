"""Pieces of WordprocessingML as text. Whatever comes from config or data goes through `said`, and stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMU = 12700


def legal(text: str) -> str:
    """Text without characters that XML cannot hold."""
    return ILLEGAL.sub("", text)


def said(text: str, style: str = "") -> str:
    """A run of text, in a character style where one is given."""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(legal(text))}</w:t></w:r>' if text else ""


def paragraph(style: str, *runs: str, more: str = "") -> str:
    """A paragraph of a style; `more` are further properties."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{"".join(runs)}</w:p>'


def field(code: str, *shown: str) -> str:
    """A field that shows these runs until it is updated. `code` is never made of data."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(code)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{"".join(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def bookmark(name: str, number: int, inner: str) -> str:
    """Runs that others can point to."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inner}<w:bookmarkEnd w:id="{number}"/>'


def link(name: str, inner: str) -> str:
    """Runs that lead to a bookmark of the same document."""
    return f'<w:hyperlink w:anchor="{name}" w:history="1">{inner}</w:hyperlink>'


def picture(relation: str, number: int, width: float, height: float, alt: str) -> str:
    """A picture in the line of text; lengths in pt."""
    x, y = round(width * EMU), round(height * EMU)
    told = quoteattr(legal(alt))
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{x}" cy="{y}"/>'
        f'<wp:docPr id="{number}" name="Picture {number}" descr={told}/>'
        f'<a:graphic><a:graphicData uri="{PICTURE}"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Picture {number}" descr={told}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{x}" cy="{y}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def table(style: str, widths: Sequence[float], rows: Sequence[str], *, gap: float, total: bool = False) -> str:
    """A table of fixed columns; widths and the space beside cells in pt. `total`: its last row is one of sums."""
    grid = "".join(f'<w:gridCol w:w="{round(20 * width)}"/>' for width in widths)
    side = round(20 * gap)
    look = (
        f'<w:tblLook w:val="{"0660" if total else "0620"}" w:firstRow="1" w:lastRow="{total:d}" w:firstColumn="0" '
        'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
    )
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{round(20 * sum(widths))}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="{side}" w:type="dxa"/>'
        f'<w:right w:w="{side}" w:type="dxa"/></w:tblCellMar>{look}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(cells: Sequence[str], *, head: bool = False) -> str:
    """A row that stays on one page; a head repeats on every page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{''.join(cells)}</w:tr>"


def cell(width: float, inner: str) -> str:
    """A cell of whole paragraphs; width in pt."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{round(20 * width)}" w:type="dxa"/></w:tcPr>{inner}</w:tc>'
