"""Numbers of figures and tables, the same in every form: "Figure 3" is the same figure on paper and on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from planner.report.blocks import Block, Chart, Fold, Grid, Section, Slider


@dataclass(frozen=True)
class Numbering:
    """Id of a chart or slider -> its number; id of a table -> its number. Tables behind charts have none of their own.

    A figure and a table may share an id, for the two are counted apart.
    """

    figures: Mapping[str, int]
    tables: Mapping[str, int]


def numbering(sections: Sequence[Section]) -> Numbering:
    """Count figures and tables in reading order, those inside folds included."""
    blocks = [block for section in sections for block in _flat(section.blocks)]
    figures = [block.id for block in blocks if isinstance(block, Chart | Slider)]
    tables = [block.id for block in blocks if isinstance(block, Grid)]
    return Numbering(_counted(figures), _counted(tables))


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Fold):
            yield from _flat(block.blocks)
        else:
            yield block


def _counted(ids: Sequence[str]) -> dict[str, int]:
    return {id: at for at, id in enumerate(dict.fromkeys(ids), start=1)}
