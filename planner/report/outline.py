"""Shapes of the regions for maps, from a GeoJSON file of the user, with the approval number of the map.

Longitudes and latitudes are projected here (Albers equal area, standard parallels a sixth inside the map), so that
charts draw plane coordinates and the direction of a ring does not matter. Nothing of the map is left out: features
that are no region of the plan are drawn without a value.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.report.document import ReportError

Point = tuple[float, float]
Geometry = Mapping[str, Any]

KEYS = ("id", "iso", "iso_3166_2", "code", "adcode", "gb", "abbr", "postal", "name", "name_en", "name_zh", "fullname")
REGION_KEYS = ("id", "adcode", "code", "name", "name_zh", "end of id")
ENDINGS = ("特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")
# GB/T 2260: the first two digits of an adcode, and the end of the ISO 3166-2 code of the same province.
PROVINCES = (
    "11BJ 12TJ 13HE 14SX 15NM 21LN 22JL 23HL 31SH 32JS 33ZJ 34AH 35FJ 36JX 37SD 41HA 42HB 43HN 44GD 45GX 46HI "
    "50CQ 51SC 52GZ 53YN 54XZ 61SN 62GS 63QH 64NX 65XJ"
)
ADCODES = {f"{pair[:2]}0000": f"CN-{pair[2:]}" for pair in PROVINCES.split()}
WIDTH = 1600.0


@dataclass(frozen=True)
class Outline:
    """The shapes of a map in plane coordinates, x to the right, y upwards, `WIDTH` wide.

    shapes           region id -> GeoJSON geometry
    others           geometries of the map that are no region of the plan
    other_names      what the file calls them
    height           height of the map in the same unit
    approval_number  printed under every map; "" where none was given
    """

    shapes: Mapping[str, Geometry]
    others: tuple[Geometry, ...] = ()
    other_names: tuple[str, ...] = ()
    height: float = WIDTH
    approval_number: str = ""


def read(path: Path, regions: Sequence[Mapping[str, Any]], number: str = "") -> Outline:
    """Read a GeoJSON file of polygons in degrees and match its features to the regions of a plan.

    A feature is a region by its id or by a property (id, iso, adcode, code, name, name_zh and so on) that is the id,
    the code or the name of the region. number is the approval number; without it the file's own member
    "approval_number" counts. ReportError names file, feature, what was expected and the remedy.
    """
    found = _parsed(path)
    features = found.get("features")
    if found.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        raise ReportError(f"{path}: not a map: expected GeoJSON of type FeatureCollection with features")
    matched, others, names = _matched(path, features, regions)
    missing = [f"{region['id']} ({region.get('name', '')})" for region in regions if str(region["id"]) not in matched]
    if missing:
        raise ReportError(
            f"{path}: no feature for {', '.join(missing[:5])}{' and others' if len(missing) > 5 else ''}; give each "
            "region's feature a property id, code or name as in the plan"
        )
    place, height = _plane([point for geometry in [*matched.values(), *others] for point in _points(geometry)])
    shapes = {rid: _placed(matched[rid], place) for rid in (str(region["id"]) for region in regions)}
    approval = number or str(found.get("approval_number") or "")
    return Outline(shapes, tuple(_placed(geometry, place) for geometry in others), names, height, approval)


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: cannot read the map: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ReportError(
            f"{path}:{error.lineno}:{error.colno}: not GeoJSON: {error.msg}; export the map again"
        ) from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{path}: not UTF-8 text; save the map as GeoJSON in UTF-8") from error
    return found if isinstance(found, dict) else {}


def _matched(
    path: Path, features: Sequence[Any], regions: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Geometry], tuple[Geometry, ...], tuple[str, ...]]:
    known: dict[str, str] = {}
    for key in REGION_KEYS:
        for region in regions:
            known.setdefault(_region_key(region, key), str(region["id"]))
    known.pop("", None)
    matched: dict[str, Geometry] = {}
    others: list[Geometry] = []
    names: list[str] = []
    for at, feature in enumerate(features):
        where = f"{path}: feature {at + 1} of {len(features)}"
        geometry, keys = _geometry(where, feature), list(_feature_keys(feature))
        rid = next((known[key] for key in keys if key in known), None)
        if rid is None:
            others.append(geometry)
            names += list(_names(feature))[:1]
        elif rid in matched:
            raise ReportError(f"{where}: region {rid} has a feature already; merge them into one MultiPolygon")
        else:
            matched[rid] = geometry
    return matched, tuple(others), tuple(names)


def _region_key(region: Mapping[str, Any], key: str) -> str:
    given = str(region["id"]).rsplit("-", 1)[-1] if key == "end of id" else region.get(key)
    return _plain(str(given or ""))


def _feature_keys(feature: Mapping[str, Any]) -> Iterator[str]:
    """What a feature may be known by, the surest first; adcodes as ISO codes."""
    given = {str(key).lower(): value for key, value in (feature.get("properties") or {}).items()}
    values = [str(value) for value in [feature.get("id"), *(given.get(key) for key in KEYS)] if value not in (None, "")]
    yield from (_plain(value) for value in values)
    yield from (_plain(ADCODES[code]) for code in (v.removeprefix("156") for v in values) if code in ADCODES)


def _names(feature: Mapping[str, Any]) -> Iterator[str]:
    given = {str(key).lower(): value for key, value in (feature.get("properties") or {}).items()}
    yield from (str(given[key]) for key in ("name", "name_zh", "name_en", "id", "adcode") if given.get(key))


def _plain(name: str) -> str:
    """A name without case, spaces, underscores and the Chinese ending that says what kind of place it is."""
    short = name.strip().lower().replace("_", " ").replace(" ", "")
    for ending in ENDINGS:
        if short.endswith(ending) and len(short) > len(ending) + 1:
            return short[: -len(ending)]
    return short


def _geometry(where: str, feature: Any) -> Geometry:
    """The geometry of a feature, checked. ReportError says what is wrong with it."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    geometry = geometry if isinstance(geometry, dict) else {}
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise ReportError(f"{where}: geometry is {kind}, expected Polygon or MultiPolygon; convert or remove it")
    polygons = geometry.get("coordinates") if kind == "MultiPolygon" else [geometry.get("coordinates")]
    if not isinstance(polygons, list) or not polygons:
        raise ReportError(f"{where}: has no coordinates; remove it or export the map again")
    checked = [[_ring(where, ring) for ring in _listed(where, polygon)] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": checked}


def _listed(where: str, polygon: Any) -> list[Any]:
    if not isinstance(polygon, list) or not polygon:
        raise ReportError(f"{where}: a polygon is not a list of rings; export the map again")
    return polygon


def _ring(where: str, ring: Any) -> list[Point]:
    if not isinstance(ring, list) or len(ring) < 4 or ring[0] != ring[-1]:
        raise ReportError(f"{where}: a ring has fewer than four points or is not closed; export the map again")
    return [_point(where, point) for point in ring]


def _point(where: str, point: Any) -> Point:
    numbers = isinstance(point, list) and len(point) >= 2 and all(isinstance(part, int | float) for part in point[:2])
    if not numbers or not all(math.isfinite(part) for part in point[:2]):
        raise ReportError(f"{where}: point {point!r} is not a pair of numbers; export the map again")
    if abs(point[0]) > 180 or abs(point[1]) > 90:
        raise ReportError(
            f"{where}: point {point[0]}, {point[1]} is not longitude and latitude in degrees; export the map in WGS 84"
        )
    return float(point[0]), float(point[1])


def _points(geometry: Geometry) -> Iterator[Point]:
    for polygon in geometry["coordinates"]:
        for ring in polygon:
            yield from ring


def _plane(points: Sequence[Point]) -> tuple[Callable[[Point], Point], float]:
    """From degrees to the plane, `WIDTH` wide from 0, and the height there."""
    east = [longitude for longitude, _ in points]
    wraps = max(east) - min(east) > 180

    def turned(point: Point) -> Point:
        return (point[0] + 360 if wraps and point[0] < 0 else point[0]), point[1]

    at = albers([turned(point) for point in points])
    placed = [at(turned(point)) for point in points]
    left, bottom = (min(point[axis] for point in placed) for axis in (0, 1))
    across, up = (max(point[axis] for point in placed) - low for axis, low in ((0, left), (1, bottom)))
    scale = WIDTH / (across or up or 1.0)

    def place(point: Point) -> Point:
        x, y = at(turned(point))
        return (x - left) * scale, (y - bottom) * scale

    return place, up * scale


def albers(points: Sequence[Point]) -> Callable[[Point], Point]:
    """Albers equal-area conic projection for points in degrees, radius 1 (Snyder 1987, p. 98-101)."""
    east, north = ([point[axis] for point in points] for axis in (0, 1))
    low, high, middle = min(north), max(north), (min(east) + max(east)) / 2
    first, second = (math.radians(low + (high - low) * share) for share in (1 / 6, 5 / 6))
    n = (math.sin(first) + math.sin(second)) / 2
    if abs(n) < 1e-6:
        return lambda point: (math.radians(point[0] - middle), math.sin(math.radians(point[1])))
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)
    origin = math.sqrt(c - 2 * n * math.sin(math.radians((low + high) / 2))) / n

    def at(point: Point) -> Point:
        rho = math.sqrt(c - 2 * n * math.sin(math.radians(point[1]))) / n
        theta = n * math.radians(point[0] - middle)
        return rho * math.sin(theta), origin - rho * math.cos(theta)

    return at


def _placed(geometry: Geometry, place: Callable[[Point], Point]) -> Geometry:
    rings = [[_thinned(place(point) for point in ring) for ring in polygon] for polygon in geometry["coordinates"]]
    return {"type": "MultiPolygon", "coordinates": rings}


def _thinned(ring: Iterable[Point]) -> list[list[float]]:
    """Points on a grid of whole units, repeats left out; a ring too small for that keeps finer points."""
    points = list(ring)
    for places in (0, 2):
        kept: list[list[float]] = []
        for x, y in points:
            point = [round(x, places), round(y, places)]
            if not kept or kept[-1] != point:
                kept.append(point)
        if len(kept) >= 4:
            return [[int(x), int(y)] for x, y in kept] if places == 0 else kept
    return [[round(x, 4), round(y, 4)] for x, y in points]


def middle(geometry: Geometry) -> Point:
    """The centroid of the largest polygon of a geometry, in plane coordinates: where its name stands."""
    best, centre = -1.0, (0.0, 0.0)
    for polygon in geometry["coordinates"]:
        ring = polygon[0]
        terms = [(a[0] * b[1] - b[0] * a[1], a, b) for a, b in itertools.pairwise(ring)]
        area = sum(cross for cross, _, _ in terms) / 2
        if abs(area) > best and area:
            best = abs(area)
            centre = (
                sum(cross * (a[0] + b[0]) for cross, a, b in terms) / (6 * area),
                sum(cross * (a[1] + b[1]) for cross, a, b in terms) / (6 * area),
            )
    return centre
