"""A step that holds a rank up, for tests of what happens to a group then."""

from typing import Any

from kernels import atomic
from kernels.compile import compiled


@compiled(box="int64 ranks 1", rank="int64", parallel=False)
def hold(box: Any, rank: int) -> None:
    """Rank 1 says that it is here and waits for ever; the others do nothing."""
    if rank == 1:
        atomic.store(box, 1, 1)
        atomic.wait_for(box, 0, 1)
