"""Turn a plain function over arrays into a checked, cached, parallel Numba kernel.

Nothing is compiled at import. The first call compiles, later processes read the cache, and the cache
is keyed by everything that shapes the machine code: function, types, processor, the sources of the
kernel's file and of all files that it imports from here, and the SIMD width. So no process is served
stale code, or code made for another width.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import numpy as np
from numba import get_num_threads, njit, types
from numba.core.caching import FunctionCache

from kernels import simd, symbols

FAST_MATH = frozenset({"nnan", "ninf", "nsz", "arcp", "contract", "reassoc"})
CONTRACT = frozenset({"contract"})

_SCALARS: dict[str, type] = {"float64": float, "int64": int}


HOME = Path(__file__).parent


def sources(path: Path) -> dict[Path, bytes]:
    """A file of this package and every other one that it imports, directly or not, with their contents."""
    found: dict[Path, bytes] = {}
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found[current] = current.read_bytes()
            waiting.extend(_imported(found[current]))
    return found


def _imported(source: bytes) -> Iterator[Path]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == HOME.name:
            module = HOME.joinpath(*node.module.split(".")[1:])
            named = (module / alias.name for alias in node.names)
            for place in named if module == HOME else (module, *named):
                yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file())


@cache
def fingerprint(path: Path) -> str:
    """Digest of the SIMD width and of all sources that a kernel's file is made of."""
    digest = hashlib.sha256(str(simd.BITS).encode())
    for name, content in sorted(sources(path).items()):
        digest.update(name.relative_to(HOME).as_posix().encode() if name.is_relative_to(HOME) else b"")
        digest.update(content)
    return digest.hexdigest()


class _Cache(FunctionCache):
    """Numba's on-disk cache, keyed by width and sources too; a full disk costs time only."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        made_of = fingerprint(Path(inspect.getfile(self._py_func)))
        return (*super()._index_key(sig, codegen), made_of)  # type: ignore[no-untyped-call]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        loaded = super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        if loaded is not None:
            symbols.resolve_all(value.name for value in loaded.library._get_module_for_linking().global_variables)
        return loaded

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A Numba function called from kernels; compiled and optimised as part of its caller."""
    return _part(function, CONTRACT)


def fast_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A `part` whose sums may be reordered and whose values are never infinite or NaN."""
    return _part(function, FAST_MATH)


def inlined_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A `part` that is copied into its callers however long it is: what passes many vectors in an inner loop.

    It is compiled once, where an ordinary part is compiled again for every constant that it is called with.
    """
    inlined: Any = _part(function, CONTRACT, forceinline=True)
    template = inlined.get_call_template
    inlined.get_call_template = lambda arguments, keywords: template(
        [types.unliteral(argument) for argument in arguments],  # type: ignore[no-untyped-call]
        keywords,
    )
    return cast(Callable[..., Any], inlined)


def woven_part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A stage of a kernel: a `part` whose prange loops make threads, as if it were written out in its caller."""
    woven: Callable[..., Any] = njit(inline="always", error_model="numpy")(function)
    return woven


def _part(function: Callable[..., Any], fastmath: frozenset[str], forceinline: bool = False) -> Callable[..., Any]:
    decorate = njit(error_model="numpy", fastmath=set(fastmath), forceinline=forceinline)
    compiled_part: Callable[..., Any] = decorate(function)
    return compiled_part


class Compiled:
    """A kernel that checks its arguments and then runs as machine code.

    parameters  {argument name: text}: "float32 m k" is a C-contiguous array of that type and shape, where
                a name stands for one length throughout, "rows+1" for one more, "64" for itself;
                "float64" and "int64" alone are scalars; a last "threads" is filled in with Numba's number
                of threads and not given by the caller
    fastmath    LLVM fast-math flags that the formula tolerates
    parallel    whether prange makes threads
    dispatcher  the Numba function; `dispatcher.stats` tells cache hits from misses
    """

    def __init__(
        self,
        function: Callable[..., None],
        parameters: dict[str, str],
        fastmath: frozenset[str] = CONTRACT,
        parallel: bool = True,
    ) -> None:
        self.name = function.__name__
        self.parameters = {name: text.split() for name, text in parameters.items() if text != "threads"}
        self.wants_threads = len(self.parameters) < len(parameters)
        self.dispatcher: Any = njit(parallel=parallel, error_model="numpy", fastmath=set(fastmath))(function)
        with suppress(RuntimeError):
            self.dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call, attr-defined]

    def __call__(self, *arguments: Any) -> None:
        """Run on checked arguments; TypeError or ValueError names the first one that does not fit."""
        self.bind(*arguments)()

    def bind(self, *arguments: Any) -> Callable[[], None]:
        """A call on arguments that are checked here, once; TypeError or ValueError as when called.

        The checks take 10 us, several times that after a kernel has filled the caches with its data.
        """
        if len(arguments) != len(self.parameters):
            expected = ", ".join(self.parameters)
            raise TypeError(f"{self.name} takes ({expected}), but {len(arguments)} arguments were given")
        lengths: dict[str, int] = {}
        checked = [self._checked(*pair, lengths) for pair in zip(self.parameters, arguments, strict=True)]
        return partial(self.dispatcher, *checked, *([get_num_threads()] if self.wants_threads else []))

    def _checked(self, name: str, value: Any, lengths: dict[str, int]) -> Any:
        dtype, *dimensions = self.parameters[name]
        if not dimensions:
            return self._checked_scalar(name, value, dtype)
        if not isinstance(value, np.ndarray) or value.dtype != np.dtype(dtype) or value.ndim != len(dimensions):
            raise TypeError(f"{self.name}: {name} is {_describe(value)}, expected a {len(dimensions)}-d {dtype} array")
        if not (value.flags.c_contiguous and value.flags.aligned):
            raise TypeError(f"{self.name}: {name} is not C-contiguous; pass numpy.ascontiguousarray({name})")
        if any(
            length != _expected(text, length, lengths) for text, length in zip(dimensions, value.shape, strict=True)
        ):
            shape = ", ".join(dimensions)
            raise ValueError(f"{self.name}: {name} has shape {value.shape}, expected ({shape}) with {lengths}")
        return value

    def _checked_scalar(self, name: str, value: Any, dtype: str) -> Any:
        number = _SCALARS[dtype]
        accepted = (int, np.integer) if number is int else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, accepted):
            raise TypeError(f"{self.name}: {name} is {_describe(value)}, expected a number ({dtype})")
        return number(value)


def compiled(
    *, fastmath: frozenset[str] = CONTRACT, parallel: bool = True, **parameters: str
) -> Callable[[Callable[..., None]], Compiled]:
    """Decorator form of `Compiled`: parameters are given by name, as in `a="float32 m k"`."""
    return lambda function: Compiled(function, parameters, fastmath, parallel)


def _expected(text: str, length: int, lengths: dict[str, int]) -> int:
    """Length that a dimension must have; the first array that carries a name defines its length."""
    if text.isdigit():
        return int(text)
    name, _, extra = text.partition("+")
    offset = int(extra or 0)
    return lengths.setdefault(name, length - offset) + offset


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"a {value.ndim}-d {value.dtype} array"
    return f"{type(value).__name__} {value!r}"
