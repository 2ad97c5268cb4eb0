"""The tables of a store and the steps from one version of them to the next.

Times are in seconds, speeds in GFLOP/s and GB/s, memory in bytes, as in a result file. `samples_s` holds 64-bit
little-endian floating-point numbers. `details` holds as JSON what has no column; that of a run stands apart, and
a ceiling names its machine, so that questions over all runs read little.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
REAL = Float(53)


def _identity() -> Column[int]:
    return Column("id", NUMBER, primary_key=True, autoincrement=False)


def _text(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, unique=unique)


def _link(name: str, target: str, *, primary: bool = False) -> Column[int]:
    return Column(name, NUMBER, ForeignKey(target), primary_key=primary, nullable=False, autoincrement=False)


VERSIONS = Table("innocap_store", METADATA, Column("version", Integer, nullable=False))

MACHINES = Table(
    "machines",
    METADATA,
    _identity(),
    _text("fingerprint", unique=True),
    Column("cpu_model", Text),
    Column("cores", NUMBER),
    Column("memory_gib", NUMBER),
    _text("details"),
)

PASSPORTS = Table(
    "passports",
    METADATA,
    _identity(),
    _link("machine_id", "machines.id"),
    _text("sha256", unique=True),
    _text("details"),
)

RUNS = Table(
    "runs",
    METADATA,
    _identity(),
    _text("run_id", unique=True),
    _link("machine_id", "machines.id"),
    _link("passport_id", "passports.id"),
    _text("schema"),
    _text("source"),
    _text("created"),
    Column("created_unix_s", REAL, nullable=False),
    _text("suite"),
    _text("preset"),
    _text("verdict"),
    _text("sha256"),
    _text("path"),
    Column("modified_ns", BigInteger, nullable=False),
    Index("runs_by_machine", "machine_id", "created_unix_s"),
    Index("runs_by_sha256", "sha256"),
)

RUN_DETAILS = Table("run_details", METADATA, _link("run_id", "runs.id", primary=True), _text("details"))

WORKLOADS = Table(
    "workloads",
    METADATA,
    _identity(),
    _text("sha256", unique=True),
    _text("kernel"),
    _text("version"),
    _text("size"),
    Column("threads", NUMBER, nullable=False),
    _text("precision"),
    _text("limited_by"),
    Column("flops", REAL, nullable=False),
    Column("bytes_read", REAL, nullable=False),
    Column("bytes_written", REAL, nullable=False),
    Column("working_set_bytes", BigInteger),
    _text("details"),
    Index("workloads_by_kernel", "kernel"),
)

CASES = Table(
    "cases",
    METADATA,
    _identity(),
    _link("run_id", "runs.id"),
    _link("workload_id", "workloads.id"),
    _text("verdict"),
    Column("verified", Boolean, nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("median_s", REAL),
    Column("low_s", REAL),
    Column("high_s", REAL),
    Column("gflops", REAL),
    Column("gb_per_s", REAL),
    Column("ceiling", Text),
    Column("fraction_of_ceiling", REAL),
    _text("details"),
    Index("cases_by_run", "run_id"),
    Index("cases_by_workload", "workload_id", "proven", "run_id", "gflops"),
)

SAMPLES = Table(
    "samples",
    METADATA,
    _link("case_id", "cases.id", primary=True),
    Column("samples_s", LargeBinary, nullable=False),
)

PEERS = Table(
    "peers",
    METADATA,
    _link("case_id", "cases.id", primary=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    _text("role"),
    _text("name"),
    Column("version", Text),
    Column("skipped", Text),
    Column("median_s", REAL),
    Column("ratio", REAL),
    Column("ratio_low", REAL),
    Column("ratio_high", REAL),
    Column("samples_s", LargeBinary),
)

CEILINGS = Table(
    "ceilings",
    METADATA,
    _link("run_id", "runs.id", primary=True),
    Column("name", Text, primary_key=True),
    _link("machine_id", "machines.id"),
    Column("position", Integer, nullable=False),
    Column("value", REAL, nullable=False),
    Column("low", REAL, nullable=False),
    Column("high", REAL, nullable=False),
    Column("threads", NUMBER, nullable=False),
    _text("kernel"),
    Index("ceilings_by_machine", "name", "machine_id", "value", "run_id"),
)

Step = Callable[[Connection], None]
FIRST_VERSION = 1
STEPS: tuple[Step, ...] = ()
"""STEPS[k] turns a store of version 1 + k into one of version 2 + k, data and all. Append; never change one."""


def newest_version() -> int:
    """Version of the tables above."""
    return FIRST_VERSION + len(STEPS)
