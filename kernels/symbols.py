"""Names of functions that compiled code calls by address, and what compiles them.

Code that calls such a function holds the name of a slot, 8 bytes of memory for its address. The slot must be
filled before the code runs: when the caller is compiled (`resolve`), or read from a cache (`resolve_all`).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from llvmlite import binding


@dataclass(frozen=True)
class Slot:
    """A place for an address; `find` compiles the function, or reads it from the cache, and tells its address."""

    place: ctypes.c_void_p
    find: Callable[[], int]


_slots: dict[str, Slot] = {}


def define(name: str, find: Callable[[], int]) -> None:
    """Make the name known to all code that is compiled or loaded from now on."""
    slot = Slot(ctypes.c_void_p(None), find)
    _slots[name] = slot
    binding.add_symbol(name, ctypes.addressof(slot.place))


def resolve(name: str) -> None:
    """Fill the slot of that name, unless it is filled."""
    slot = _slots[name]
    if not slot.place.value:
        slot.place.value = slot.find()


def resolve_all(names: Iterable[str]) -> None:
    """Fill the slots among these names of global variables."""
    for name in names:
        if name in _slots:
            resolve(name)
