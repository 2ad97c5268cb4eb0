"""`bench capability` and `bench scale` as a user calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench.cli import bench
from bench.decode import dumps
from bench.record import read_capability
from bench.result import Energy, WorkCount
from tests.bench.test_capability import gemm, spmv
from tests.bench.toys import case, result

MIX = "id: m\nname: M\nprecision: fp32\nshares: {gemm_fp32: 0.5, spmv: 0.5}\nkind: assumption\nsource: made up\n"
MACHINE = """id: box
name: A box
peak_tflops: {fp32: 0.21, fp64: 0.11}
memory_gb_per_s: 30
purchase: {currency: CNY, price: {central: 1000, low: 900, high: 1200}, life_years: 5, power_kw: 0.2}
"""


def called(*words: object) -> Result:
    return CliRunner().invoke(bench, [str(word) for word in words], env={"COLUMNS": "300"})


def files(folder: Path, *, energy: Energy | None = None) -> tuple[object, ...]:
    """Arguments of a call that derives a record of two kernels."""
    (folder / "r.json").write_text(dumps(result([gemm(energy=energy), spmv(energy=energy)])))
    (folder / "m.yaml").write_text(MIX)
    (folder / "box.yaml").write_text(MACHINE)
    return "capability", folder / "r.json", "--mix", folder / "m.yaml", "-o", folder / "c.json"


def test_a_price_gives_costs_in_its_currency(tmp_path: Path) -> None:
    done = called(*files(tmp_path), "--price", "1000 CNY", "--life", 5)
    assert done.exit_code == 0
    assert "TFLOP/s per 1000 CNY" in done.stderr
    assert "CNY per EFLOP" in done.stderr
    assert "cost: purchase alone, 5 years of full use; price: command line" in done.stderr
    record = read_capability(tmp_path / "c.json")
    assert record.purchase is not None
    assert record.mixes["m"].cost is not None
    assert record.mixes["m"].cost.tflops_per_1000.value == pytest.approx(record.mixes["m"].effective_tflops)


def test_a_machine_file_gives_costs_and_what_to_compare_with(tmp_path: Path) -> None:
    done = called(*files(tmp_path), "--machine", tmp_path / "box.yaml", "--electricity", "0.6 CNY/kWh")
    assert done.exit_code == 0
    assert "purchase and electricity (0.2 kW at 0.6 CNY/kWh)" in done.stderr
    assert "1 figure is implausible: find out why" in done.stderr
    assert "too good: STREAM triad over nameplate bandwidth 1.33; above 1: memory cannot deliver more" in done.stderr


def test_without_energy_the_reason_stands_below_the_table(tmp_path: Path) -> None:
    done = called(*files(tmp_path))
    assert "not measured" in done.stderr
    assert "no energy: gemm_fp32: the result says nothing about energy; run a suite that asks for it" in " ".join(
        done.stderr.split()
    )
    assert "CNY" not in done.stderr


def test_a_machine_that_was_not_quiet_is_called_so(tmp_path: Path) -> None:
    arguments = files(tmp_path)
    assert "the machine was" not in called(*arguments).stderr
    disturbed = replace(result().environment, verdict="noisy")
    (tmp_path / "r.json").write_text(dumps(result([gemm(), spmv()], environment=disturbed)))
    assert "the machine was noisy while this was measured" in called(*arguments, "--force").stderr


def test_energy_is_shown_with_its_method(tmp_path: Path) -> None:
    done = called(*files(tmp_path, energy=Energy("RAPL, 1 package", 0.5, 100.0, 20.0, 1.0)), "--json")
    assert "energy: RAPL, 1 package, above the idle machine" in done.stderr
    assert json.loads(done.stdout)["mixes"]["m"]["per_watt"]["above_idle"]["value"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--price", "much"), "error: --price: expected an amount and a currency"),
        (("--price", "5 CNY"), "error: --price needs --life"),
        (("--machine", "none.yaml"), "error: none.yaml: cannot be read"),
    ],
)
def test_bad_prices_are_bad_input(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    done = called(*files(tmp_path), *options)
    assert (done.exit_code, message in done.stderr) == (2, True)
    assert not (tmp_path / "c.json").exists()


def stored(folder: Path) -> Path:
    spread = (1, 1.0), (2, 0.55), (4, 0.325)
    threads = [case("spmv", threads=count, seconds=seconds) for count, seconds in spread]
    volumes = [
        case("allreduce", size=size, limit="network", seconds=1e-5 + moved / 1e10, work=WorkCount(1.0, moved, 0.0, "w"))
        for size, moved in (("a", 1e4), ("b", 1e6), ("c", 1e8))
    ]
    path = folder / "r.json"
    path.write_text(dumps(result([*threads, *volumes])))
    return path


def test_scale_shows_what_was_fitted(tmp_path: Path) -> None:
    done = called("scale", stored(tmp_path))
    assert done.exit_code == 0
    assert "transfers: T = a + V / b" in done.stderr
    assert "threads, same work" in done.stderr
    assert "10" in next(line for line in done.stderr.splitlines() if line.startswith("spmv"))


def test_scale_prints_json(tmp_path: Path) -> None:
    found = json.loads(called("scale", stored(tmp_path), "--json").stdout)
    assert [(entry["kernel"], entry["kind"]) for entry in found] == [("allreduce", "transfer"), ("spmv", "strong")]
    serial = found[1]["fit"]["parameters"][0]
    assert (serial["name"], serial["value"]) == ("serial_share", pytest.approx(0.1))


def test_nothing_to_scale_is_not_verified(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(dumps(result([case()])))
    done = called("scale", path)
    assert done.exit_code == 4
    assert "nothing to fit: it needs a kernel at two thread counts (innocap bench sweep" in done.stderr
    unknown = called("scale", path, "--kernel", "tyo")
    assert (unknown.exit_code, "did you mean 'toy'?" in unknown.stderr) == (2, True)
    assert called("scale", tmp_path / "none.json").exit_code == 2
