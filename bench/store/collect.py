"""From folders of result files to a store, in batches that survive a kill."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from bench.store.database import plainly, writing
from bench.store.files import Bad, Copy, found_files
from bench.store.reading import batches
from bench.store.write import Counts, Numbers, known_checksums, write_batch

Progress = Callable[[int, int], None]


@dataclass
class Report:
    """What a collection did, counted in files: new runs, newer copies, files known before, older copies, bad files."""

    files: int = 0
    new: int = 0
    replaced: int = 0
    known: int = 0
    older: int = 0
    bad: list[Bad] = field(default_factory=list)

    @property
    def readable(self) -> int:
        return self.new + self.replaced + self.known + self.older


def collect(engine: Engine, target: str, places: Iterable[Path], progress: Progress, report: Report) -> None:
    """Put every run below some places into a store; files whose checksum is there already are left out.

    Args:
        engine: an open store.
        target: its name, for messages.
        places: files, and folders to look through.
        progress: called with the number of files done and of all files, after every batch.
        report: filled as batches are kept, so that an interrupt leaves it true.

    Raises:
        DiskFull, Stopped, InputError: the store cannot be written; batches before are kept.
    """
    files = found_files(places)
    report.files = len(files)
    with plainly(target), engine.connect() as connection:
        known = known_checksums(connection)
    numbers, done = Numbers(), 0
    progress(0, len(files))
    with closing(batches(files, known)) as found:
        for batch in found:
            with _unbroken():
                _keep(engine, target, batch, numbers, report)
            done += len(batch)
            progress(done, len(files))


def _keep(engine: Engine, target: str, found: Sequence[Copy | Bad | None], numbers: Numbers, report: Report) -> None:
    copies = [item for item in found if isinstance(item, Copy)]
    counts = Counts()
    if copies:
        with plainly(target), writing(engine) as connection:
            counts = write_batch(connection, copies, numbers)
    report.bad += [item for item in found if isinstance(item, Bad)]
    report.known += sum(item is None for item in found)
    report.new += counts.new
    report.replaced += counts.replaced
    report.older += counts.older


@contextmanager
def _unbroken() -> Iterator[None]:
    """Put the first interrupt off until the end, so that what is stored is counted too; a second one is not put off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before: dict[int, Any] = {}

    def note(number: int, frame: Any) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        came.append(number)

    before |= {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
