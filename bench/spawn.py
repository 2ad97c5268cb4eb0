"""Start a worker process for one case and fetch its answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from bench.decode import DecodeError, decode, dumps
from bench.result import Case
from bench.worker import Request

HOME = Path(__file__).resolve().parent.parent


def spawn(request: Request, limit_s: float) -> Case | str:
    """The case, or a text that says why there is none. An interrupt ends the worker too."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "bench.worker", str(os.getpid())]
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=HOME, start_new_session=True
    ) as process:
        try:
            answer, complaint = process.communicate(dumps(request), timeout=limit_s)
        except subprocess.TimeoutExpired:
            return f"the worker was ended after {limit_s:g} s; allow more with limit_s in the suite file"
        finally:
            _end(process)
    return understood(process.returncode, answer, complaint)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill what is left of a worker and of the processes that it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def understood(code: int, answer: str, complaint: str) -> Case | str:
    """A worker's output as a case, or the reason why it is none."""
    last = complaint.strip().splitlines()[-1:] or ["it said nothing"]
    if code < 0:
        return f"the worker died of signal {signal.Signals(-code).name}"
    if code != 0:
        return f"the worker ended with {code}: {last[0][:200]}"
    try:
        return decode(Case, json.loads(answer))
    except (ValueError, DecodeError) as error:
        return f"the worker's answer cannot be read: {error}"
