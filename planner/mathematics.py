"""The model in words: every set, symbol, unit and rule of an instance, with its formula and row count."""

from __future__ import annotations

import inspect

from planner.formulation.model import OBJECTIVE, RULES, declare
from planner.instance import Instance
from planner.symbols import IndexSet, Rule, Symbols, size


def describe(instance: Instance) -> str:
    """Plain text: sets, parameters, variables, rules in reading order, objective."""
    symbols = declare(instance)
    parts = [_sets(symbols), _params(symbols), _variables(symbols), *(_rule(symbols, rule) for rule in RULES)]
    return "\n\n".join([*parts, _objective()]) + "\n"


def _sets(symbols: Symbols) -> str:
    lines = [f"  {s.name:<16} {s.letter}  {s.size:>6,}  {s.doc}" for s in symbols.sets]
    lines += [f"  {s.name:<16} [{', '.join(_letters(symbols, s.over))}] in {s.of}: {s.doc}" for s in symbols.subsets]
    return "SETS\n" + "\n".join(lines)


def _params(symbols: Symbols) -> str:
    shown = [p for p in symbols.params if p.unit or p.values.dtype.kind == "f"]
    return "GIVEN\n" + "\n".join(f"  {_indexed(symbols, p.name, p.over):<34} {_unit(p.unit)}{p.doc}" for p in shown)


def _variables(symbols: Symbols) -> str:
    lines = [f"  {_indexed(symbols, v.name, v.over):<34} {_unit(v.unit)}{v.doc}" for v in symbols.variables]
    return "DECIDED\n" + "\n".join(lines)


def _rule(symbols: Symbols, rule: Rule) -> str:
    over: tuple[str, ...] = rule.over  # type: ignore[attr-defined]
    rows = 1
    for count in size(symbols, over):
        rows *= count
    text = inspect.cleandoc(rule.__doc__ or "")
    return f"{_indexed(symbols, rule.__name__, over)}   {rows:,} rows\n" + _indented(text)


def _objective() -> str:
    return f"OBJECTIVE {OBJECTIVE.__name__}, maximized\n" + _indented(inspect.cleandoc(OBJECTIVE.__doc__ or ""))


def _indexed(symbols: Symbols, name: str, over: tuple[str, ...]) -> str:
    return f"{name}[{','.join(_letters(symbols, over))}]" if over else name


def _letters(symbols: Symbols, over: tuple[str, ...]) -> list[str]:
    by_name: dict[str, IndexSet] = {s.name: s for s in symbols.sets}
    return [by_name[name].letter for name in over]


def _unit(unit: str) -> str:
    return f"[{unit}] " if unit else ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
