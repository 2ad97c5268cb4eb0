"""Reading a report as a browser would: elements, attributes, text of a section."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link", "col", "source", "wbr"}


@dataclass
class Element:
    """One element with its attributes and the text inside it, children included."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    def inside(self, tag: str) -> bool:
        return self.tag == tag or (self.parent is not None and self.parent.inside(tag))


class Page(HTMLParser):
    """All elements of a page in order; `faults` lists tags that do not close as they opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{element.tag}> never closed" for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), self._open[-1] if self._open else None)
        self.elements.append(element)
        if len(dict(attrs)) != len(attrs):
            self.faults.append(f"<{tag}> repeats an attribute: {attrs}")
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs), self._open[-1] if self._open else None))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(
                f"</{tag}> at line {self.getpos()[0]} closes {self._open[-1].tag if self._open else None}"
            )
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]


def tables(page: Page) -> list[list[list[Element]]]:
    """Every table: rows of cells, in the order of the page."""
    found: list[list[list[Element]]] = []
    for element in page.elements:
        if element.tag == "table":
            found.append([])
        elif element.tag == "tr":
            found[-1].append([])
        elif element.tag in ("th", "td"):
            found[-1][-1].append(element)
    return found
