"""Bundles: the same bytes each time, and run.sh really run, with stand-ins for wheels or with real ones on request."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.fleet import bundle
from bench.fleet.bundle import INSTALLER, NEEDS, TOP, fetch_wheels, pins, run_script, this_python, write_bundle
from bench.load import ResultError
from bench.reading import InputError
from bench.result import read_result
from tests.bench.test_needs import SUITE

INSTALL = """
import os, pathlib, sys, sysconfig
with open(os.environ["LOG"], "a") as log:
    print(*sys.argv[1:], file=log)
pathlib.Path(sysconfig.get_path("purelib"), "stand_in.pth").write_text(os.environ["SITE"])
"""
NO_NETWORK = ("unshare", "--map-root-user", "--net")


def wheel(folder: Path, name: str, version: str = "1.0", **files: str) -> Path:
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside.replace("__main__", "/__main__.py"), text)
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> list[Path]:
    """Stand-ins: an installer that lets the new environment see the packages of this one, and empty wheels."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    return sorted([wheel(folder, INSTALLER, pip__main__=INSTALL), *(wheel(folder, name) for name in NEEDS)])


@pytest.fixture
def unpacked(tmp_path: Path, wheels: list[Path]) -> Path:
    write_bundle(tmp_path / "b.tar.gz", wheels, this_python())
    return unpack(tmp_path / "b.tar.gz", tmp_path / "far away")


def unpack(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / TOP


def started(
    top: Path, *arguments: str, prefix: tuple[str, ...] = (), **environ: str
) -> subprocess.CompletedProcess[str]:
    variables = {
        **os.environ,
        "PYTHON": sys.executable,
        "LOG": str(top.parent / "log"),
        "SITE": sysconfig.get_path("purelib"),
        **environ,
    }
    variables.pop("PYTHONPATH", None)
    command = [*prefix, str(top / "run.sh"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=variables, cwd=top.parent, timeout=240)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, wheels: list[Path]) -> None:
    digests = [write_bundle(tmp_path / name, wheels, "3.12") for name in ("a.tar.gz", "b.tar.gz")]
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()
    assert digests == [hashlib.sha256((tmp_path / "a.tar.gz").read_bytes()).hexdigest()] * 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar.gz", "b.tar.gz", "wheels"]


def test_the_archive_holds_sources_suites_wheels_and_their_checksums(unpacked: Path) -> None:
    names = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert {"run.sh", "LICENSE", "README.txt", "requirements.txt", "SHA256SUMS"} <= names
    assert {"bench/suite.py", "kernels/memory/stream.py", "configs/suites/quick.toml"} <= names
    assert not any("__pycache__" in name or name.startswith("planner") for name in names)
    sums = dict(line.split("  ")[::-1] for line in (unpacked / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == names - {"SHA256SUMS"}
    assert all(hashlib.sha256((unpacked / name).read_bytes()).hexdigest() == digest for name, digest in sums.items())
    assert (unpacked / "requirements.txt").read_text().splitlines() == [f"{name}==1.0" for name in NEEDS]


def test_the_archive_names_no_owner_and_no_time(tmp_path: Path, unpacked: Path) -> None:
    with tarfile.open(tmp_path / "b.tar.gz") as packed:
        entries = packed.getmembers()
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, "", "")}
    assert len({entry.mtime for entry in entries}) == 1
    assert [entry.name for entry in entries if entry.mode == 0o755] == [f"{TOP}/run.sh"]
    assert all(entry.isfile() for entry in entries)


def test_run_sh_sets_up_once_without_an_index_and_leaves_a_result(unpacked: Path) -> None:
    (unpacked.parent / "tiny.toml").write_text(SUITE)
    done = started(unpacked, "run", "--suite", "tiny.toml", "-o", "r.json", PYTHONPATH="/nowhere")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("setting up once in ")
    assert read_result(unpacked.parent / "r.json").cases[0].kernel == "stream_triad"
    again = started(unpacked, "show", "r.json")
    assert again.returncode == 0
    assert "setting up" not in again.stderr
    asked = (unpacked.parent / "log").read_text().splitlines()
    assert len(asked) == 1
    assert "--isolated install" in asked[0]
    assert "--no-index" in asked[0]
    assert "://" not in asked[0] + (unpacked / "run.sh").read_text()
    assert len(list(unpacked.glob(".venv-*"))) == 1


def test_two_that_set_up_at_once_share_one_environment(unpacked: Path) -> None:
    variables = {**os.environ, "PYTHON": sys.executable, "LOG": os.devnull, "SITE": sysconfig.get_path("purelib")}
    both = [
        subprocess.Popen([str(unpacked / "run.sh"), "--help"], env=variables, stdout=subprocess.PIPE) for _ in range(2)
    ]
    assert [process.communicate()[0].startswith(b"Usage") for process in both] == [True, True]
    assert len(list(unpacked.glob(".venv-*"))) == 1


def test_run_sh_refuses_what_is_damaged(unpacked: Path) -> None:
    with (unpacked / "bench" / "suite.py").open("a") as stream:
        stream.write("\n")
    (unpacked / "LICENSE").unlink()
    done = started(unpacked, "--help")
    assert done.returncode == 2
    assert "damaged or missing: LICENSE, bench/suite.py; unpack the bundle again" in done.stderr
    assert not list(unpacked.glob(".venv-*"))


def test_run_sh_refuses_another_python_and_another_machine(tmp_path: Path, unpacked: Path) -> None:
    other = tmp_path / "other.sh"
    other.write_text(run_script("3.99", "x==1\n"))
    done = subprocess.run(["sh", str(other)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "error: Python 3.99 is not found; name it: PYTHON=/path/to/python3.99" in done.stderr
    other.write_text(run_script("3.11", "x==1\n").replace(bundle._system(), "Plan9 mips"))
    done = subprocess.run(["sh", str(other)], capture_output=True, text=True)
    assert done.returncode == 2
    assert "error: this bundle is for Plan9 mips, this machine is " in done.stderr


def test_run_sh_names_the_remedy_where_no_environment_can_be_made(unpacked: Path) -> None:
    done = started(unpacked, "--help", INNOCAP_VENV="/proc/none")
    assert done.returncode == 2
    assert "/proc/none cannot be made; name another place: INNOCAP_VENV=" in done.stderr


def test_shellcheck_finds_nothing_in_run_sh(unpacked: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed: apt install shellcheck")
    done = subprocess.run(["shellcheck", str(unpacked / "run.sh")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_pins_hold_for_the_python_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "constraints.txt"
    path.write_text(
        "# note\na==1\nb==1 ; python_full_version < '3.12'\nb==2 ; python_full_version >= '3.12'  # new\n"
        "c==1 ; sys_platform == 'win32'\n"
    )
    assert pins(path, "3.11") == ["a==1", "b==1", "c==1 ; sys_platform == 'win32'"]
    assert pins(path, "3.12") == pins(path, "3.13") == ["a==1", "b==2", "c==1 ; sys_platform == 'win32'"]
    with pytest.raises(InputError, match="a bundle is made from the source folder"):
        pins(tmp_path / "none.txt", "3.11")


def fake_pip(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(bundle, "_pip", lambda _: [sys.executable, "-c", text])


def test_wheels_are_asked_for_in_fixed_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "import sys; o = sys.argv; d = o[o.index('--dest') + 1]; open(d + '/a-1-py3-none-any.whl', 'w').write(str(o))"
    )
    fake_pip(monkeypatch, text + "; assert 'llvmlite==' in open(o[o.index('--constraint') + 1]).read()")
    (found,) = fetch_wheels(tmp_path, "3.12")
    words = found.read_text()
    assert "'--only-binary=:all:', '--python-version', '3.12'" in words
    assert "--no-index" not in words
    assert all(f"'{name}==" in words for name in NEEDS)
    assert words.endswith("'pip']")
    source = tmp_path / "mine"
    source.mkdir()
    fetch_wheels(tmp_path, "3.12", source)
    assert f"'--no-index', '--find-links', '{source}'" in found.read_text()


@pytest.mark.parametrize("python", ["3", "3.9", "2.7", "3.11.7", "new", "3.1"])
def test_other_versions_are_refused(tmp_path: Path, python: str) -> None:
    with pytest.raises(InputError, match=r"--python: expected a version from 3\.11 on"):
        fetch_wheels(tmp_path, python)


def test_wheels_that_cannot_be_had_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="is no folder; give one that holds"):
        fetch_wheels(tmp_path, "3.11", tmp_path / "none")
    fake_pip(monkeypatch, "import sys; sys.exit('ERROR: first\\nERROR: No matching distribution found for numba==0')")
    with pytest.raises(InputError, match="No matching distribution found for numba==0; connect to a package index"):
        fetch_wheels(tmp_path, "3.11")
    with pytest.raises(InputError, match=f"numba==0; put it into {tmp_path}"):
        fetch_wheels(tmp_path, "3.11", tmp_path)


def test_missing_and_strange_wheels_are_refused(tmp_path: Path, wheels: list[Path]) -> None:
    kept = [path for path in wheels if not path.name.startswith(("numba", "pip"))]
    with pytest.raises(InputError, match="no wheel of numba, pip among 5 files"):
        write_bundle(tmp_path / "b.tar.gz", kept, "3.11")
    with pytest.raises(InputError, match="not the name of a wheel"):
        write_bundle(tmp_path / "b.tar.gz", [tmp_path / "x.whl"], "3.11")
    assert not (tmp_path / "b.tar.gz").exists()


def test_an_archive_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, wheels: list[Path]) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(ResultError, match="cannot be written"):
        write_bundle(tmp_path / "file" / "b.tar.gz", wheels, "3.11")
    assert (tmp_path / "file").read_text() == "old"


def test_the_command_tells_size_checksum_and_what_to_do_next(
    tmp_path: Path, wheels: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(bundle, "fetch_wheels", lambda *arguments: asked.append(arguments[1:]) or wheels)
    output = tmp_path / "b.tar.gz"
    found = CliRunner().invoke(bench, ["bundle", "-o", str(output), "--python", "3.13", "--json"])
    assert found.exit_code == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["sha256"] == hashlib.sha256(output.read_bytes()).hexdigest()
    assert told["size_bytes"] == output.stat().st_size
    assert asked == [("3.13", None)]
    assert "tar xzf b.tar.gz && innocap-bench/run.sh" in found.stderr
    again = CliRunner().invoke(bench, ["bundle", "-o", str(output)])
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_a_real_bundle_runs_without_a_network(tmp_path: Path) -> None:
    if not os.environ.get("INNOCAP_TEST_DOWNLOADS"):
        pytest.skip("downloads 80 MB of wheels: set INNOCAP_TEST_DOWNLOADS=1")
    if subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode:
        pytest.skip("this system lets no program give up its network: unshare --net is not permitted")
    (tmp_path / "wheels").mkdir()
    write_bundle(tmp_path / "b.tar.gz", fetch_wheels(tmp_path / "wheels", this_python()), this_python())
    top = unpack(tmp_path / "b.tar.gz", tmp_path / "far away")
    (top.parent / "tiny.toml").write_text(SUITE)
    done = started(top, "run", "--suite", "tiny.toml", "-o", "r.json", prefix=NO_NETWORK)
    assert done.returncode == 0, done.stderr
    assert read_result(top.parent / "r.json").machine.passport["libraries"]["numba"]
    assert started(top, "show", "r.json", prefix=NO_NETWORK).returncode == 0
