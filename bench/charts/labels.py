"""Names beside points, without one upon another: each takes the first free place around its point, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

LETTER, LINE, NEAR = 5.9, 11.0, 8.0

Box = tuple[float, float, float, float]
Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Label:
    """A name at a pixel, its middle line at `y`; align says which end of it stands at `x`."""

    text: str
    x: float
    y: float
    align: Align


CANDIDATES: tuple[tuple[float, float, Align], ...] = (
    (NEAR, 0, "left"),
    (-NEAR, 0, "right"),
    (0, -NEAR - 4, "center"),
    (0, NEAR + 4, "center"),
    (NEAR - 1, -NEAR, "left"),
    (NEAR - 1, NEAR, "left"),
    (-NEAR + 1, -NEAR, "right"),
    (-NEAR + 1, NEAR, "right"),
)


def labels(
    points: Sequence[tuple[str, float, float]], width: float, height: float, taken: Sequence[Box] = ()
) -> list[Label]:
    """Names that fit, in pixels; crowded points may stay without one.

    Args:
        points: name and place of each, in pixels from the upper left corner.
        width: of the chart in pixels.
        height: likewise.
        taken: boxes (left, top, right, bottom) that hold something else.
    """
    occupied = [*taken, *((x - 5, y - 5, x + 5, y + 5) for _, x, y in points)]
    found = []
    for text, x, y in points:
        own = (x - 5, y - 5, x + 5, y + 5)
        for dx, dy, align in CANDIDATES:
            label = Label(text, x + dx, y + dy, align)
            box = box_of(label)
            if _inside(box, width, height) and not any(_overlap(box, other) for other in occupied if other != own):
                found.append(label)
                occupied.append(box)
                break
    return found


def box_of(label: Label) -> Box:
    """Box around a label, by the mean width of a letter."""
    length = LETTER * len(label.text)
    left = label.x - {"left": 0.0, "right": length, "center": length / 2}[label.align]
    return left, label.y - LINE / 2, left + length, label.y + LINE / 2


def _inside(box: Box, width: float, height: float) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
