"""Suites and mixes from YAML, with one clear message for whatever is wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

SUITES = Path(__file__).resolve().parent.parent / "configs" / "suites"
PRECISIONS = ("fp64", "fp32", "fp16")
SHARE_TOLERANCE = 1e-6


class InputError(ValueError):
    """A file from the user is not what it should be; the text names file, key, value, expectation, remedy."""


@dataclass(frozen=True)
class Mix:
    """A workload mix: shares of its floating-point operations by kernel, summing to 1, and its precision."""

    id: str
    name: str
    precision: str
    shares: Mapping[str, float]
    source: str
    kind: str


@dataclass(frozen=True)
class Suite:
    """What `bench run` measures, see `bench.suite.Settings`; threads holds counts or "all", kernels names or "all"."""

    id: str
    name: str
    kernels: tuple[str, ...]
    preset: str
    threads: tuple[int | str, ...]
    processes: int
    interval: float
    min_samples: int
    min_time_s: float
    time_cap_s: float
    limit_s: float
    peers: bool


def read_mix(path: Path, kernels: Collection[str]) -> Mix:
    """Mix file, checked against the names of the kernels.

    Raises:
        InputError: unreadable, unknown or missing key, unknown kernel, shares that do not sum to 1.
    """
    data = _mapping(path, ("id", "name", "precision", "shares", "source", "kind"), ())
    shares = {str(name): _share(path, name, share) for name, share in _table(path, data, "shares").items()}
    for name in shares:
        known_name(name, kernels, f"{path}: shares")
    if abs(math.fsum(shares.values()) - 1) > SHARE_TOLERANCE:
        raise InputError(f"{path}: shares: sum to {math.fsum(shares.values()):.6g}, expected 1; scale them")
    texts = {key: _text(path, data, key) for key in ("id", "name", "precision", "source", "kind")}
    if texts["precision"] not in PRECISIONS:
        raise InputError(f"{path}: precision: expected one of {', '.join(PRECISIONS)}, found {texts['precision']!r}")
    return Mix(shares=shares, **texts)


def read_suite(name: str, kernels: Collection[str]) -> Suite:
    """Suite by name (a file in configs/suites) or by path, checked against the names of the kernels.

    Raises:
        InputError: no such suite, unreadable, unknown or missing key, wrong type, unknown kernel.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else SUITES / f"{name}.yaml"
    if not path.is_file():
        known = sorted(entry.stem for entry in SUITES.glob("*.yaml"))
        raise InputError(f"no suite {name!r}: expected one of {', '.join(known)}, or a path to a .yaml file")
    data = _mapping(path, ("id", "kernels", "preset", "time_cap_s"), ("name", *DEFAULTS))
    data = {**DEFAULTS, "name": data["id"], **data}
    names = _names(path, data, "kernels")
    for kernel in names if names != ("all",) else ():
        known_name(kernel, kernels, f"{path}: kernels")
    return Suite(
        id=_text(path, data, "id"),
        name=_text(path, data, "name"),
        kernels=names,
        preset=_text(path, data, "preset"),
        threads=_threads(path, data["threads"]),
        processes=int(_positive(path, data, "processes")),
        interval=_positive(path, data, "interval"),
        min_samples=int(_positive(path, data, "min_samples")),
        min_time_s=_positive(path, data, "min_time_s"),
        time_cap_s=_positive(path, data, "time_cap_s"),
        limit_s=_positive(path, data, "limit_s"),
        peers=_flag(path, data, "peers"),
    )


DEFAULTS: Mapping[str, Any] = {
    "threads": ["all"],
    "processes": 1,
    "interval": 0.02,
    "min_samples": 10,
    "min_time_s": 0.3,
    "limit_s": 600,
    "peers": False,
}


def known_name(name: str, names: Collection[str], where: str) -> None:
    """Refuse a name that is not among `names`, and say which one was probably meant. Raises InputError."""
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
        raise InputError(f"{where}: unknown kernel {name!r}; {hint}")


def _mapping(path: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Any]:
    data = _load(path)
    if not isinstance(data, dict):
        raise InputError(f"{path}: expected keys and values, found {type(data).__name__}")
    known = (*required, *optional)
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(known)}"
            raise InputError(f"{path}: unknown key {key!r}; {hint}")
    missing = [key for key in required if key not in data]
    if missing:
        raise InputError(f"{path}: missing {', '.join(missing)}")
    return data


def _load(path: Path) -> Any:
    try:
        return YAML(typ="safe").load(path.read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file in UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{path}{place}: not YAML: {error.problem}") from None


def _table(path: Path, data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data[key]
    if not isinstance(value, dict) or not value:
        raise InputError(f"{path}: {key}: expected names with numbers, found {value!r}")
    return value


def _share(path: Path, name: object, share: object) -> float:
    number = isinstance(share, (int, float)) and not isinstance(share, bool)
    if not number or not 0 < float(share) <= 1:  # type: ignore[arg-type]
        raise InputError(f"{path}: shares.{name}: expected a number above 0 and up to 1, found {share!r}")
    return float(share)  # type: ignore[arg-type]


def _text(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{path}: {key}: expected text, found {value!r}")
    return value.strip()


def _names(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data[key]
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{path}: {key}: expected all or a list of names, found {value!r}")
    return tuple(names)


def _threads(path: Path, value: object) -> tuple[int | str, ...]:
    counts = value if isinstance(value, list) else [value]
    for count in counts:
        if count != "all" and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
            raise InputError(f"{path}: threads: expected whole numbers from 1 or all, found {count!r}")
    return tuple(counts)


def _positive(path: Path, data: Mapping[str, Any], key: str) -> float:
    value = data[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise InputError(f"{path}: {key}: expected a number above 0, found {value!r}")
    return float(value)


def _flag(path: Path, data: Mapping[str, Any], key: str) -> bool:
    value = data[key]
    if not isinstance(value, bool):
        raise InputError(f"{path}: {key}: expected true or false, found {value!r}")
    return value
