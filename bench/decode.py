"""JSON to frozen dataclasses and back, strictly, guided by the annotations alone.

Standard library only. A value that does not fit is refused with its place in the file.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]

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
        super().__init__(where, expected, shown)
        self.where, self.told = where, f"expected {expected}, found {shown}"

    def __str__(self) -> str:
        return f"{self.where or 'top level'}: {self.told}"

    def below(self, place: str) -> DecodeError:
        """The same misfit, seen from one level further up."""
        dot = "." if place and self.where and not self.where.startswith("[") else ""
        self.where = f"{place}{dot}{self.where}"
        return self


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
    return json.dumps(value, indent=indent, allow_nan=False, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping) or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
        return encode(value)
    raise TypeError(f"{type(value).__name__} is not a value of JSON")


def decode(kind: type[T], data: Any, where: str = "") -> T:
    """Plain JSON value as `kind`.

    Args:
        kind: a dataclass with annotated fields.
        data: what json.loads returned.
        where: place of `data` in the file, for messages.

    Raises:
        DecodeError: a field is missing, unknown or of another type.
    """
    try:
        value: T = _reader(cast(Any, kind))(data)
    except DecodeError as error:
        raise error.below(where) from None
    return value


@cache
def _reader(kind: Any) -> Reader:
    """What turns data into `kind`: made once per type, because results are read by the hundred thousand."""
    if kind is Any:
        return _anything
    if dataclasses.is_dataclass(kind):
        return _record(kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(get_args(kind))
    if origin is tuple:
        return _row(get_args(kind)[0])
    if origin is Literal:
        return _choice(get_args(kind))
    if origin is not None:
        return _table(get_args(kind)[1])
    return _number if kind is float else _scalar(kind)


def _anything(data: Any) -> Any:
    return data


def _record(kind: Any) -> Reader:
    hints, fields = get_type_hints(kind), dataclasses.fields(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields}
    required = [f.name for f in fields if f.default is f.default_factory is dataclasses.MISSING]

    def read(data: Any) -> Any:
        if not isinstance(data, dict):
            raise DecodeError("", f"an object ({kind.__name__})", data)
        if not data.keys() <= readers.keys():
            raise DecodeError("", f"only the keys of {kind.__name__}", sorted(data.keys() - readers.keys()))
        missing = [name for name in required if name not in data]
        if missing:
            raise DecodeError("", f"the keys {', '.join(missing)} of {kind.__name__}", sorted(data))
        return kind(**_entries(readers, data))

    return read


def _entries(readers: Mapping[str, Reader], data: Mapping[str, Any]) -> dict[str, Any]:
    found, key = {}, ""
    try:
        for key, entry in data.items():
            found[key] = readers[key](entry)
    except DecodeError as error:
        raise error.below(key) from None
    return found


def _one_of(kinds: tuple[Any, ...]) -> Reader:
    readers, optional = [_reader(kind) for kind in kinds if kind is not type(None)], type(None) in kinds

    def read(data: Any) -> Any:
        if data is None and optional:
            return None
        problems: list[DecodeError] = []
        for reader in readers:
            try:
                return reader(data)
            except DecodeError as error:
                problems.append(error)
        raise max(problems, key=lambda error: len(error.where))

    return read


def _row(kind: Any) -> Reader:
    reader = _reader(kind)

    def read(data: Any) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise DecodeError("", "a list", data)
        if kind is float and set(map(type, data)) <= {float} and all(map(math.isfinite, data)):
            return tuple(data)
        return tuple(_entry(reader, entry, position) for position, entry in enumerate(data))

    return read


def _entry(reader: Reader, entry: Any, position: int) -> Any:
    try:
        return reader(entry)
    except DecodeError as error:
        raise error.below(f"[{position}]") from None


def _table(kind: Any) -> Reader:
    reader = _reader(kind)

    def read(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise DecodeError("", "an object", data)
        return _entries(dict.fromkeys(data, reader), data)

    return read


def _choice(values: tuple[Any, ...]) -> Reader:
    def read(data: Any) -> Any:
        if data not in values:
            raise DecodeError("", "one of " + ", ".join(map(str, values)), data)
        return data

    return read


def _scalar(kind: Any) -> Reader:
    def read(data: Any) -> Any:
        if isinstance(data, kind) and (kind is not int or not isinstance(data, bool)):
            return data
        raise DecodeError("", NAMES[kind], data)

    return read


def _number(data: Any) -> float:
    if type(data) is float and math.isfinite(data):
        return data
    if isinstance(data, (int, float)) and not isinstance(data, bool):
        with suppress(OverflowError):
            if math.isfinite(data):
                return float(data)
    raise DecodeError("", NAMES[float], data)
