"""What the ranks of a group other than 0 run: wait for a call, do their part of it, say so.

A rank ends when its connection to rank 0 ends, which the system closes whatever happens to rank 0. In case a copy of
the connection lives on in another process, it also ends when its parent is not the one that started it.
"""

from __future__ import annotations

import json
import os
import select
import signal as signals
import socket
import struct
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from kernels.network.flags import ASLEEP, DONE, PLAN, SPINS, START, signal, word
from kernels.network.shared import attached

HEADER = struct.Struct("<I")
MOST_FILES = 16
WATCH_S = 1.0

Plans = dict[int, Callable[[], None]]


class Ended(Exception):  # noqa: N818
    """Rank 0 is gone."""


def send(connection: socket.socket, message: dict[str, Any], files: tuple[int, ...] = ()) -> None:
    """Send a message, with descriptors of files. Raises OSError."""
    text = json.dumps(message).encode()
    socket.send_fds(connection, [HEADER.pack(len(text)) + text], files)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message and its files. Raises Ended."""
    try:
        begun, files, _, _ = socket.recv_fds(connection, HEADER.size, MOST_FILES)
        (size,) = HEADER.unpack(_filled(connection, begun, HEADER.size))
        return json.loads(_filled(connection, connection.recv(size), size)), files
    except OSError:
        raise Ended from None


def _filled(connection: socket.socket, begun: bytes, size: int) -> bytes:
    while len(begun) < size:
        more = connection.recv(size - len(begun))
        if not begun or not more:
            raise Ended
        begun += more
    return begun


def serve(connection: socket.socket, parent: int) -> None:
    """Do the calls of rank 0 until it is gone. The first message tells the rank and brings the flags."""
    hello, files = receive(connection)
    rank, flags = hello["rank"], attached(files[0], 0, (hello["words"],), "int64")
    plans: Plans = {}
    last = 0
    while True:
        signal(flags, word(rank, ASLEEP), 0, START, 1, last + 1, SPINS)
        if flags[START] == last:
            _sleep(connection, parent, flags, rank, last, plans)
            continue
        last += 1
        while int(flags[PLAN]) not in plans:
            _learn(connection, rank, plans)
        plans[int(flags[PLAN])]()
        signal(flags, word(rank, DONE), last, START, 1, last + 1, 1)


def _sleep(connection: socket.socket, parent: int, flags: Any, rank: int, last: int, plans: Plans) -> None:
    """Until a message comes, unless a call came while we lay down."""
    signal(flags, word(rank, ASLEEP), 1, START, 1, last + 1, 1)
    if flags[START] == last and select.select([connection], [], [], WATCH_S)[0]:
        _learn(connection, rank, plans)
    if os.getppid() != parent:
        raise Ended


def _learn(connection: socket.socket, rank: int, plans: Plans) -> None:
    """Take a message: a plan to keep, a plan to forget, or just the call to wake up."""
    message, files = receive(connection)
    if "forget" in message:
        plans.pop(message["forget"], None)
    elif "plan" in message:
        step = getattr(import_module(message["module"]), message["step"])
        arrays = [attached(files[place], offset, shape, dtype) for place, offset, shape, dtype in message["arrays"]]
        plans[message["plan"]] = partial(step.dispatcher, *arrays, rank)
    for file in files:
        os.close(file)


def main(file: int, parent: int) -> None:
    """Entry point of the process; interrupts from the keyboard are for rank 0 to judge."""
    signals.signal(signals.SIGINT, signals.SIG_IGN)
    with socket.socket(fileno=file) as connection:
        try:
            serve(connection, parent)
        except Ended:
            return
