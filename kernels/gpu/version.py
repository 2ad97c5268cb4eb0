"""What the GPU version of a kernel is: a frozen value beside the kernel of the same name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]


def shape_of(dtype: Any, *shape: int) -> tuple[Shape, Any]:
    """What `scratch` tells of one array."""
    return shape, dtype


@dataclass(frozen=True)
class Launch:
    """One function over a grid of blocks; arguments by name, of the kernel or of the version's scratch."""

    function: Callable[..., None]
    arguments: tuple[str, ...]
    blocks: int | tuple[int, int] | tuple[int, int, int]
    threads: int | tuple[int, int] | tuple[int, int, int]


@dataclass(frozen=True)
class Version:
    """How a kernel runs on a GPU.

    kernel        name of the kernel, whose inputs, outputs, reference and work count are its own
    launches      launches(multiprocessors, **size) -> what runs, in order
    instructions  PTX instructions without which it would be slow; a test asserts them
    simulated     size at which the simulator runs it; None with the reason in `excluded`, and then
    compiled      size whose arguments have the types that it is compiled for
    scratch       scratch(**size) -> {name: (shape, dtype)} on the device, beside the kernel's arguments
    divides       {parameter: number} that must divide it; the harness asks for another size otherwise
    fastmath      whether divisions, roots and exponentials may be approximate (a few ulp)
    excluded      why the simulator does not run it
    """

    kernel: str
    launches: Callable[..., tuple[Launch, ...]]
    instructions: tuple[str, ...]
    simulated: Mapping[str, int] | None
    scratch: Callable[..., dict[str, tuple[Shape, Any]]] = lambda **size: {}
    divides: Mapping[str, int] | None = None
    fastmath: bool = False
    excluded: str = ""
    compiled: Mapping[str, int] | None = None

    def fits(self, size: Mapping[str, int]) -> str:
        """Why a size does not fit; empty where it does."""
        wrong = [name for name, number in (self.divides or {}).items() if size[name] % number]
        if not wrong:
            return ""
        return f"{wrong[0]} is {size[wrong[0]]}, expected a multiple of {(self.divides or {})[wrong[0]]}"
