"""Lists of logical CPUs as Linux writes them. Standard library only."""

from __future__ import annotations


def cpus_in(text: str) -> set[int]:
    """Logical CPUs of a list. Raises ValueError where it is none.

    >>> sorted(cpus_in("0-2,8"))
    [0, 1, 2, 8]
    """
    spans = [span.split("-") for span in text.split(",") if span.strip()]
    return {cpu for span in spans for cpu in range(int(span[0]), int(span[-1]) + 1)}
