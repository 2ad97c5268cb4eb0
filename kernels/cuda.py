"""The one module that knows a GPU library: device code, wide loads, reductions, compiling, launches.

`cuda` is that library: numba-cuda, else its successor numba-cuda-mlir, whichever is installed; None without either.
GPU versions (kernels/gpu) are plain Python functions over it, so that they can be read, compiled to PTX and run in the
library's simulator (NUMBA_ENABLE_CUDASIM=1) on machines without a GPU. The simulator runs threads one after the other
and has no shuffles and no wide loads, so what needs them has a plain form there.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numba import typeof

LIBRARIES = (("numba_cuda", "numba.cuda"), ("numba_cuda_mlir", "numba_cuda_mlir.cuda"))
SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM", "0") not in ("", "0")

# Alignment of shared arrays that are loaded wide, in bytes; the simulator knows none.
ALIGNMENT = None if SIMULATED else 16

WARP = 32
THREADS = 256
ALL = 0xFFFFFFFF
REMEDY = 'install one with: pip install "innocap[cuda]"'


def _library() -> Any:
    return next((import_module(module) for package, module in LIBRARIES if find_spec(package)), None)


cuda: Any = _library()


def missing() -> str:
    """Why nothing can run on a GPU here; empty where it can. The simulator counts as no GPU."""
    if cuda is None:
        return f"no library for GPUs is installed; {REMEDY}"
    if SIMULATED:
        return "NUMBA_ENABLE_CUDASIM is set, so nothing runs on a GPU; unset it"
    if not cuda.is_available():
        return "no GPU that CUDA can use; nvidia-smi tells what the driver sees"
    return ""


def device(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that becomes part of the kernels that call it; left as it is where no library is installed."""
    return function if cuda is None else _jitted(function, device=True, inline="always")


def _jitted(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    jitted: Callable[..., Any] = cuda.jit(**options)(function)
    return jitted


@cache
def launchable(function: Callable[..., None], fastmath: bool = False) -> Any:
    """The function as a kernel, to be launched as `launchable(f)[blocks, threads, stream](*arguments)`."""
    return _jitted(function, fastmath=fastmath)


def ptx(
    function: Callable[..., None], arguments: Sequence[Any], capability: tuple[int, int], *, fastmath: bool = False
) -> str:
    """Assembly for a compute capability, for arguments of these types; needs no GPU and no driver."""
    types = tuple(typeof(argument) for argument in arguments)  # type: ignore[no-untyped-call]
    code, _ = cuda.compile_ptx(function, types, cc=capability, fastmath=fastmath)
    return str(code)


def blocks_for(items: int, per_block: int, multiprocessors: int, each: int = 8) -> int:
    """Blocks of a loop over `items` whose blocks step on: enough to fill the device `each` times, and not more."""
    return max(1, min(-(-items // per_block), each * multiprocessors))


def _wide(width: int) -> tuple[Any, Any]:
    """Load and store of `width` neighbouring elements that start at a multiple of their size: one instruction."""
    from llvmlite import ir

    types: Any = import_module("numba.cuda.types")
    from numba.cuda.extending import intrinsic

    def vector_at(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
        data = context.make_array(array_type)(context, builder, array).data
        vector = ir.VectorType(context.get_data_type(array_type.dtype), width)
        return vector, builder.bitcast(builder.gep(data, [index]), vector.as_pointer())

    @intrinsic
    def load(typing: Any, array: Any, index: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _, place = vector_at(context, builder, signature.args[0], *arguments)
            found = builder.load(place)
            found.align = width * array.dtype.bitwidth // 8
            lanes = [builder.extract_element(found, ir.Constant(ir.IntType(32), k)) for k in range(width)]
            return context.make_tuple(builder, signature.return_type, lanes)

        return types.UniTuple(array.dtype, width)(array, types.intp), codegen

    @intrinsic
    def store(typing: Any, array: Any, index: Any, values: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            vector, place = vector_at(context, builder, signature.args[0], *arguments[:2])
            made = ir.Constant(vector, ir.Undefined)
            for k in range(width):
                lane = builder.extract_value(arguments[2], k)
                made = builder.insert_element(made, lane, ir.Constant(ir.IntType(32), k))
            builder.store(made, place, align=width * array.dtype.bitwidth // 8)
            return context.get_dummy_value()

        return types.void(array, types.intp, types.UniTuple(array.dtype, width)), codegen

    return load, store


def _plain(width: int) -> tuple[Any, Any]:
    """The same one by one, for the simulator."""

    def load(array: Any, index: int) -> tuple[Any, ...]:
        return tuple(array[np.unravel_index(index + k, array.shape)] for k in range(width))

    def store(array: Any, index: int, values: tuple[Any, ...]) -> None:
        for k in range(width):
            array[np.unravel_index(index + k, array.shape)] = values[k]

    return device(load), device(store)


WIDE = cuda is not None and not SIMULATED and cuda.__name__ == "numba.cuda"
load2, store2 = _wide(2) if WIDE else _plain(2)
load4, store4 = _wide(4) if WIDE else _plain(4)


def _warp_sum(value: Any) -> Any:
    """Sum over the threads of a warp, the same in all of them."""
    step = WARP // 2
    while step > 0:
        value += cuda.shfl_xor_sync(ALL, value, step)
        step //= 2
    return value


def _warp_max(value: Any) -> Any:
    """Largest value of a warp, in all of its threads."""
    step = WARP // 2
    while step > 0:
        value = max(value, cuda.shfl_xor_sync(ALL, value, step))
        step //= 2
    return value


warp_sum, warp_max = device(_warp_sum), device(_warp_max)


def _block_sum(value: Any, shared: Any) -> Any:
    """Sum over a block of whole warps, in all of its threads; `shared` has an element for every thread."""
    value = warp_sum(value)
    warp, lane = cuda.threadIdx.x // WARP, cuda.threadIdx.x % WARP
    if lane == 0:
        shared[warp] = value
    cuda.syncthreads()
    value = warp_sum(shared[lane] if lane < cuda.blockDim.x // WARP else shared[0] * 0)
    cuda.syncthreads()
    return value


def _block_max(value: Any, shared: Any) -> Any:
    """Largest value of a block of whole warps, in all of its threads."""
    value = warp_max(value)
    warp, lane = cuda.threadIdx.x // WARP, cuda.threadIdx.x % WARP
    if lane == 0:
        shared[warp] = value
    cuda.syncthreads()
    value = warp_max(shared[lane if lane < cuda.blockDim.x // WARP else 0])
    cuda.syncthreads()
    return value


def _slow_block_sum(value: Any, shared: Any) -> Any:
    """`_block_sum` without shuffles."""
    shared[cuda.threadIdx.x] = value
    cuda.syncthreads()
    total = np.sum(shared[: cuda.blockDim.x], dtype=type(value))
    cuda.syncthreads()
    return total


def _slow_block_max(value: Any, shared: Any) -> Any:
    """`_block_max` without shuffles."""
    shared[cuda.threadIdx.x] = value
    cuda.syncthreads()
    largest = np.max(shared[: cuda.blockDim.x])
    cuda.syncthreads()
    return largest


block_sum = device(_slow_block_sum if SIMULATED else _block_sum)
block_max = device(_slow_block_max if SIMULATED else _block_max)


def _from_device(name: str, plain: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function of the device's own library; `plain` in the simulator, which has none."""
    if cuda is None or SIMULATED:
        return device(plain)
    own = getattr(import_module(f"{cuda.__name__}.libdevice"), name)

    def function(value: Any) -> Any:
        return own(value)

    return device(function)


# One over the root; sine and cosine of half turns, which need no reduction of large angles.
rsqrt32 = _from_device("rsqrtf", lambda value: np.float32(1) / np.float32(math.sqrt(value)))
rsqrt64 = _from_device("rsqrt", lambda value: 1.0 / math.sqrt(value))
sinpi = _from_device("sinpi", lambda value: math.sin(math.pi * value))
cospi = _from_device("cospi", lambda value: math.cos(math.pi * value))


class OutOfMemoryError(Exception):
    """The device has no room for an array."""


@dataclass(frozen=True)
class Gpu:
    """A device: what it is, and the few things that the harness asks of it.

    upload     host array -> device array, OutOfMemoryError where there is no room
    download   device array, host array of the same shape -> None, filled
    copy       device array, device array -> None, by the device's own copy
    launch     function, blocks, threads, arguments, fastmath -> None, in the default stream
    time_ms    call without arguments -> milliseconds between events recorded before and after it
    """

    name: str
    capability: tuple[int, int]
    multiprocessors: int
    memory_bytes: int
    l2_bytes: int
    upload: Callable[[Any], Any]
    download: Callable[[Any, Any], None]
    copy: Callable[[Any, Any], None]
    launch: Callable[..., None]
    time_ms: Callable[[Callable[[], None]], float]


def this_gpu() -> Gpu:
    """The device that CUDA_VISIBLE_DEVICES puts first. RuntimeError tells why there is none."""
    if reason := missing():
        raise RuntimeError(reason)
    found = cuda.get_current_device()
    _, total = cuda.current_context().get_memory_info()
    name = found.name.decode() if isinstance(found.name, bytes) else str(found.name)
    return Gpu(
        name=name,
        capability=tuple(found.compute_capability),
        multiprocessors=int(found.MULTIPROCESSOR_COUNT),
        memory_bytes=int(total),
        l2_bytes=int(found.L2_CACHE_SIZE),
        upload=_upload,
        download=lambda source, target: source.copy_to_host(target),
        copy=lambda source, target: target.copy_to_device(source),
        launch=_launch,
        time_ms=_time_ms,
    )


def _upload(array: Any) -> Any:
    try:
        return cuda.to_device(array)
    except Exception as error:
        if "OUT_OF_MEMORY" in str(error):
            raise OutOfMemoryError(f"{array.nbytes / 2**20:,.0f} MiB more do not fit") from None
        raise


def _launch(function: Callable[..., None], blocks: Any, threads: Any, arguments: Sequence[Any], fastmath: bool) -> None:
    launchable(function, fastmath)[blocks, threads](*arguments)


def _time_ms(call: Callable[[], None]) -> float:
    before, after = cuda.event(), cuda.event()
    before.record()
    call()
    after.record()
    after.synchronize()
    return float(cuda.event_elapsed_time(before, after))
