"""JSON to frozen dataclasses and back, strictly, guided by the annotations alone.

Standard library only. A value that does not fit is refused with its place in the file.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

NAMES = {
    float: "a finite number",
    int: "a whole number",
    str: "text",
    bool: "true or false",
    type(None): "null",
}


class DecodeError(ValueError):
    """The JSON is not what the schema says; the text names place, expectation and value."""

    def __init__(self, where: str, expected: str, found: object) -> None:
        shown = json.dumps(found, default=str)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        super().__init__(f"{where or 'top level'}: expected {expected}, found {shown}")


def encode(value: Any) -> Any:
    """Frozen dataclasses, tuples and mappings as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [encode(entry) for entry in value]
    return value


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Value as JSON text; NaN and infinity are refused because JSON has none."""
    return json.dumps(encode(value), indent=indent, allow_nan=False, ensure_ascii=False)


def decode(kind: type[T], data: Any, where: str = "") -> T:
    """Plain JSON value as `kind`.

    Args:
        kind: a dataclass with annotated fields.
        data: what json.loads returned.
        where: place of `data` in the file, for messages.

    Raises:
        DecodeError: a field is missing, unknown or of another type.
    """
    value: T = _decode(kind, data, where)
    return value


def _decode(kind: Any, data: Any, where: str) -> Any:
    if kind is Any:
        return data
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, where)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind), data, where)
    if origin is tuple:
        return _row(get_args(kind)[0], data, where)
    if origin is Literal:
        return _choice(get_args(kind), data, where)
    if origin is not None:
        return _table(get_args(kind)[1], data, where)
    return _scalar(kind, data, where)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _record(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise DecodeError(where, f"an object ({kind.__name__})", data)
    fields = dataclasses.fields(kind)
    unknown = sorted(set(data) - {field.name for field in fields})
    if unknown:
        raise DecodeError(where, f"only the keys of {kind.__name__}", unknown)
    required = [f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING]
    missing = [name for name in required if name not in data]
    if missing:
        raise DecodeError(where, f"the keys {', '.join(missing)} of {kind.__name__}", sorted(data))
    hints, prefix = _hints(kind), f"{where}." if where else ""
    return kind(**{key: _decode(hints[key], entry, prefix + key) for key, entry in data.items()})


def _one_of(kinds: tuple[Any, ...], data: Any, where: str) -> Any:
    problems: list[DecodeError] = []
    for kind in kinds:
        try:
            return _decode(kind, data, where)
        except DecodeError as error:
            problems.append(error)
    raise max(problems, key=lambda error: len(str(error).split(":", 1)[0]))


def _row(kind: Any, data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise DecodeError(where, "a list", data)
    return tuple(_decode(kind, entry, f"{where}[{position}]") for position, entry in enumerate(data))


def _table(kind: Any, data: Any, where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise DecodeError(where, "an object", data)
    return {key: _decode(kind, entry, f"{where}.{key}") for key, entry in data.items()}


def _choice(values: tuple[Any, ...], data: Any, where: str) -> Any:
    if data not in values:
        raise DecodeError(where, "one of " + ", ".join(map(str, values)), data)
    return data


def _scalar(kind: Any, data: Any, where: str) -> Any:
    number = isinstance(data, (int, float)) and not isinstance(data, bool)
    if kind is float and number and math.isfinite(data):
        return float(data)
    if kind is not float and isinstance(data, kind) and (kind is not int or number):
        return data
    raise DecodeError(where, NAMES[kind], data)
