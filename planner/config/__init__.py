"""Config: YAML and CSV files read strictly into a frozen `planner.scenario.Scenario`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from planner.config.loading import Document, load
from planner.config.problems import ConfigError, Problem
from planner.scenario import Scenario

__all__ = ["ConfigError", "Document", "Problem", "load", "read", "scenario"]


def read(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Scenario:
    """Read a plan config. Raises ConfigError with every problem there is.

    overrides: texts `path=value`, as `--set` takes them
    """
    return scenario(load(path, overrides))


def scenario(document: Document) -> Scenario:
    """The scenario of a config that `load` has read. Raises ConfigError with every problem there is."""
    from planner.config.resolve import resolve

    return resolve(document)
