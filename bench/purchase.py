"""What a machine costs and what its maker promises: from a machine file, or from the command line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.nameplate import Nameplate
from bench.reading import Document, InputError, read_yaml
from bench.record import Purchase, Span

REQUIRED = ("id", "name", "peak_tflops")
OPTIONAL = ("kind", "fraction_of_peak", "machines_per_unit", "memory_gb_per_s", "purchase", "source", "date")
PURCHASE = ("currency", "price", "life_years", "power_kw", "electricity_per_kwh", "source")
ESTIMATE = ("central", "low", "high", "kind", "source")
MONEY = re.compile(r"\s*([\d_,]*\.?\d+)\s*([A-Za-z]{3})\s*")


@dataclass(frozen=True)
class MachineFile:
    """The part of a machine file that a capability record uses."""

    nameplate: Nameplate
    purchase: Purchase | None


def money(text: str, option: str) -> tuple[float, str]:
    """Amount and currency of a text such as "65000 CNY". Raises InputError.

    >>> money("65,000 CNY", "--price")
    (65000.0, 'CNY')
    """
    found = MONEY.fullmatch(text)
    amount = float(found.group(1).replace(",", "").replace("_", "")) if found else 0.0
    if not found or not 0 < amount < math.inf:
        raise InputError(
            f'{option}: expected an amount and a currency of three letters, as "65000 CNY", found {text!r}'
        )
    return amount, found.group(2).upper()


def read_machine(path: Path) -> MachineFile:
    """Nameplate and purchase of a machine file, such as those in configs/machines.

    Raises:
        InputError: unreadable, unknown or missing key, or a value that is no number.
    """
    found = read_yaml(path, REQUIRED, OPTIONAL)
    peaks = found.data["peak_tflops"]
    if not isinstance(peaks, dict):
        raise InputError(f"{found.at('peak_tflops')}: expected precisions with numbers, found {peaks!r}")
    memory = found.data.get("memory_gb_per_s")
    nameplate = Nameplate(
        source=str(path),
        peak_tflops={str(name): _span(found, "peak_tflops", peak) for name, peak in peaks.items()},
        memory_gb_per_s=None if memory is None else _span(found, "memory_gb_per_s", memory),
    )
    return MachineFile(nameplate, _purchase(found))


def told(
    file: Purchase | None,
    price: str | None,
    life_years: float | None,
    power_kw: float | None,
    electricity: str | None,
) -> Purchase | None:
    """Purchase of the machine file with what the command line says in its place; None where neither gives a price.

    Raises:
        InputError: a price without a life, two currencies, or an option that needs a price.
    """
    purchase = file if price is None else _priced(file, price, life_years)
    if purchase is None:
        given = {"--life": life_years, "--power-kw": power_kw, "--electricity": electricity}
        for option in (option for option, value in given.items() if value is not None):
            raise InputError(f'{option} needs a price: give --price "65000 CNY", or --machine with a purchase')
        return None
    if life_years is not None:
        purchase = replace(purchase, life_years=_exact(life_years))
    if power_kw is not None:
        purchase = replace(purchase, power_kw=_exact(power_kw))
    return purchase if electricity is None else _powered(purchase, electricity)


def _priced(file: Purchase | None, price: str, life_years: float | None) -> Purchase:
    amount, currency = money(price, "--price")
    if life_years is None and file is None:
        raise InputError("--price needs --life, the years in use, as in --life 5")
    life = file.life_years if life_years is None and file is not None else _exact(life_years or 0.0)
    power = file.power_kw if file is not None else None
    return Purchase(currency, _exact(amount), life, power, None, "command line")


def _powered(purchase: Purchase, electricity: str) -> Purchase:
    rate, currency = money(electricity.removesuffix("/kWh"), "--electricity")
    if currency != purchase.currency:
        raise InputError(f"--electricity is in {currency}, the price in {purchase.currency}: give both in one currency")
    if purchase.power_kw is None:
        raise InputError("--electricity needs --power-kw, what the machine draws at work")
    return replace(purchase, electricity_per_kwh=rate)


def _exact(value: float) -> Span:
    return Span(value, value, value)


def _purchase(found: Document) -> Purchase | None:
    entry = found.data.get("purchase")
    if entry is None:
        return None
    place = found.at("purchase")
    if not isinstance(entry, dict) or not set(entry) <= set(PURCHASE):
        raise InputError(f"{place}: expected only {', '.join(PURCHASE)}, found {entry!r}")
    missing = [key for key in ("currency", "price", "life_years") if key not in entry]
    if missing:
        raise InputError(f"{place}: missing {', '.join(missing)}")
    if not re.fullmatch("[A-Z]{3}", str(entry["currency"])):
        raise InputError(f"{place}.currency: expected three letters, as CNY, found {entry['currency']!r}")
    power, rate = entry.get("power_kw"), entry.get("electricity_per_kwh")
    return Purchase(
        currency=entry["currency"],
        price=_span(found, "price", entry["price"]),
        life_years=_span(found, "life_years", entry["life_years"]),
        power_kw=None if power is None else _span(found, "power_kw", power),
        electricity_per_kwh=None if rate is None else _span(found, "electricity_per_kwh", rate).value,
        source=str(entry.get("source", found.path)),
    )


def _span(found: Document, key: str, value: Any) -> Span:
    """A number, or a table with central, low and high."""
    table = value if isinstance(value, dict) else {"central": value}
    if "central" not in table or not set(table) <= set(ESTIMATE):
        raise InputError(f"{found.at(key)}: expected a number, or central, low, high, kind, source; found {value!r}")
    ends = [_number(found, key, table.get(name, table["central"])) for name in ("central", "low", "high")]
    if not ends[1] <= ends[0] <= ends[2]:
        raise InputError(f"{found.at(key)}: expected low <= central <= high, found {value!r}")
    return Span(*ends)


def _number(found: Document, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise InputError(f"{found.at(key)}: expected a number above 0, found {value!r}")
    return float(value)
