"""Which machine a passport belongs to."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from bench.result import Passport, known

FACTS = (
    "host", "cpu_model", "cpu_vendor", "architecture", "sockets", "cores", "logical_cpus", "caches_bytes", "numa_nodes",
    "gpus",
)  # fmt: skip
GIB = 2**30


def facts(passport: Passport) -> dict[str, Any]:
    """The fields that make a machine. Software, clocks and limits may change on it; memory counts in whole GiB.

    Machines of one make count as one where the passport names no host.
    """
    found = {name: known(passport, name) for name in FACTS}
    memory = known(passport, "memory_bytes")
    found["memory_gib"] = round(memory / GIB) if isinstance(memory, (int, float)) else None
    return {name: value for name, value in found.items() if value is not None}


def fingerprint(passport: Passport) -> str:
    """Twelve characters that stand for a machine."""
    return digest(facts(passport))[:12]


def digest(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def canonical(value: Any) -> str:
    """One spelling of a plain value as JSON: equal values, equal texts."""
    return json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
