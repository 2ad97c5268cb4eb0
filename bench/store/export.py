"""Runs written for other programs: CSV, Parquet, and the JSON of pytest-benchmark. Whole files or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from bench import disk
from bench.decode import dumps
from bench.load import ResultError
from bench.reading import InputError
from bench.result import Result
from bench.store.csv_cells import write_rows
from bench.store.foreign import document
from bench.store.needs import need
from bench.store.tidy import COLUMNS, rows

AT_ONCE = 10_000
Writer = Callable[[Iterable[Result], Path, str], int]


def export_csv(results: Iterable[Result], output: Path, what: str) -> int:
    """Tidy CSV in UTF-8; the number of its rows. Raises DiskFull, ResultError."""
    counted = _Counted(row for result in results for row in rows(result, what))
    with _replacing(output) as place, place.open("w", encoding="utf-8", newline="") as stream:
        write_rows(stream, list(COLUMNS[what]), counted)
    return counted.count


def export_parquet(results: Iterable[Result], output: Path, what: str) -> int:
    """Tidy Parquet with typed columns; the number of its rows. Raises InputError, DiskFull, ResultError."""
    need("pyarrow", "parquet")
    import pyarrow
    from pyarrow import parquet

    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    layout = pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS[what].items()])
    counted = _Counted(row for result in results for row in rows(result, what))
    with _replacing(output) as place, parquet.ParquetWriter(place, layout) as writer:
        while part := list(islice(counted, AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist(part, schema=layout))
    return counted.count


def export_pytest_benchmark(results: Iterable[Result], output: Path, _: str) -> int:
    """The one file that `pytest-benchmark compare` reads; the number of its benchmarks.

    Raises:
        InputError: not exactly one run, of which such a file holds one.
        ResultError: the run has no samples, or the file cannot be written.
    """
    need("pytest_benchmark", "store")
    some = list(islice(results, 2))
    if len(some) > 1:
        raise InputError(f"a file of pytest-benchmark holds one run; name one with --run, for example {some[0].run_id}")
    if not some:
        raise InputError("no run to export")
    data = document(some[0])
    disk.write_atomically(output, dumps(data, indent=1) + "\n")
    return len(data["benchmarks"])


WRITERS: dict[str, Writer] = {
    "csv": export_csv,
    "parquet": export_parquet,
    "pytest-benchmark": export_pytest_benchmark,
}


class _Counted:
    """Rows that count themselves as they pass."""

    def __init__(self, passing: Iterator[dict[str, Any]]) -> None:
        self.passing, self.count = passing, 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> dict[str, Any]:
        row = next(self.passing)
        self.count += 1
        return row


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A temporary place that becomes `output` once everything is written."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        os.close(handle)
    except OSError as error:
        raise disk.failure(output, error) from None
    place = Path(name)
    try:
        yield place
        place.chmod(0o644)
        place.replace(output)
    except OSError as error:
        raise disk.failure(output, error) from None
    except UnicodeEncodeError:
        raise ResultError(f"{output}: a text in the results is no text in UTF-8") from None
    finally:
        place.unlink(missing_ok=True)
