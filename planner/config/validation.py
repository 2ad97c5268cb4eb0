"""Config trees checked against models: every pydantic error as a problem at its place in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from planner.config.loading import find, named
from planner.config.problems import FaultError, Problem, nearest, problem
from planner.config.tree import Key, Node, Path, plain
from planner.config.units import shown

M = TypeVar("M", bound=BaseModel)

_MOST_ROUNDS = 12


def validated(
    model: type[M],
    root: Node,
    problems: list[Problem],
    stand_ins: Mapping[Path, object] = MappingProxyType({}),
    currency: str | None = None,
) -> M | None:
    """The tree as a model, with a problem for everything that does not fit; money is counted in `currency`.

    What does not fit is left out as narrowly as possible, or gives way to its stand-in, and the rest is read all the
    same: later checks can then find the other problems. None where nothing sensible remains.
    """
    data = plain(root)
    for attempt in range(_MOST_ROUNDS):
        try:
            return model.model_validate(data, context={"currency": currency})
        except ValidationError as error:
            found = error.errors(include_url=False)
        if attempt == 0:
            problems.extend(_problem(model, root, item) for item in found)
        filled = {item["loc"] for item in found if item["loc"] in stand_ins}
        culprits = {_culprit(data, item) for item in found if item["loc"] not in stand_ins}
        if any(_is_essential(path) for path in culprits):
            return None
        data = _filled(_pruned(data, culprits), {path: stand_ins[path] for path in filled})
    return None


def _problem(model: type[BaseModel], root: Node, error: Any) -> Problem:
    loc: Path = error["loc"]
    node, walked = find(root, loc)
    path = named(root, walked)
    kind = error["type"]
    if kind == "missing":
        key = str(loc[-1])
        path = named(root, (*walked[: len(walked) - (walked == loc)], key))
        place = node.key_place if walked == loc else node.place
        return problem(place, path, f"the key {key!r} is missing", f"add {key}: ...")
    if kind == "extra_forbidden":
        remedy = nearest(str(loc[-1]), _keys_at(model, loc[:-1]))
        return problem(node.key_place, path, f"unknown key {str(loc[-1])!r}", remedy)
    message, remedy = _explained(error)
    return problem(node.key_place if loc[-1:] == ("[key]",) else node.place, path, message, remedy)


def _explained(error: Any) -> tuple[str, str]:
    kind, context, value = error["type"], error.get("ctx", {}), shown(error["input"])
    cause = context.get("error")
    if isinstance(cause, FaultError):
        return cause.message, cause.remedy
    if kind == "literal_error":
        words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
        return f"value {value} is not one of {', '.join(words)}", nearest(str(error["input"]), words)
    if kind in _EXPECTED:
        return f"value {value} is not {_EXPECTED[kind]}", _REMEDY.get(kind, f"write {_EXPECTED[kind]}")
    if kind == "string_pattern_mismatch":
        return f"value {value} is not an id", "use letters, digits, '-' and '_', no spaces, dots, '/' or '='"
    if kind in _BOUNDS:
        key, sign, word = _BOUNDS[kind]
        return f"value {value} is too {sign}; expected {word} {context[key]}", f"write {word} {context[key]}"
    return f"value {value}: {error['msg']}", "see the JSON schema of plan configs"


_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "too_short": "text (it is empty)",
    "string_too_short": "text (it is empty)",
}
_BOUNDS = {"greater_than_equal": ("ge", "small", "at least"), "less_than_equal": ("le", "large", "at most")}
_REMEDY = {
    "tuple_type": "write it in brackets: [...]",
    "too_short": "write some text",
    "string_too_short": "write some text",
}


def _keys_at(model: type[BaseModel], loc: Path) -> tuple[str, ...]:
    """The keys a model allows at a path of its own."""
    at: Any = model
    for part in loc:
        held = next(iter(_models(at)), None) if not isinstance(part, int) else None
        if held is not None:
            info = _field(held, part)
            at = at if info is None else info
    held = next(iter(_models(at)), None)
    return () if held is None else tuple(info.alias or name for name, info in held.model_fields.items())


def _field(model: type[BaseModel], part: Key) -> Any:
    for name, info in model.model_fields.items():
        if part in (name, info.alias):
            return info.annotation
    return None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _is_essential(path: Path) -> bool:
    """Whether nothing can be said without it: the whole, or what decides which columns there are."""
    return not path or path[:2] in (("regions", "table"), ("regions", "also"), ("regions", "id"))


def _culprit(data: Any, error: Any) -> Path:
    """Path of what to leave out for an error: the value itself, or what lacks it. Lists without ids go as a whole."""
    walked: tuple[Key, ...] = ()
    for part in error["loc"]:
        if isinstance(data, dict) and part in data:
            data, walked = data[part], (*walked, part)
        elif isinstance(data, tuple) and isinstance(part, int) and part < len(data):
            data = data[part]
            if not isinstance(data, dict) or "id" not in data:
                break
            walked = (*walked, part)
    return walked


def _pruned(data: Any, culprits: set[Path]) -> Any:
    """The data without the culprits."""
    heads: dict[Key, set[Path]] = {}
    for path in culprits:
        heads.setdefault(path[0], set()).add(path[1:])
    items = data.items() if isinstance(data, dict) else enumerate(data)
    kept = {k: _pruned(v, heads[k]) if k in heads else v for k, v in items if () not in heads.get(k, ())}
    return kept if isinstance(data, dict) else tuple(kept.values())


def _filled(data: Any, values: Mapping[Path, object]) -> Any:
    """The data with stand-ins in it; the mappings above them are there."""
    for path, value in values.items():
        inner = value if len(path) == 1 else _filled(data[path[0]], {path[1:]: value})
        data = data | {path[0]: inner}
    return data
