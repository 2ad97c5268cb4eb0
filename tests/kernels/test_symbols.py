"""Slots for addresses: filled once, by name, when code that mentions them is compiled or loaded."""

import pytest

from kernels import symbols


def test_a_slot_is_filled_once_and_only_when_asked_for():
    found = []

    def find():
        found.append(1)
        return 4096

    symbols.define("innocap_test_slot", find)
    symbols.resolve_all(["another_name"])
    assert not found
    symbols.resolve_all(["another_name", "innocap_test_slot"])
    symbols.resolve("innocap_test_slot")
    assert found == [1]


def test_a_failure_leaves_the_slot_for_the_next_attempt():
    answers = iter([None, 4096])

    def find():
        answer = next(answers)
        if answer is None:
            raise RuntimeError("did not compile")
        return answer

    symbols.define("innocap_test_slot_twice", find)
    with pytest.raises(RuntimeError, match="did not compile"):
        symbols.resolve("innocap_test_slot_twice")
    symbols.resolve("innocap_test_slot_twice")
    assert next(answers, "none left") == "none left"
