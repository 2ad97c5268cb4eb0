"""Colours of drawings on a dark page: every colour keeps its hue, its lightness is turned round."""

from __future__ import annotations

import re
from collections.abc import Iterable

HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
DARKEST, LIGHTEST = 0.215, 0.95


def rules(drawn: Iterable[str]) -> str:
    """Style rules that give each colour found in SVG or in specifications its dark counterpart."""
    colours = sorted({colour for text in drawn for colour in HEX.findall(text)})
    return "\n".join(_rule(colour) for colour in colours)


def _rule(colour: str) -> str:
    both = f"light-dark({colour},{dark(colour)})"
    return f'.ink [fill="{colour}"]{{fill:{both}}}.ink [stroke="{colour}"]{{stroke:{both}}}'


def dark(colour: str) -> str:
    """The counterpart of a colour: white becomes the dark page, ink becomes nearly white (lightness as in OKLab).

    Bent so that the fill on which ink and white read equally well (0.60) becomes the one on which their counterparts
    do (0.56): text chosen for a light tile reads on the dark one too.
    """
    lightness, a, b = _oklab(colour)
    depth = 1 - lightness
    turned = DARKEST + 0.709 * depth + 0.385 * depth**2
    return _hex(min(turned, LIGHTEST), a, b)


def _oklab(colour: str) -> tuple[float, float, float]:
    """Lightness and two colour axes (Ottosson 2020, A perceptual color space for image processing)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(lightness: float, a: float, b: float) -> str:
    """Hex code of a colour; where a screen cannot show it, less saturated until it can."""
    for chroma in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0):
        parts = _screen(lightness, chroma * a, chroma * b)
        if all(-1e-3 <= part <= 1 + 1e-3 for part in parts):
            break
    return "#" + "".join(f"{round(255 * _curved(min(max(part, 0.0), 1.0))):02x}" for part in parts)


def _screen(lightness: float, a: float, b: float) -> tuple[float, float, float]:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
