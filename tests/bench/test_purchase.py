"""Prices from machine files and from the command line, and everything that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.purchase import money, read_machine, told
from bench.reading import InputError
from bench.record import Purchase, Span

CONFIGS = Path(__file__).parents[2] / "configs" / "machines"
MACHINE = """
id: box
name: A box
peak_tflops:
  fp32: {central: 10, low: 6, high: 16, kind: recalled, source: "a sheet"}
  fp64: 5
memory_gb_per_s: 400
purchase:
  currency: CNY
  price: {central: 65000, low: 50000, high: 80000}
  life_years: 5
  power_kw: 0.55
"""


def written(folder: Path, text: str = MACHINE) -> Path:
    path = folder / "box.yaml"
    path.write_text(text)
    return path


def exact(value: float) -> Span:
    return Span(value, value, value)


def test_a_machine_file_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path)
    found = read_machine(path)
    assert found.nameplate.peak_tflops == {"fp32": Span(10, 6, 16), "fp64": exact(5)}
    assert found.nameplate.memory_gb_per_s == exact(400)
    assert found.purchase == Purchase("CNY", Span(65000, 50000, 80000), exact(5), exact(0.55), None, str(path))


@pytest.mark.parametrize("name", sorted(path.name for path in CONFIGS.glob("*.yaml")))
def test_the_machines_of_the_product_can_be_read(name: str) -> None:
    purchase = read_machine(CONFIGS / name).purchase
    assert purchase is not None
    assert purchase.currency == "CNY"
    assert purchase.price.low < purchase.price.value < purchase.price.high


def test_a_machine_file_without_a_purchase_has_none(tmp_path: Path) -> None:
    assert read_machine(written(tmp_path, MACHINE.split("memory")[0])).purchase is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("central: 65000, ", "", r"price: expected a number, or central, low, high, kind, source; found"),
        ("low: 50000", "low: 70000", "price: expected low <= central <= high"),
        ("life_years: 5", "life_years: -5", "life_years: expected a number above 0, found -5"),
        ("life_years: 5", "life_years: long", "life_years: expected a number above 0, found 'long'"),
        ("currency: CNY", "currency: yuan", "purchase.currency: expected three letters, as CNY, found 'yuan'"),
        ("  currency: CNY\n", "", "purchase: missing currency"),
        ("power_kw", "power", "purchase: expected only currency, price, life_years, power_kw"),
        ("fp64: 5", "fp64: true", "peak_tflops: expected a number above 0, found True"),
        ("memory_gb_per_s", "memory_gbs", "unknown key; did you mean 'memory_gb_per_s'"),
    ],
)
def test_a_wrong_machine_file_names_place_and_expectation(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in MACHINE
    with pytest.raises(InputError, match=message):
        read_machine(written(tmp_path, MACHINE.replace(old, new)))


def test_peaks_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="peak_tflops: expected precisions with numbers, found 5"):
        read_machine(written(tmp_path, "id: a\nname: b\npeak_tflops: 5\n"))


@pytest.mark.parametrize(
    ("text", "amount"),
    [("65000 CNY", 65000), (" 65,000CNY", 65000), ("1_000.5 USD", 1000.5), (".5 EUR", 0.5), ("7 cny", 7)],
)
def test_money(text: str, amount: float) -> None:
    found, currency = money(text, "--price")
    assert (found, currency) == (amount, currency.upper())


@pytest.mark.parametrize("text", ["65000", "CNY", "65000 yuan", "-5 CNY", "0 CNY", "CNY 5", "5 CN", ""])
def test_what_is_not_money(text: str) -> None:
    with pytest.raises(InputError, match="--price: expected an amount and a currency of three letters"):
        money(text, "--price")


FILE = Purchase("CNY", Span(65000, 50000, 80000), Span(5, 4, 6), exact(0.55), None, "a file")


def test_the_command_line_comes_before_the_file() -> None:
    assert told(FILE, None, None, None, None) == FILE
    assert told(None, None, None, None, None) is None
    assert told(None, "9000 USD", 4.0, None, None) == Purchase("USD", exact(9000), exact(4), None, None, "command line")
    changed = told(FILE, "70000 CNY", None, 0.7, "0.6 CNY/kWh")
    assert changed == Purchase("CNY", exact(70000), Span(5, 4, 6), exact(0.7), 0.6, "command line")
    longer = told(FILE, None, 8.0, None, None)
    assert longer is not None
    assert (longer.life_years, longer.price) == (exact(8), FILE.price)


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        (None, ("65000 CNY", None, None, None), "--price needs --life"),
        (None, (None, 5.0, None, None), "--life needs a price"),
        (None, (None, None, 0.5, None), "--power-kw needs a price"),
        (None, (None, None, None, "0.6 CNY/kWh"), "--electricity needs a price"),
        (FILE, (None, None, None, "0.1 USD/kWh"), "--electricity is in USD, the price in CNY"),
        (None, ("65000 CNY", 5.0, None, "0.6 CNY/kWh"), "--electricity needs --power-kw"),
        (FILE, (None, None, None, "0.6 CNY per kWh"), "--electricity: expected an amount and a currency"),
    ],
)
def test_options_that_do_not_go_together(
    file: Purchase | None, options: tuple[str | None, float | None, float | None, str | None], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        told(file, *options)
