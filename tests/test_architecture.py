"""The house rules, read from the source: who imports whom, how long things are, what has a docstring."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("kernels", "bench", "planner")
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FILE_LINES, BODY_LINES, CLEAR_LINES = 400, 60, 10
VAGUE = {"utils", "util", "common", "core", "helpers", "misc", "base"}
FOREIGN = {
    "pyomo": ("planner.formulation", "planner.compile", "planner.template"),
    "pydantic": ("planner.config",),
    "highspy": ("planner.solve",),
    "altair": ("planner.report",),
    "vl_convert": ("planner.report", "bench.charts"),
    "jinja2": ("planner.report.forms",),
    "fluent": ("planner.report.language",),
    "babel": ("planner.report.language",),
    "typst": ("planner.report.forms",),
    "docx": ("planner.report.forms",),
    "xlsxwriter": ("planner.report.forms",),
    "sqlalchemy": ("bench.store",),
    "pg8000": ("bench.store",),
    "pyarrow": ("bench.store",),
    "click": ("planner.cli", "bench.cli"),
    "distributed": ("bench.fleet",),
}
JOINTS = {
    ("planner.capability", "bench.load"),
    ("planner.capability", "bench.record"),
    ("planner.capability", "bench.result"),
    ("planner.cli.bench_show", "bench.cli"),
}
REPORT_KNOWS = {"report", "plan", "tables"}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in OURS}


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(path: Path, *, within_functions: bool = True) -> Iterator[str]:
    """Absolute names that a file imports; a name imported from a package counts as its module where it is one."""
    for node in ast.walk(tree_of(path)) if within_functions else _at_import(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            named = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else str(node.module) for name in named)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Statements that run when the module is imported; what only type checkers see is left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _at_import(child)


def under(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_library_stays_in_its_room(name):
    outside = [
        module
        for module, path in MODULES.items()
        if any(under(found, (name,)) for found in imports(path)) and not under(module, FOREIGN[name])
    ]
    assert outside == []


def test_kernels_import_numpy_numba_and_themselves():
    allowed = ("kernels", "numpy", "numba", "llvmlite", *sys.stdlib_module_names)
    strangers = {
        (module, name)
        for module, path in MODULES.items()
        if under(module, ("kernels",))
        for name in imports(path)
        if not under(name, allowed)
    }
    assert strangers == set()


def test_packages_meet_only_at_their_joints():
    met = {
        (module, name)
        for module, path in MODULES.items()
        for name in imports(path)
        if under(name, PACKAGES) and name.split(".")[0] != module.split(".")[0]
    }
    across = {(module, name) for module, name in met if not (under(module, ("bench",)) and under(name, ("kernels",)))}
    assert across == JOINTS


def test_the_report_knows_plans_not_solvers():
    known = {
        name.split(".")[1]
        for module, path in MODULES.items()
        if under(module, ("planner.report",))
        for name in imports(path)
        if under(name, ("planner",))
    }
    assert known <= REPORT_KNOWS


def test_the_verifier_shares_no_formula_with_the_planner():
    known = {
        name
        for module, path in MODULES.items()
        if under(module, ("planner.verify",))
        for name in imports(path)
        if under(name, ("planner",)) and not under(name, ("planner.verify",))
    }
    assert known <= {"planner.plan", "planner.scenario", "planner.tables", "planner.capability"}


def test_no_import_cycles():
    """Depth-first over what runs when modules are imported."""
    needs = {
        module: {name for name in imports(path, within_functions=False) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module not in done:
            for needed in sorted(needs[module]):
                visit(needed, (*trail, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


def test_no_rooms_without_a_purpose():
    assert [str(path) for path in OURS if {path.stem, *path.relative_to(ROOT).parts[:-1]} & VAGUE] == []


def test_files_are_short():
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in OURS}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES} == {}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))


def lines(function: ast.FunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_function_bodies_are_short():
    found = [(path, node) for path in OURS for node in functions(path) if lines(node) > BODY_LINES]
    assert [f"{path.relative_to(ROOT)}:{node.lineno} {node.name}" for path, node in found] == []


def test_modules_and_public_things_have_docstrings():
    """A function of a few lines may let its name say it."""
    silent = []
    for path in OURS:
        tree = tree_of(path)
        things = [
            n
            for n in tree.body
            if isinstance(n, ast.ClassDef) or (isinstance(n, ast.FunctionDef) and lines(n) > CLEAR_LINES)
        ]
        public = [n for n in things if not n.name.startswith("_")]
        silent += [f"{path.relative_to(ROOT)}:{n.lineno} {n.name}" for n in public if not ast.get_docstring(n)]
        silent += [str(path.relative_to(ROOT))] if tree.body and not ast.get_docstring(tree) else []
    assert silent == []


def test_the_product_speaks_of_itself_alone():
    """No paths of the machine it was written on."""
    told = [
        str(path.relative_to(ROOT))
        for path in OURS
        if any(f'"{home}' in path.read_text("utf-8") for home in ("/home", "/root", "/tmp"))
    ]
    assert told == []
