"""Sort: whole numbers into ascending order, the work of databases, of graph building and of nearest neighbours.

Formula  ordered is keys rearranged with ordered[i] <= ordered[i + 1]; 64-bit unsigned keys, kept apart from the input.
Work     n keys read and n keys written at least once, 16 n bytes; no floating-point operation.
Method   Up to 2048 buckets by the highest bits within the range of a sample; every thread counts and moves its own
         share of the keys. Buckets fit a core's cache and are drawn by the threads one after the other: two
         passes by the 16 highest bits that differ within the bucket, and an insertion sort for what is left, which
         is nearly nothing for most keys. A bucket where it is much is sorted by all of its bits: never more than
         10 passes per key, whatever the keys are. No branch of the passes depends on the keys.
Source   D. E. Knuth, The art of computer programming 3, 5.2.5 (sorting by distribution) and 5.2.1 (insertion).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from kernels import atomic
from kernels.arrays import aligned, poisoned
from kernels.compile import compiled, part
from kernels.spec import Kernel, Work

BUCKET_KEYS = 4096
BUCKET_BITS = 11
DIGIT = 8
DIGITS = 1 << DIGIT
SPARE_BITS = 2
MASK = np.uint64(DIGITS - 1)
SAMPLE = 1024
FEW = 24
MOVES_PER_KEY = 16
ONE = np.uint64(1)


def reference(keys: Any, ordered: Any, spare: Any) -> dict[str, Any]:
    """NumPy's sort."""
    return {"ordered": np.sort(keys)}


@part
def width(number: Any) -> int:
    """Bits from the highest one that is set down to the lowest."""
    bits = 0
    while number > 0:
        bits += 1
        number >>= ONE
    return bits


@part
def differing(keys: Any, begin: Any, end: Any) -> Any:
    """The bits in which any two of the keys differ."""
    found = np.uint64(0)
    for i in range(begin, end):
        found |= keys[i] ^ keys[begin]
    return found


@part
def move_by_digit(source: Any, target: Any, begin: Any, end: Any, shift: Any, counts: Any) -> None:
    """Keys into the order of one digit; those with the same digit keep theirs."""
    for digit in range(DIGITS):
        counts[digit] = 0
    for i in range(begin, end):
        counts[(source[i] >> shift) & MASK] += ONE
    start = begin
    for digit in range(DIGITS):
        count = counts[digit]
        counts[digit] = start
        start += count
    for i in range(begin, end):
        key = source[i]
        digit = (key >> shift) & MASK
        place = counts[digit]
        counts[digit] = place + ONE
        target[place] = key


@part
def insert(source: Any, target: Any, begin: Any, end: Any) -> bool:
    """Keys into target in their order; False, and no key lost in source, if that takes too many moves."""
    moves = MOVES_PER_KEY * np.int64(end - begin)
    highest = np.uint64(0)
    for i in range(begin, end):
        key = source[i]
        place: Any = i
        if key < highest:
            while place > begin and target[place - ONE] > key:
                target[place] = target[place - ONE]
                place -= ONE
        target[place] = key
        highest = max(highest, key)
        moves -= np.int64(i - place)
        if moves < 0:
            return False
    return True


@part
def sort_bucket(spare: Any, ordered: Any, begin: Any, end: Any, counts: Any) -> None:
    """Keys of one bucket from spare into their order."""
    top = width(differing(spare, begin, end)) if end - begin > FEW else 0
    wanted = width(end - begin) + SPARE_BITS
    low = max(top - (wanted + DIGIT - 1) // DIGIT * DIGIT, 0)
    source, target = spare, ordered
    done = False
    while not done:
        for shift in range(low, top, DIGIT):
            move_by_digit(source, target, begin, end, np.uint64(shift), counts)
            source, target = target, source
        done = insert(source, ordered, begin, end)
        low = 0


@part
def sampled_range(keys: Any) -> Any:
    """(lowest, highest) of some keys."""
    lowest, highest = keys[0], keys[0]
    for i in range(0, keys.size, max(keys.size // SAMPLE, 1)):
        lowest, highest = min(lowest, keys[i]), max(highest, keys[i])
    return lowest, highest


@part
def bucket_of(key: Any, plan: Any) -> Any:
    """Rises with the key; what lies outside the sampled range joins the first or the last bucket."""
    lowest, shift, last = plan
    return min((max(key, lowest) - lowest) >> shift, last)


@part
def turned_to_starts(counts: Any) -> None:
    """Counts by thread and bucket become the places where each thread puts its keys of each bucket."""
    start = np.uint64(0)
    for bucket in range(counts.shape[1]):
        for thread in range(counts.shape[0]):
            count = counts[thread, bucket]
            counts[thread, bucket] = start
            start += count


@part
def count_share(keys: Any, begin: Any, end: Any, plan: Any, counts: Any) -> None:
    """How many of keys[begin:end] are in each bucket."""
    for bucket in range(counts.size):
        counts[bucket] = 0
    for i in range(begin, end):
        counts[bucket_of(keys[i], plan)] += ONE


@part
def move_share(keys: Any, target: Any, begin: Any, end: Any, plan: Any, places: Any) -> None:
    """Put keys[begin:end] into their buckets; `places` moves on to the ends."""
    for i in range(begin, end):
        key = keys[i]
        bucket = bucket_of(key, plan)
        place = places[bucket]
        places[bucket] = place + ONE
        target[place] = key


@part
def sort_buckets(spare: Any, ordered: Any, ends: Any, ticket: Any) -> None:
    """Sort the buckets that this thread draws."""
    counts = np.empty(DIGITS, np.uint64)
    bucket = atomic.fetch_add(ticket, 0, 1)
    while bucket < ends.size:
        begin = ends[bucket - 1] if bucket > 0 else np.uint64(0)
        sort_bucket(spare, ordered, begin, ends[bucket], counts)
        bucket = atomic.fetch_add(ticket, 0, 1)


@compiled(keys="uint64 n", ordered="uint64 n", spare="uint64 n", threads="threads")
def sort(keys: Any, ordered: Any, spare: Any, threads: int) -> None:
    """Count, move, sort buckets: three parallel regions."""
    bits = min(max(width(np.uint64(keys.size // BUCKET_KEYS)), 1), BUCKET_BITS)
    lowest, highest = sampled_range(keys)
    plan = lowest, np.uint64(max(width(highest - lowest) - bits, 0)), np.uint64((1 << bits) - 1)
    counts = np.empty((threads, 1 << bits), np.uint64)
    ticket = np.empty(1, np.int64)
    ticket[0] = 0
    size = np.uint64(keys.size)
    share = np.uint64((keys.size + threads - 1) // threads)
    for phase in range(3):
        if phase == 1:
            turned_to_starts(counts)
        for thread in prange(threads):
            begin = min(np.uint64(thread) * share, size)
            end = min(begin + share, size)
            if phase == 0:
                count_share(keys, begin, end, plan, counts[thread])
            elif phase == 1:
                move_share(keys, spare, begin, end, plan, counts[thread])
            else:
                sort_buckets(spare, ordered, counts[threads - 1], ticket)


def inputs(seed: int, n: int) -> dict[str, Any]:
    """Keys spread evenly over all 64-bit numbers."""
    keys = aligned(n, np.uint64)
    keys[:] = np.random.default_rng(seed).integers(0, 2**64, n, np.uint64)
    return {"keys": keys, "ordered": poisoned(n, np.uint64), "spare": poisoned(n, np.uint64)}


def work(n: int) -> Work:
    """Counts for n keys."""
    return Work(flops=0, bytes_read=8 * n, bytes_written=8 * n, formula="flops = 0; bytes = 8 n read + 8 n written")


SORT = Kernel(
    name="sort",
    story="Databases, graph building, neighbour search: a million and more 64-bit keys are put in order.",
    limit="latency",
    precision="int64",
    sizes={"quick": {"n": 2**20}, "standard": {"n": 2**22}, "full": {"n": 2**25}},
    inputs=inputs,
    outputs=("ordered",),
    reference=reference,
    cpu=sort,
    work=work,
    rtol=0,
    tolerance="integers: equal",
    source="Knuth, The art of computer programming 3, 5.2",
    goals={"numpy": 1.0, "best": 1.0},
    workspace=("spare",),
)
