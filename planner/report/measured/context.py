"""Benchmark results as the sections look at them: runs with a short name each, their cases, what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.report.language import Language

Row = Mapping[str, Any]
USABLE = ("ok", "noisy")


@dataclass(frozen=True)
class Run:
    """One result file.

    name   what it is called in this report: the name of its file, with a number where two files are named alike
    told   the facts of this result: file, sha256, goals, means, remarks, fits
    cases  in the order of threads, then names
    """

    name: str
    told: Row
    cases: tuple[Row, ...]

    @property
    def result(self) -> Row:
        return dict(self.told["result"])

    @property
    def file(self) -> str:
        return str(self.told["file"])

    @property
    def created(self) -> str:
        return str(self.result["created"])

    @property
    def passport(self) -> Row:
        return dict(self.result["machine"]["passport"])

    @property
    def machine(self) -> str:
        """The processor, as the machine calls it."""
        return str(known(self.passport, "cpu_model") or self.result["run_id"])

    @property
    def version(self) -> str:
        return str((known(self.passport, "libraries") or {}).get("innocap", ""))

    @property
    def timed(self) -> tuple[Row, ...]:
        """Cases with a time that can be used."""
        return tuple(case for case in self.cases if case["verdict"] in USABLE and case.get("median_s"))


@dataclass(frozen=True)
class Context:
    """Language, runs in the order given, and the comparisons of the first with each later one."""

    words: Language
    runs: tuple[Run, ...]
    comparisons: tuple[Row, ...]

    def of(self, text: str, run: Run) -> str:
        """Text about one of several runs says of which."""
        return text if len(self.runs) == 1 else self.words.say("bench-of", text=text, run=run.name)

    def of_run(self, run: Run) -> str:
        """What a sentence about one of several runs begins with; nothing where there is one."""
        return "" if len(self.runs) == 1 else self.words.say("bench-name", name=run.name)

    def id(self, id: str, run: Run) -> str:
        """Id of a block about one of several runs."""
        return id if len(self.runs) == 1 else f"{id}_{self.runs.index(run) + 1}"


def context(facts: Row, words: Language) -> Context:
    """The context of facts as plain JSON. ValueError where there is no result."""
    if not facts["results"]:
        raise ValueError("a report of a benchmark needs at least one result")
    names = _names([str(told["file"]) for told in facts["results"]])
    pairs = zip(names, facts["results"], strict=True)
    runs = tuple(Run(name, told, _ordered(told["result"]["cases"])) for name, told in pairs)
    return Context(words, runs, tuple(facts.get("comparisons", ())))


def _names(files: Sequence[str]) -> list[str]:
    """Names of files without their suffix; equal ones are numbered."""
    plain = [file.removesuffix(".json") for file in files]
    return [
        name if plain.count(name) == 1 else f"{name} ({plain[:at].count(name) + 1})" for at, name in enumerate(plain)
    ]


def _ordered(cases: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(sorted(cases, key=lambda case: (case["threads"], case["kernel"], case["size"])))


def known(passport: Row, field: str) -> Any:
    """Value of a passport field, or None where it is unknown."""
    value = passport.get(field)
    return None if isinstance(value, Mapping) and value.get("value", "") is None else value


def case_id(case: Row) -> str:
    """Name of a case in goals, remarks and comparisons."""
    return f"{case['kernel']}/{case['size']}/t{case['threads']}"


def by_threads(cases: Iterable[Row]) -> dict[int, list[Row]]:
    """Number of threads -> cases, the fewest threads first."""
    found: dict[int, list[Row]] = {}
    for case in sorted(cases, key=lambda case: int(case["threads"])):
        found.setdefault(int(case["threads"]), []).append(case)
    return found


def case_name(ctx: Context, case: Row, among: Sequence[Row]) -> str:
    """Name of a kernel, with its size and threads where the cases differ in them."""
    sizes, threads = ({other[key] for other in among} for key in ("size", "threads"))
    name = str(case["kernel"]) + (f" {case['size']}" if len(sizes) > 1 else "")
    many = ctx.words.say("bench-threads", count=int(case["threads"]))
    return f"{name}, {many}" if len(threads) > 1 else name


def verified(case: Row) -> bool:
    """Whether its answers were compared with the reference and agree."""
    return bool((case.get("verification") or {}).get("passed"))


def timed_peers(case: Row) -> list[Row]:
    """Peers with a time, fastest first."""
    return sorted((peer for peer in case.get("peers", ()) if peer.get("ratio")), key=lambda peer: peer["ratio"])
