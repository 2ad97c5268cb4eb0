"""A Word template of one's own: opened with care, its placeholders filled."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.report.document import ReportError
from planner.report.forms.word.markup import legal

LARGEST = 200_000_000
REPORT = re.compile(r"\{\{\s*report\s*\}\}")
VALUE = re.compile(r"\{\{\s*(title|date|plan)\s*\}\}")
REMEDY = "give a document saved by Word as .docx"


def opened(path: Path) -> Any:
    """The template as a document. ReportError where the file is not one."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import XMLSyntaxError

    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > LARGEST:
            raise ReportError(f"--template {path}: unpacks to {size / 1e6:,.0f} MB, expected at most 200; {REMEDY}")
        document = docx.Document(str(path))
        if document.element.body is None:
            raise ValueError("it has no body")
    except FileNotFoundError as error:
        raise ReportError(f"--template {path}: there is no such file; {REMEDY}") from error
    except OSError as error:
        raise ReportError(f"--template {path}: cannot be read: {error.strerror}; {REMEDY}") from error
    except (zipfile.BadZipFile, PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, AttributeError) as error:
        raise ReportError(f"--template {path}: not a Word document; {REMEDY}") from error
    return document


def place(document: Any, path: Path) -> Any | None:
    """The paragraph `{{ report }}`; None where there is none. ReportError where it cannot stand for a report."""
    from docx.oxml.ns import qn

    found = [one for one in _paragraphs(document) if REPORT.search(_text(one))]
    for one in found:
        if one.getparent().tag != qn("w:body") or not REPORT.fullmatch(_text(one).strip()) or len(found) > 1:
            raise ReportError(
                f"--template {path}: {{{{ report }}}} stands in {_text(one)!r}, expected one paragraph of its own in "
                "the text, not in a table, head or foot; move it there"
            )
    return found[0] if found else None


def filled(document: Any, values: Mapping[str, str]) -> bool:
    """Fill the placeholders of values in text, tables, heads and feet; whether the title was among them."""
    names: set[str] = set()
    for one in _paragraphs(document):
        names.update(_fill(one, values))
    return "title" in names


def _fill(paragraph: Any, values: Mapping[str, str]) -> list[str]:
    """Fill one paragraph. A placeholder that Word split over runs takes the look of the first."""
    whole = VALUE.findall(_text(paragraph))
    if not whole:
        return []
    pieces = _pieces(paragraph)
    if sum(len(VALUE.findall(piece.text or "")) for piece in pieces) < len(whole):
        pieces[0].text = _text(paragraph)
        for piece in pieces[1:]:
            piece.text = ""
    for piece in pieces:
        piece.text = VALUE.sub(lambda found: legal(values[found[1]]), piece.text or "")
    return whole


def _paragraphs(document: Any) -> Iterator[Any]:
    """Every paragraph of text, tables, heads and feet, each once."""
    from docx.oxml.ns import qn

    yield from list(document.element.body.iter(qn("w:p")))
    for section in document.sections:
        parts = (section.header, section.footer, section.first_page_header, section.first_page_footer)
        for part in (*parts, section.even_page_header, section.even_page_footer):
            if not part.is_linked_to_previous:
                yield from list(part._element.iter(qn("w:p")))


def _pieces(paragraph: Any) -> list[Any]:
    from docx.oxml.ns import qn

    return list(paragraph.iter(qn("w:t")))


def _text(paragraph: Any) -> str:
    return "".join(piece.text or "" for piece in _pieces(paragraph))
