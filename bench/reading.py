"""Suites from TOML and mixes from YAML, with one clear message for whatever is wrong.

A suite needs the standard library only; ruamel.yaml is loaded when a mix is read.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """What `bench run` measures, see `bench.settings`; threads holds counts or "all", kernels names or "all"."""

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
    beyond_cache: bool = False
    noise_floor: bool = False
    energy: bool = False


@dataclass(frozen=True)
class Document:
    """A file of keys and values: where it lies, its text, what it says."""

    path: Path
    text: str
    data: Mapping[str, Any]

    def at(self, key: str) -> str:
        """Place of a key for messages: the file, and the line where the key begins one."""
        found = re.search(rf"""^[ \t]*["']?{re.escape(key)}["']?[ \t]*[:=]""", self.text, re.MULTILINE)
        line = f":{self.text.count(chr(10), 0, found.start()) + 1}" if found else ""
        return f"{self.path}{line}: {key}"


def read_mix(path: Path, kernels: Collection[str]) -> Mix:
    """Mix file (YAML), checked against the names of the kernels.

    Raises:
        InputError: unreadable, unknown or missing key, unknown kernel, shares that do not sum to 1.
    """
    found = _checked(path, _yaml, ("id", "name", "precision", "shares", "source", "kind"), ())
    shares = {str(name): _share(found, name, share) for name, share in _table(found, "shares").items()}
    for name in shares:
        known_name(name, kernels, found.at("shares"))
    if abs(math.fsum(shares.values()) - 1) > SHARE_TOLERANCE:
        raise InputError(f"{found.at('shares')}: sum to {math.fsum(shares.values()):.6g}, expected 1; scale them")
    texts = {key: _text(found, key) for key in ("id", "name", "precision", "source", "kind")}
    if texts["precision"] not in PRECISIONS:
        raise InputError(
            f"{found.at('precision')}: expected one of {', '.join(PRECISIONS)}, found {texts['precision']!r}"
        )
    return Mix(shares=shares, **texts)


def read_suite(name: str, kernels: Collection[str]) -> Suite:
    """Suite by name (a file in configs/suites) or by path of a TOML file, checked against the names of the kernels.

    Raises:
        InputError: no such suite, unreadable, unknown or missing key, wrong type, unknown kernel.
    """
    path = suite_path(name)
    found = _checked(path, _toml, ("id", "kernels", "preset", "time_cap_s"), ("name", *DEFAULTS))
    data = {**DEFAULTS, "name": found.data["id"], **found.data}
    found = Document(found.path, found.text, data)
    names = _names(found, "kernels")
    for kernel in names if names != ("all",) else ():
        known_name(kernel, kernels, found.at("kernels"))
    return Suite(
        id=_text(found, "id"),
        name=_text(found, "name"),
        kernels=names,
        preset=_text(found, "preset"),
        threads=_threads(found, "threads"),
        processes=_count(found, "processes"),
        interval=_positive(found, "interval"),
        min_samples=_count(found, "min_samples"),
        min_time_s=_positive(found, "min_time_s"),
        time_cap_s=_positive(found, "time_cap_s"),
        limit_s=_positive(found, "limit_s"),
        peers=_flag(found, "peers"),
        beyond_cache=_flag(found, "beyond_cache"),
        noise_floor=_flag(found, "noise_floor"),
        energy=_flag(found, "energy"),
    )


DEFAULTS: Mapping[str, Any] = {
    "threads": ["all"],
    "processes": 1,
    "interval": 0.02,
    "min_samples": 10,
    "min_time_s": 0.3,
    "limit_s": 600,
    "peers": False,
    "beyond_cache": False,
    "noise_floor": False,
    "energy": False,
}


def suite_path(name: str) -> Path:
    """File of a suite, by its name in configs/suites or by a path that ends with .toml.

    Raises:
        InputError: there is no such file.
    """
    if name.endswith((".yaml", ".yml")):
        raise InputError(f'{name}: suites are TOML files, with lines like preset = "quick"; save it as .toml')
    path = Path(name) if name.endswith(".toml") else SUITES / f"{name}.toml"
    if not path.is_file():
        known = sorted(entry.stem for entry in SUITES.glob("*.toml"))
        raise InputError(f"no suite {name!r}: expected one of {', '.join(known)}, or a path to a .toml file")
    return path


def read_yaml(path: Path, required: tuple[str, ...], optional: tuple[str, ...]) -> Document:
    """YAML file of keys and values, whose keys are checked.

    Raises:
        InputError: unreadable, not YAML, unknown or missing key.
    """
    return _checked(path, _yaml, required, optional)


def known_name(name: str, names: Collection[str], where: str) -> None:
    """Refuse a name that is not among `names`, and say which one was probably meant. Raises InputError."""
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
        raise InputError(f"{where}: unknown kernel {name!r}; {hint}")


def _checked(
    path: Path, parse: Callable[[Path, str], Any], required: tuple[str, ...], optional: tuple[str, ...]
) -> Document:
    text = _text_of(path)
    data = parse(path, text)
    if not isinstance(data, dict):
        raise InputError(f"{path}: expected keys and values, found {type(data).__name__}")
    found, known = Document(path, text, data), (*required, *optional)
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(known)}"
            raise InputError(f"{found.at(str(key))}: unknown key; {hint}")
    missing = [key for key in required if key not in data]
    if missing:
        raise InputError(f"{path}: missing {', '.join(missing)}")
    return found


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file in UTF-8") from None


def _toml(path: Path, text: str) -> Any:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        lines = len(text.splitlines()) or 1
        what, line, column = (said.group(1), said.group(2) or lines, said.group(3) or 1) if said else (error, lines, 1)
        raise InputError(f'{path}:{line}:{column}: not TOML: {what}; texts stand in quotes: preset = "quick"') from None


def _yaml(path: Path, text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{path}{place}: not YAML: {error.problem}") from None


def _table(found: Document, key: str) -> dict[str, Any]:
    value = found.data[key]
    if not isinstance(value, dict) or not value:
        raise InputError(f"{found.at(key)}: expected names with numbers, found {value!r}")
    return value


def _share(found: Document, name: object, share: object) -> float:
    number = isinstance(share, (int, float)) and not isinstance(share, bool)
    if not number or not 0 < float(share) <= 1:  # type: ignore[arg-type]
        raise InputError(f"{found.at('shares')}.{name}: expected a number above 0 and up to 1, found {share!r}")
    return float(share)  # type: ignore[arg-type]


def _text(found: Document, key: str) -> str:
    value = found.data[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{found.at(key)}: expected text, found {value!r}")
    return value.strip()


def _names(found: Document, key: str) -> tuple[str, ...]:
    value = found.data[key]
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise InputError(f'{found.at(key)}: expected "all" or a list of names, found {value!r}')
    return tuple(names)


def _threads(found: Document, key: str) -> tuple[int | str, ...]:
    value = found.data[key]
    counts = value if isinstance(value, list) else [value]
    if not counts:
        raise InputError(f'{found.at(key)}: expected whole numbers from 1 or "all", found an empty list')
    for count in counts:
        if count != "all" and (not isinstance(count, int) or isinstance(count, bool) or count < 1):
            raise InputError(f'{found.at(key)}: expected whole numbers from 1 or "all", found {count!r}')
    return tuple(counts)


def _positive(found: Document, key: str) -> float:
    value = found.data[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise InputError(f"{found.at(key)}: expected a number above 0, found {value!r}")
    return float(value)


def _count(found: Document, key: str) -> int:
    value = found.data[key]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{found.at(key)}: expected a whole number from 1, found {value!r}")
    return value


def _flag(found: Document, key: str) -> bool:
    value = found.data[key]
    if not isinstance(value, bool):
        raise InputError(f"{found.at(key)}: expected true or false, found {value!r}")
    return value
