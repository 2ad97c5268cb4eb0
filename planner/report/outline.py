"""Shapes of the regions for maps, from a GeoJSON file of the user, with the approval number of the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outline:
    """Region id -> GeoJSON geometry, and the number printed under every map; "" where none was given."""

    shapes: Mapping[str, Mapping[str, Any]]
    approval_number: str = ""
