"""The flags by which processes tell each other to start and that they are done."""

import threading

import numpy as np

from kernels.network.flags import ASLEEP, DONE, LINE, START, signal, word, words


def test_every_rank_has_a_line_of_its_own():
    places = [word(rank, name) for rank in range(3) for name in (DONE, ASLEEP)]
    assert len(set(places)) == 6
    assert min(places) == LINE
    assert max(places) < words(3)


def test_writing_and_giving_up():
    flags = np.zeros(words(2), np.int64)
    signal(flags, word(1, DONE), 5, START, 1, 1, 100)
    assert flags[word(1, DONE)] == 5
    assert flags.sum() == 5


def test_seeing_what_it_wrote_itself():
    flags = np.zeros(words(1), np.int64)
    signal(flags, START, 9, START, 1, 9, 2**60)
    assert flags[START] == 9


def test_all_of_several_flags_are_waited_for():
    flags = np.zeros(words(3), np.int64)

    def finish():
        for rank in (1, 2):
            signal(flags, word(rank, DONE), 1, START, 1, 0, 1)

    signal(flags, START, 1, START, 1, 1, 1)
    other = threading.Timer(0.05, finish)
    other.start()
    signal(flags, START, 1, word(1, DONE), 2, 1, 1000)
    while flags[word(2, DONE)] != 1:
        signal(flags, START, 1, word(1, DONE), 2, 1, 1000)
    assert flags[word(1, DONE)] == 1
    other.join()
