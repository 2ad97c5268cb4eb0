"""Compile C at run time with the machine's own compiler, for peers written in C."""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from bench.peers.spec import Unavailable

FLAGS = ("-O3", "-march=native", "-fopenmp", "-shared", "-fPIC")


def compiler() -> str:
    """Path of the C compiler: $CC, or cc. Raises Unavailable."""
    found = shutil.which(os.environ.get("CC", "cc"))
    if found is None:
        raise Unavailable("no C compiler: install gcc or clang, or set CC")
    return found


@cache
def version() -> str:
    """First line of the compiler's version and the flags used. Raises Unavailable."""
    done = subprocess.run([compiler(), "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return f"{done.stdout.splitlines()[0]} {' '.join(FLAGS[:3])}" if done.stdout else "unknown"


@cache
def library(source: str, *flags: str) -> ctypes.CDLL:
    """The source compiled with FLAGS and more flags, and loaded. Raises Unavailable with the first complaint.

    Linked apart, without the flags of the caller: a library that gcc links with -ffast-math makes the whole process
    that loads it round subnormal numbers to zero, and so changes what every other peer and kernel computes.
    """
    folder = Path(tempfile.mkdtemp(prefix="innocap-peer-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    code, compiled, built = (folder / f"peer.{kind}" for kind in ("c", "o", "so"))
    code.write_text(source)
    _run([compiler(), *FLAGS, *flags, "-c", "-o", str(compiled), str(code)])
    _run([compiler(), *FLAGS, "-o", str(built), str(compiled), "-lm"])
    return ctypes.CDLL(str(built))


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line), "it failed")
        raise Unavailable(f"the C compiler does not accept the peer: {complaint.strip()[:120]}")
