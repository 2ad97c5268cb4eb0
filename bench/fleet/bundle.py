"""One archive for a machine without a network: kernels, harness, suites, the wheels they need, and a script to run.

The same input gives the same bytes: sorted names, fixed times, no owners.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.util
import io
import os
import platform
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.disk import failure
from bench.reading import InputError
from bench.spawn import HOME

NEEDS = ("click", "numba", "numpy", "psutil", "rich", "threadpoolctl")
INSTALLER = "pip"
TOP = "innocap-bench"
FOLDERS = ("bench", "configs/suites", "kernels")
VERSION = re.compile(r"3\.(1[1-9]|[2-9]\d)")
PYTHON_MARKER = re.compile(r"(\S+)\s*;\s*python_full_version\s*(<|>=)\s*'(3\.\d+)'")
WHEEL = re.compile(r"([A-Za-z0-9_.]+)-([A-Za-z0-9_.!+]+)(-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl")
TIME_S = 315532800
PIP_LIMIT_S = 1800


def this_python() -> str:
    """Version of the running Python as a bundle names it, such as 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def fetch_wheels(folder: Path, python: str, source: Path | None = None) -> list[Path]:
    """The wheels that measuring needs, in the versions of constraints.txt, for this platform.

    Args:
        folder: where they go.
        python: version of the Python that will use them, such as 3.11.
        source: folder of wheels to take them from; without it they are downloaded.

    Raises:
        InputError: not a version, no such folder, or a wheel cannot be had.
    """
    if not VERSION.fullmatch(python):
        raise InputError(f"--python: expected a version from 3.11 on, such as 3.12, found {python!r}")
    if source is not None and not source.is_dir():
        raise InputError(f"--wheels: {source} is no folder; give one that holds .whl files")
    with tempfile.TemporaryDirectory() as scratch:
        pinned = Path(scratch) / "constraints.txt"
        lines = pins(HOME / "constraints.txt", python)
        fixed = [next((line for line in lines if line.startswith(f"{name}==")), name) for name in NEEDS]
        pinned.write_text("".join(f"{line}\n" for line in lines if line not in fixed))
        command = [
            *_pip(Path(scratch)), "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:",
            "--python-version", python, "--dest", str(folder), "--constraint", str(pinned),
            *(("--no-index", "--find-links", str(source.absolute())) if source else ()), *fixed, INSTALLER,
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_LIMIT_S, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR") and "for help visit" not in line]
        said = said or ["pip said nothing"]
        remedy = f"put it into {source}" if source else "connect to a package index, or give a folder with --wheels"
        raise InputError(f"the wheels cannot be had: {said[-1].removeprefix('ERROR: ').rstrip('.')[:200]}; {remedy}")
    return sorted(folder.glob("*.whl"))


def pins(constraints: Path, python: str) -> list[str]:
    """Lines of a constraints file that hold for a version of Python; other conditions are left to pip.

    Raises:
        InputError: the file is missing, as in an installation without the sources.
    """
    if not constraints.is_file():
        raise InputError(f"{constraints} is missing: a bundle is made from the source folder of innocap")
    lines = (line.partition("#")[0].strip() for line in constraints.read_text("utf-8").splitlines())
    return [found for line in lines if line and (found := _for_python(line, python))]


def _for_python(line: str, python: str) -> str:
    """The line without its condition on the version of Python; empty where that does not hold."""
    asked = PYTHON_MARKER.fullmatch(line)
    if not asked:
        return line
    here, there = (tuple(map(int, version.split("."))) for version in (python, asked.group(3)))
    return asked.group(1) if (here < there) == (asked.group(2) == "<") else ""


def _pip(scratch: Path) -> list[str]:
    """How to start pip: as it is installed here, or in an environment made for it."""
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    try:
        venv.create(scratch / "pip", with_pip=True)
    except (OSError, subprocess.CalledProcessError):
        raise InputError("pip is not installed here, nor is ensurepip; install pip for this Python") from None
    return [str(scratch / "pip" / "bin" / "python"), "-m", "pip"]


def write_bundle(output: Path, wheels: Sequence[Path], python: str, home: Path = HOME) -> str:
    """Write the archive and return its SHA-256.

    Args:
        output: path of the .tar.gz, replaced only when the new one is whole.
        wheels: what `fetch_wheels` found.
        python: version of Python they are for.
        home: folder with the sources.

    Raises:
        InputError: a wheel's name is not understood, or one of those needed is missing.
        ResultError: the archive cannot be written, or the disk is full.
    """
    files = dict(_contents(wheels, python, home))
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream, gzip.GzipFile("", "wb", 6, stream, mtime=0) as packed:
            _pack(packed, files)
        temporary.replace(output)
    except OSError as error:
        raise failure(output, error) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return hashlib.sha256(output.read_bytes()).hexdigest()


def _pack(packed: gzip.GzipFile, files: dict[str, bytes]) -> None:
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"{TOP}/{name}")
            entry.size, entry.mtime, entry.mode = len(data), TIME_S, 0o755 if name == "run.sh" else 0o644
            archive.addfile(entry, io.BytesIO(data))


def _contents(wheels: Sequence[Path], python: str, home: Path) -> Iterator[tuple[str, bytes]]:
    versions = dict(map(_name_and_version, wheels))
    missing = sorted({*NEEDS, INSTALLER} - versions.keys())
    if missing:
        raise InputError(f"no wheel of {', '.join(missing)} among {len(wheels)} files")
    wanted = "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()) if name != INSTALLER)
    yield "requirements.txt", wanted.encode()
    yield "run.sh", run_script(python, wanted).encode()
    yield "README.txt", README.format(python=python, system=_system()).encode()
    yield "LICENSE", (home / "LICENSE").read_bytes()
    for path in wheels:
        yield f"wheels/{path.name}", path.read_bytes()
    for path in sorted(path for folder in FOLDERS for path in (home / folder).rglob("*")):
        parts = path.relative_to(home).parts
        if (
            path.is_file()
            and path.suffix != ".pyc"
            and not any(part.startswith((".", "__pycache__")) for part in parts)
        ):
            yield "/".join(parts), path.read_bytes()


def _name_and_version(wheel: Path) -> tuple[str, str]:
    found = WHEEL.fullmatch(wheel.name)
    if not found:
        raise InputError(f"{wheel}: not the name of a wheel; expected NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
    return found.group(1).lower().replace("_", "-"), found.group(2)


def _system() -> str:
    return f"{platform.system()} {platform.machine()}"


def run_script(python: str, requirements: str) -> str:
    """The script that sets up an environment from the wheels, once for these requirements, and starts `bench`."""
    stamp = hashlib.sha256(requirements.encode()).hexdigest()[:8]
    return RUN.replace("@PYTHON@", python).replace("@SYSTEM@", shlex.quote(_system())).replace("@STAMP@", stamp)


README = """innocap bench for {system}, Python {python}, without a network

    ./run.sh                                        suite quick; leaves innocap-HOST.json in this folder
    ./run.sh run --suite standard -o result.json    any command of `innocap bench`
    ./run.sh --help

The first start checks SHA256SUMS and makes an environment beside this file from the wheels.
PYTHON names another Python {python}; INNOCAP_VENV names another place for the environment.
"""

RUN = r"""#!/bin/sh
# Starts `bench` in an environment that is made from the wheels beside this file. No network is used.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
wanted=@PYTHON@
system=@SYSTEM@

if [ "$(uname -s) $(uname -m)" != "$system" ]; then
    echo "error: this bundle is for $system, this machine is $(uname -s) $(uname -m); make another bundle" >&2
    exit 2
fi

python=
for name in ${PYTHON:+"$PYTHON"} "python$wanted" python3 python; do
    found=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if [ "$found" = "$wanted" ]; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "error: Python $wanted is not found; name it: PYTHON=/path/to/python$wanted $0" >&2
    exit 2
fi

venv=${INNOCAP_VENV:-$here/.venv-@STAMP@}
if [ ! -d "$venv" ]; then
    echo "setting up once in $venv" >&2
    "$python" - "$here" <<'CHECK' || exit 2
import hashlib, pathlib, sys

here = pathlib.Path(sys.argv[1])
lines = (line.split("  ", 1) for line in (here / "SHA256SUMS").read_text("utf-8").splitlines())
bad = [name for digest, name in lines
       if not (here / name).is_file() or hashlib.sha256((here / name).read_bytes()).hexdigest() != digest]
if bad:
    sys.exit("error: damaged or missing: %s; unpack the bundle again" % ", ".join(bad[:5]))
CHECK
    part=$(mktemp -d "$venv.XXXXXX" 2>/dev/null) || {
        echo "error: $venv cannot be made; name another place: INNOCAP_VENV=/path/of/environment $0" >&2
        exit 2
    }
    trap 'rm -rf "$part"' EXIT
    trap 'exit 5' INT TERM HUP
    "$python" -m venv --without-pip "$part"
    for installer in "$here"/wheels/pip-*.whl; do :; done
    "$part/bin/python" "$installer/pip" --isolated install --quiet --no-index --no-cache-dir \
        --disable-pip-version-check --find-links "$here/wheels" --requirement "$here/requirements.txt"
    # Several machines may set up one shared folder at once: the first one wins, the others use its environment.
    "$python" -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$part" "$venv" 2>/dev/null || test -d "$venv"
    rm -rf "$part"
    trap - EXIT INT TERM HUP
fi

if [ "$#" -eq 0 ]; then
    set -- run --suite quick --resume -o "$here/innocap-$(uname -n).json"
fi
PYTHONPATH=$here PYTHONNOUSERSITE=1 exec "$venv/bin/python" -P -m bench "$@"
"""
