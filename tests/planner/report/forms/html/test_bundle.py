"""The drawing library is bundled once and kept; a damaged or forbidden cache does no harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.report.forms.html.bundle import cache_folder, runtime

vl_convert = pytest.importorskip("vl_convert", reason="the report extra is not installed")


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every snippet that was bundled; the bundle itself is a stand-in with characters of many kinds."""
    asked: list[str] = []

    def bundle(snippet: str) -> str:
        asked.append(snippet)
        return "var 名称 = '\u2028';\n" * 3

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    return asked


def test_it_is_bundled_once(tmp_path: Path, bundled: list[str]) -> None:
    first = runtime(tmp_path / "deep" / "down")
    assert runtime(tmp_path / "deep" / "down") == first == "var 名称 = '\u2028';\n" * 3
    assert len(bundled) == 1
    assert [path.suffix for path in (tmp_path / "deep" / "down").iterdir()] == [".js"]


@pytest.mark.parametrize(
    "damage",
    [lambda raw: raw[:-4], lambda raw: raw.replace(b"var", b"bar"), lambda raw: b"", lambda raw: b"\xff\xfe" + raw],
)
def test_a_damaged_file_is_made_again(tmp_path: Path, bundled: list[str], damage: Callable[[bytes], bytes]) -> None:
    whole = runtime(tmp_path)
    (kept,) = tmp_path.iterdir()
    raw = kept.read_bytes()
    kept.write_bytes(damage(raw))
    assert runtime(tmp_path) == whole
    assert kept.read_bytes() == raw
    assert len(bundled) == 2


def test_another_version_has_its_own_file(tmp_path: Path, bundled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    runtime(tmp_path)
    monkeypatch.setattr("planner.report.forms.html.bundle.version", lambda name: "0.0.1")
    runtime(tmp_path)
    assert len(bundled) == len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_is_a_file_is_passed_over(tmp_path: Path, bundled: list[str]) -> None:
    taken = tmp_path / "taken"
    taken.write_text("here already")
    assert runtime(taken).startswith("var")
    assert taken.read_text() == "here already"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"INNOCAP_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/innocap")),
        ({"HOME": "/c"}, Path("/c/.cache/innocap")),
    ],
)
def test_the_cache_is_where_caches_are(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], found: Path) -> None:
    for name in ("INNOCAP_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == found
