"""Kernels that all ranks of a group run together, each on its own row of shared arrays."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from kernels.compile import Compiled
from kernels.network.group import group_of, task
from kernels.network.shared import shared

RANKS_PER_CPU = 4
ALWAYS_ALLOWED = 8


class Collective:
    """A kernel whose arrays have one row for every rank, and whose step does the part of one rank.

    The number of rows is the number of ranks. Arrays made by `shared` are used where they are; others are copied
    into shared memory and back. One rank alone needs neither processes nor shared memory.

    step     compiled with the arrays and, as last argument, the rank
    outputs  names of the arrays that it writes
    """

    def __init__(self, step: Compiled, outputs: tuple[str, ...]) -> None:
        self.step = step
        self.outputs = outputs
        self.name = step.name
        self.parameters = {name: text for name, text in step.parameters.items() if name != "rank"}
        self.dispatcher = step.dispatcher

    def __call__(self, *arrays: Any) -> None:
        """Run on checked arrays; TypeError or ValueError names the first one that does not fit. See `Group.run`."""
        self.bind(*arrays)()

    def bind(self, *arrays: Any) -> Callable[[], None]:
        """A call on arrays that are checked here, once; TypeError or ValueError as when called."""
        if len(arrays) != len(self.parameters):
            expected = ", ".join(self.parameters)
            raise TypeError(f"{self.name} takes ({expected}), but {len(arrays)} arguments were given")
        alone = self.step.bind(*arrays, 0)
        ranks = len(arrays[0])
        if ranks == 1:
            return alone
        most = max(RANKS_PER_CPU * (os.cpu_count() or 1), ALWAYS_ALLOWED)
        if ranks > most:
            raise ValueError(f"{self.name}: {ranks} ranks are too many for this machine, at most {most}")
        found = task(self.step, arrays)
        if found is None:
            return partial(self._run_on_copies, arrays)
        return lambda: group_of(ranks).run(found)

    def _run_on_copies(self, arrays: tuple[Any, ...]) -> None:
        copies = [shared(array.shape, array.dtype) for array in arrays]
        for copy, array in zip(copies, arrays, strict=True):
            np.copyto(copy, array)
        self(*copies)
        for name, copy, array in zip(self.parameters, copies, arrays, strict=True):
            if name in self.outputs:
                np.copyto(array, copy)
