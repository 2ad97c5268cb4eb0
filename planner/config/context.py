"""What every resolver has at hand: the text a value came from, and the list of problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planner.config.loading import Document, Inputs, find, named
from planner.config.problems import Place, nearest, problem
from planner.config.quantities import ParameterText, is_currency
from planner.config.tree import Node, Path
from planner.scenario import Kind, Parameter


@dataclass(frozen=True)
class Context:
    """One config text (a plan, a mix, a machine) being resolved.

    kind, source  evidence of parameters that state none themselves
    """

    document: Document
    root: Node
    kind: Kind = "assumption"
    source: str = ""

    @property
    def inputs(self) -> Inputs:
        return self.document.inputs

    @property
    def currency(self) -> str | None:
        """The currency the text counts in; None where it names none that could be one."""
        node = self.root.child("currency")
        return node.value if node is not None and is_currency(node.value) else None

    def report(self, path: Path, message: str, remedy: str) -> None:
        """Note a problem with the value at a key path."""
        node, _ = find(self.root, path)
        self.inputs.problems.append(problem(node.place, named(self.root, path), message, remedy))

    def given(self, path: Path) -> bool:
        """Whether the text itself holds the path."""
        return find(self.root, path)[1] == path

    def place(self, path: Path) -> Place:
        return find(self.root, path)[0].place

    def label(self, path: Path) -> str:
        """Text of the place of a value, empty where it is a default."""
        return self.document.label(self.place(path)) if self.given(path) else ""

    def ids(self, section: str) -> tuple[str, ...]:
        """Ids of a list of the text, those of items with problems included."""
        held = self.root.child(section)
        return () if held is None else tuple(item.id for _, item in held.items() if item.id is not None)

    def known(self, path: Path, word: str, what: str, names: Iterable[str]) -> bool:
        """Whether a name is one of the known; a problem with the nearest where it is not."""
        names = tuple(names)
        if word in names:
            return True
        self.report(path, f"unknown {what} {word!r}", nearest(word, names))
        return False

    def parameter(self, held: ParameterText[Any], path: Path) -> Parameter:
        """A parameter with the place it was read from; a default is an assumption without place."""
        evidence = "; ".join(filter(None, (held.source or self.source, held.note)))
        source = evidence if self.given(path) else "default"
        kind = held.kind or (self.kind if self.given(path) else "assumption")
        return Parameter(held.amount, held.low, held.high, kind, source, self.label(path))
