"""The catalogs: both languages say the same things, nothing the code asks for is missing, nothing lies unused."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner.report

pytest.importorskip("fluent.syntax", reason="the report extra is not installed")

FOLDER = Path(planner.report.__file__).parent
CATALOG = FOLDER / "catalog"
FILES = sorted(path.name for path in (CATALOG / "en").glob("*.ftl"))
# Brackets of a formula stay half-width; beside a Chinese character they do not.
HALF_WIDTH = re.compile(r'[,:;?!"]|[\u4e00-\u9fff][().]|[()][\u4e00-\u9fff]')
ID = re.compile(r"[a-z][a-z0-9]*(-[a-zA-Z0-9_]+)*")


def messages(path: Path) -> dict[str, frozenset[str]]:
    """Message id -> names of the variables it uses."""
    from fluent.syntax import FluentParser
    from fluent.syntax import ast as fluent
    from fluent.syntax.visitor import Visitor

    class Variables(Visitor):
        def __init__(self) -> None:
            self.found: set[str] = set()

        def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
            self.found.add(node.id.name)

    resource = FluentParser().parse(path.read_text("utf-8"))
    found: dict[str, frozenset[str]] = {}
    for entry in resource.body:
        assert not isinstance(entry, fluent.Junk), f"{path}: cannot be read: {entry.content!r}"
        if isinstance(entry, fluent.Message):
            variables = Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{path}: {entry.id.name} stands twice"
            found[entry.id.name] = frozenset(variables.found)
    return found


def texts(path: Path) -> list[str]:
    """Every piece of text in the messages of a file, without the places for values."""
    from fluent.syntax import FluentParser
    from fluent.syntax import ast as fluent
    from fluent.syntax.visitor import Visitor

    found: list[str] = []

    class Texts(Visitor):
        def visit_TextElement(self, node: fluent.TextElement) -> None:  # noqa: N802
            found.append(node.value)

    for entry in FluentParser().parse(path.read_text("utf-8")).body:
        if isinstance(entry, fluent.Message):
            Texts().visit(entry)
    return found


def every(lang: str) -> dict[str, frozenset[str]]:
    return {key: names for name in FILES for key, names in messages(CATALOG / lang / name).items()}


ENGLISH, CHINESE = every("en"), every("zh")


def sources() -> Iterator[Path]:
    yield from FOLDER.rglob("*.py")
    yield from FOLDER.rglob("*.j2")


def beginnings(path: Path) -> Iterator[str]:
    """Beginnings of ids that the code completes with a word of the plan: f"class-{id}", "mark-" ~ kind."""
    for text, _ in strings(path):
        if re.fullmatch(r"[a-z][a-z0-9]*-([a-z0-9-]+-)?", text):
            yield text


def strings(path: Path) -> Iterator[tuple[str, int]]:
    """Text that may be a message id, with its line: string literals of Python, quoted words of templates."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, node.lineno
    else:
        for at, line in enumerate(text.splitlines(), 1):
            yield from ((word, at) for word in re.findall(r"['\"]([a-z][\w-]*)['\"]", line))


def said(path: Path) -> Iterator[tuple[str, int]]:
    """Literal ids given to `say`: say("x"), words.say("x"), say("a" if b else "c")."""
    if path.suffix != ".py":
        text = path.read_text("utf-8")
        yield from ((found.group(1), 0) for found in re.finditer(r"\bsay\(['\"]([\w-]+)['\"]", text))
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and _name(node.func) == "say":
            first = node.args[0]
            branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            for branch in branches:
                if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                    yield branch.value, node.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_both_languages_have_the_same_files() -> None:
    assert sorted(path.name for path in (CATALOG / "zh").glob("*.ftl")) == FILES


def test_no_id_stands_in_two_files() -> None:
    for lang in ("en", "zh"):
        ids = [key for name in FILES for key in messages(CATALOG / lang / name)]
        assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same_things(name: str) -> None:
    english, chinese = messages(CATALOG / "en" / name), messages(CATALOG / "zh" / name)
    only = {key for key in english.keys() ^ chinese.keys() if not key.startswith(("currency-", "unit-"))}
    assert only == set(), f"{name}: in one language alone"
    both = english.keys() & chinese.keys()
    assert {key: (english[key], chinese[key]) for key in both if english[key] != chinese[key]} == {}


def test_every_message_the_code_asks_for_exists() -> None:
    missing = [
        f"{path.name}:{line}: {key}"
        for path in sources()
        for key, line in said(path)
        if not any(known == key or (key.endswith("-") and known.startswith(key)) for known in ENGLISH)
    ]
    assert missing == []


def test_no_message_lies_unused() -> None:
    used = {text for path in sources() for text, _ in strings(path)}
    opened = tuple({text for path in sources() for text in beginnings(path)})
    unused = {key for key in ENGLISH if key not in used and not key.startswith(opened)}
    assert unused == set()


def test_ids_are_lower_case_words() -> None:
    assert [key for key in {*ENGLISH, *CHINESE} if not ID.fullmatch(key)] == []


@pytest.mark.parametrize("name", FILES)
def test_chinese_is_punctuated_as_chinese(name: str) -> None:
    """No half-width comma, colon, semicolon, bracket, quote or full stop in Chinese text."""
    wrong = [text for text in texts(CATALOG / "zh" / name) if HALF_WIDTH.search(text)]
    assert wrong == []


@pytest.mark.parametrize("name", FILES)
def test_no_english_is_left_in_chinese(name: str) -> None:
    """Two lower-case words in a row are a sentence nobody translated."""
    wrong = [text for text in texts(CATALOG / "zh" / name) if re.search(r"[a-z]{2,} [a-z]{2,}", text)]
    assert wrong == []
