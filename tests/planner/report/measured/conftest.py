"""Reports of one result and of two, composed once for all tests here."""

from __future__ import annotations

import pytest

pytest.importorskip("altair", reason="the report extra is not installed")
pytest.importorskip("fluent.runtime", reason="the report extra is not installed")

from planner.report.document import Report
from planner.report.measured import compose
from tests.bench.made_up import EVIL, made, told


@pytest.fixture(scope="package")
def one(tmp_path_factory):
    """Facts of one result."""
    return told(tmp_path_factory.mktemp("one"), [made()], ["mine.json"])


@pytest.fixture(scope="package")
def two(tmp_path_factory):
    """Facts of two results of unlike machines, the second noisy, slower and of a hostile name."""
    slower = made("second", factor=1.5, quiet="noisy", cpu=EVIL.replace("/", ""))
    return told(tmp_path_factory.mktemp("two"), [made(), slower], ["mine.json", "=other.json"])


@pytest.fixture(scope="package", params=["en", "zh"])
def lang(request):
    return request.param


@pytest.fixture(scope="package")
def one_report(one, lang) -> Report:
    return compose(one, lang)


@pytest.fixture(scope="package")
def two_report(two, lang) -> Report:
    return compose(two, lang)
