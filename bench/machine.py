"""Who am I: the machine passport, from lscpu, sysfs, /proc and the installed packages, never as root."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "numba", "llvmlite", "scipy", "torch", "innocap")
COMPILERS = ("cc", "gcc", "clang")
ISA = ("avx512f", "avx2", "fma", "avx", "sse2", "amx_tile", "avx512_bf16", "asimd", "sve")
UNITS = {"B": 1, "K": 2**10, "KiB": 2**10, "M": 2**20, "MiB": 2**20, "G": 2**30, "GiB": 2**30}


class Unknown(LookupError):  # noqa: N818
    """A fact that this machine does not tell; the text is the reason."""


@dataclass(frozen=True)
class Sources:
    """Where facts come from, so that tests can replay another machine.

    root     folder that holds proc/, sys/ and etc/
    run      command -> its output; raises Unknown
    version  package -> its version; raises Unknown
    environ  environment variables
    """

    root: Path
    run: Callable[[Sequence[str]], str]
    version: Callable[[str], str]
    environ: Mapping[str, str]

    def read(self, name: str) -> str:
        """Text of a file below root. Raises Unknown."""
        try:
            return (self.root / name).read_text(errors="replace").strip()
        except OSError as error:
            raise Unknown(f"/{name}: {error.strerror}") from None


def run_command(command: Sequence[str]) -> str:
    """Output of a command, in plain English, within 10 s. Raises Unknown."""
    if shutil.which(command[0]) is None:
        raise Unknown(f"{command[0]} is not installed")
    environ = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=10, env=environ, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unknown(f"{command[0]} failed: {error}") from None
    if done.returncode != 0:
        raise Unknown(f"{' '.join(command)} ended with {done.returncode}")
    return done.stdout.strip()


def package_version(name: str) -> str:
    """Version of an installed package. Raises Unknown."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        raise Unknown("not installed") from None


def this_machine() -> Sources:
    """The sources of the machine that runs this process."""
    return Sources(Path("/"), run_command, package_version, os.environ)


def passport(sources: Sources) -> dict[str, Any]:
    """Every fact of the passport, as a value or as {"value": null, "reason": why}."""
    cpu = _lscpu(sources)
    return {name: _asked(question, sources, cpu) for name, question in QUESTIONS.items()}


def last_level_cache_bytes(found: Mapping[str, Any]) -> int | None:
    """Sum of all instances of the outermost cache in a passport; None if unknown."""
    sizes = found.get("caches_bytes")
    known = [sizes[level] for level in ("l3", "l2") if isinstance(sizes, Mapping) and sizes.get(level)]
    return int(known[0]) if known else None


def _asked(question: Callable[[Sources, Mapping[str, str]], Any], sources: Sources, cpu: Mapping[str, str]) -> Any:
    try:
        return question(sources, cpu)
    except Unknown as error:
        return {"value": None, "reason": str(error)}


def _lscpu(sources: Sources) -> dict[str, str]:
    try:
        tree = json.loads(sources.run(["lscpu", "-J"]))["lscpu"]
    except (Unknown, ValueError, KeyError):
        return {}
    rows: dict[str, str] = {}
    while tree:
        row = tree.pop(0)
        rows[str(row.get("field", "")).rstrip(":")] = str(row.get("data") or "")
        tree.extend(row.get("children") or [])
    return rows


def _field(cpu: Mapping[str, str], name: str) -> str:
    value = cpu.get(name, "")
    if not value or value == "-":
        raise Unknown(f"lscpu says nothing about {name!r}")
    return value


def _number(cpu: Mapping[str, str], name: str) -> int:
    return int(float(_field(cpu, name)))


def _cores(_: Sources, cpu: Mapping[str, str]) -> int:
    return _number(cpu, "Core(s) per socket") * _number(cpu, "Socket(s)")


def _allowed(sources: Sources, _: Mapping[str, str]) -> str:
    found = re.search(r"^Cpus_allowed_list:\s*(\S+)", sources.read("proc/self/status"), re.MULTILINE)
    if not found:
        raise Unknown("/proc/self/status has no Cpus_allowed_list")
    return found.group(1)


def _isa(_: Sources, cpu: Mapping[str, str]) -> list[str]:
    flags = set(_field(cpu, "Flags").split())
    return [name for name in ISA if name in flags]


def _caches(_: Sources, cpu: Mapping[str, str]) -> dict[str, int | None]:
    levels = {"l1d": "L1d cache", "l2": "L2 cache", "l3": "L3 cache"}
    sizes = {level: _bytes(cpu.get(name, "")) for level, name in levels.items()}
    if not any(sizes.values()):
        raise Unknown("lscpu names no caches")
    return sizes


def _bytes(text: str) -> int | None:
    found = re.match(r"([\d.]+)\s*([KMG]iB|[BKMG])\b", text)
    return int(float(found.group(1)) * UNITS[found.group(2)]) if found else None


def _memory(sources: Sources, _: Mapping[str, str]) -> int:
    found = re.search(r"^MemTotal:\s*(\d+) kB", sources.read("proc/meminfo"), re.MULTILINE)
    if not found:
        raise Unknown("/proc/meminfo has no MemTotal")
    return int(found.group(1)) * 1024


def _os(sources: Sources, _: Mapping[str, str]) -> str:
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', sources.read("etc/os-release"), re.MULTILINE)
    if not found:
        raise Unknown("/etc/os-release has no PRETTY_NAME")
    return found.group(1)


def _virtualization(sources: Sources, cpu: Mapping[str, str]) -> str:
    hypervisor = cpu.get("Hypervisor vendor", "")
    container = "container" if any((sources.root / n).exists() for n in (".dockerenv", "run/.containerenv")) else ""
    if not cpu:
        raise Unknown("lscpu is needed to tell")
    return ", ".join(filter(None, (hypervisor, container))) or "none"


def _compilers(sources: Sources, _: Mapping[str, str]) -> dict[str, str]:
    found = {name: _first_line(sources, name) for name in COMPILERS}
    if not any(found.values()):
        raise Unknown("no C compiler was found")
    return {name: version for name, version in found.items() if version}


def _first_line(sources: Sources, compiler: str) -> str:
    try:
        return sources.run([compiler, "--version"]).splitlines()[0]
    except (Unknown, IndexError):
        return ""


def _libraries(sources: Sources, _: Mapping[str, str]) -> dict[str, str | None]:
    return {name: _version(sources, name) for name in LIBRARIES}


def _version(sources: Sources, name: str) -> str | None:
    try:
        return sources.version(name)
    except Unknown:
        return None


def _numba_flags(sources: Sources, _: Mapping[str, str]) -> dict[str, str]:
    ours = (name for name in sources.environ if name.startswith(("NUMBA_", "INNOCAP_")))
    names = sorted(name for name in ours if not name.endswith("_DIR"))
    return {name: sources.environ[name] for name in names}


def _threading_layer(_: Sources, __: Mapping[str, str]) -> str:
    raise Unknown("known only after a parallel kernel has run")


def _git(sources: Sources, _: Mapping[str, str]) -> dict[str, Any]:
    here = str(Path(__file__).parent)
    commit = sources.run(["git", "-C", here, "rev-parse", "HEAD"])
    changed = sources.run(["git", "-C", here, "status", "--porcelain", "--untracked-files=no"])
    return {"commit": commit, "changed": bool(changed)}


QUESTIONS: Mapping[str, Callable[[Sources, Mapping[str, str]], Any]] = {
    "host": lambda sources, _: sources.read("proc/sys/kernel/hostname"),
    "cpu_model": lambda _, cpu: _field(cpu, "Model name"),
    "cpu_vendor": lambda _, cpu: _field(cpu, "Vendor ID"),
    "architecture": lambda *_: platform.machine() or "unknown",
    "isa": _isa,
    "sockets": lambda _, cpu: _number(cpu, "Socket(s)"),
    "cores": _cores,
    "logical_cpus": lambda _, cpu: _number(cpu, "CPU(s)"),
    "allowed_cpus": _allowed,
    "max_mhz": lambda _, cpu: _number(cpu, "CPU max MHz"),
    "caches_bytes": _caches,
    "numa_nodes": lambda _, cpu: _number(cpu, "NUMA node(s)"),
    "memory_bytes": _memory,
    "os": _os,
    "kernel": lambda sources, _: sources.read("proc/sys/kernel/osrelease"),
    "virtualization": _virtualization,
    "python": lambda *_: platform.python_version(),
    "compilers": _compilers,
    "libraries": _libraries,
    "numba_flags": _numba_flags,
    "threading_layer": _threading_layer,
    "git": _git,
}
