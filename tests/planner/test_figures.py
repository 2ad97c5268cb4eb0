"""A solved scenario in a handful of numbers, against the closed form of configs/tiny."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.figures import capital_million, key_figures, ordered_units
from planner.solving import plan_of, problem_of, search
from planner.verify import verify
from tests.planner.toys import tiny


def test_figures_are_those_of_the_hand_solved_case():
    """28.125 and 9.375 masts, 3.75 and 1.25 servers, in each of two years."""
    problem = problem_of(tiny())
    outcome = search(problem)
    assert verify(tiny(), plan_of(problem, outcome)).broken is None
    told = key_figures(problem, outcome)
    assert told["capital_network_million"] == pytest.approx(150.0, rel=1e-3)
    assert told["capital_information_service_million"] == pytest.approx(50.0, rel=3e-3)
    index = 0.75 * 28.125**0.3 * 3.75**0.1 + 0.25 * 9.375**0.3 * 1.25**0.1
    assert told["innovation_last_year_index"] == pytest.approx(index, rel=1e-3)
    assert np.allclose(ordered_units(problem, outcome), [[56.25, 7.5], [18.75, 2.5]], rtol=2e-2)
    assert capital_million(problem, outcome).sum() == pytest.approx(200.0, rel=1e-6)


def test_a_bound_that_is_not_there_is_none():
    problem = problem_of(tiny())
    outcome = replace(search(problem), upper=float("inf"), status="limit")
    told = key_figures(problem, outcome)
    assert (told["upper"], told["gap"], told["status"]) == (None, None, "limit")
