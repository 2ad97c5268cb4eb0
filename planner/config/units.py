"""Quantities: a number in the canonical unit, or text with a unit (`"0.35 CNY/kWh"`, `"2 亿元"`, `"5 %"`)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from planner.config.problems import FaultError, nearest

_TEXT = re.compile(r"\s*([-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*", re.ASCII | re.DOTALL)

_SCALES = {"": 1.0, "thousand ": 1e3, "k": 1e3, "million ": 1e6, "M ": 1e6, "billion ": 1e9, "bn ": 1e9}
_CHINESE_SCALES = {"万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
_CURRENCY_WORDS: Mapping[str, tuple[str, ...]] = {
    "CNY": ("CNY", "RMB", "yuan", "元", "人民币"),
    "USD": ("USD", "US$", "dollar", "dollars"),
    "EUR": ("EUR", "€", "euro", "euros"),
}
_HUNDREDTH_WORDS: Mapping[str, tuple[str, ...]] = {"CNY": ("分",), "USD": ("cents",), "EUR": ("cents",)}
_ENERGY_KWH = {"kWh": 1.0, "MWh": 1e3, "GWh": 1e6, "TWh": 1e9, "度": 1.0, "千瓦时": 1.0}


@dataclass(frozen=True, eq=False)
class Dimension:
    """What a number measures: canonical unit, factors of other units to it, and the range it must lie in.

    units    unit text -> factor to the canonical unit; "" stands for a text without a unit
    shown    the units an error names
    example  a text that is right
    currency what money and prices are counted in; None where any of the known currencies will do
    """

    name: str
    canonical: str
    units: Mapping[str, float]
    shown: str
    example: str
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    currency: str | None = None
    squeezed: Mapping[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "squeezed", {squeeze(unit): factor for unit, factor in self.units.items()})

    @property
    def expected(self) -> str:
        """What an error says was expected."""
        return f"{self.name} ({self.shown})" if self.shown else self.name

    @property
    def remedy(self) -> str:
        return f'write e.g. "{self.example}"' if self.shown else f"write e.g. {self.example}"


def squeeze(unit: str) -> str:
    """A unit without the differences that do not matter: spaces, `per` for `/`, full-width signs."""
    unit = re.sub(r"(?<=\S)\s+per\s+(?=\S)|^per\s+", "/", unit.strip())
    return re.sub(r"\s+", "", unit.replace("％", "%").replace("／", "/").replace("·", "*"))


def quantity(value: object, dimension: Dimension) -> float:
    """The value in the canonical unit.

    Raises FaultError for anything but a finite number or a text with a unit of the dimension, and outside its range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FaultError(f"value {shown(value)} is not a quantity; expected {dimension.expected}", dimension.remedy)
    number = _from_text(value, dimension) if isinstance(value, str) else float(value)
    if not math.isfinite(number):
        raise FaultError(f"value {shown(value)} is not a finite number", dimension.remedy)
    check_range(value, number, dimension)
    return number


def shown(value: object) -> str:
    """A value as an error shows it, shortened."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def is_quantity(value: object) -> bool:
    """Whether a value is meant as a quantity rather than a name: a number or text that begins with one."""
    if isinstance(value, str):
        return _TEXT.fullmatch(value) is not None
    return isinstance(value, int | float)


def without_per(value: object, unit: str) -> object:
    """A text like `"190000 CNY/station"` without the `/station` of an asset counted in stations."""
    suffix = f"/{squeeze(unit)}"
    if not isinstance(value, str) or not squeeze(value).endswith(suffix):
        return value
    return squeeze(value).removesuffix(suffix)


def _from_text(text: str, dimension: Dimension) -> float:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise FaultError(
            f"value {text!r} does not begin with a number; expected {dimension.expected}", dimension.remedy
        )
    number, unit = float(match[1]), match[2]
    factor = dimension.squeezed.get(squeeze(unit))
    if factor is None:
        raise _wrong_currency(text, unit, dimension) or _wrong_unit(text, unit, dimension)
    return scaled(number, factor)


def scaled(number: float, factor: float) -> float:
    """Number * factor, dividing by whole numbers so that 5 % is 0.05 to the last digit."""
    return number * factor if factor >= 1 else number / round(1 / factor, 6)


def _wrong_unit(text: str, unit: str, dimension: Dimension) -> FaultError:
    if not unit:
        return FaultError(f"value {text!r} is text without a unit; expected {dimension.expected}", dimension.remedy)
    if unit[0] in ",，'_":
        return FaultError(f"value {text!r} has a sign inside the number", "write the digits without separators")
    hint = nearest(unit, (known for known in dimension.units if known))
    remedy = hint if hint.startswith("did you mean") else dimension.remedy
    return FaultError(f"value {text!r} has unit {unit}; expected {dimension.expected}", remedy)


def _wrong_currency(text: str, unit: str, dimension: Dimension) -> FaultError | None:
    """The error of an amount in another currency than the plan's."""
    own = dimension.currency
    if own is None:
        return None
    others = (code for code in _CURRENCY_WORDS if code != own)
    foreign = next((code for code in others if squeeze(unit) in in_currency(dimension, code).squeezed), None)
    if foreign is None:
        return None
    remedy = f"write it in {own}; convert it first, and state the rate in its source"
    return FaultError(f"value {text!r} is in {foreign}, but the plan counts in {own}", remedy)


def check_range(value: object, number: float, dimension: Dimension) -> None:
    """Raise FaultError where a number lies outside the range of its dimension."""
    if number < dimension.low or (dimension.above and number == dimension.low):
        word = "above" if dimension.above else "at least"
        sign = "negative; expected" if number < 0 <= dimension.low else f"too small; expected {dimension.expected},"
        raise FaultError(f"value {value!r} is {sign} {word} {dimension.low:g}", dimension.remedy)
    if number > dimension.high:
        raise FaultError(f"value {value!r} is too large; expected {dimension.expected}", dimension.remedy)


def _grid(scales: Mapping[str, float], names: Mapping[str, float], canonical: float) -> dict[str, float]:
    return {s + n: scales[s] * names[n] / canonical for s in scales for n in names}


_RATE = {unit: 1.0 if not unit else 0.01 for unit in ("", "%", "%/year", "%/yr", "%/a", "%/年", "percent")}
_SHARE = {"": 1.0, "%": 0.01, "percent": 0.01}
_POWER = {"W": 1e-3, "kW": 1.0, "MW": 1e3, "GW": 1e6, "千瓦": 1.0, "万千瓦": 1e4}
_ELECTRICITY = {e: k / 1e6 for e, k in _ENERGY_KWH.items()} | {
    f"{s}{e}": _CHINESE_SCALES[s] * k / 1e6
    for s in ("万", "亿")
    for e, k in (("kWh", 1.0), ("度", 1.0), ("千瓦时", 1.0))
}
_FLOPS = {"P": 1e15, "T": 1e12, "G": 1e9, "E": 1e18, "Z": 1e21}
_SPEED = {p + ending: scale for p, scale in _FLOPS.items() for ending in ("FLOPS", "FLOP/s", "Flop/s", "Flops")}
_BIT = {"Mbit/s": 1e-3, "Gbit/s": 1.0, "Tbit/s": 1e3, "Mbps": 1e-3, "Gbps": 1.0, "Tbps": 1e3, "GB/s": 8.0}
_TIME = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "min": 60.0, "minutes": 60.0, "h": 3600.0}


def _money(code: str) -> Dimension:
    """Money in one currency; 万 and 亿 go with yuan."""
    scales = _SCALES | (_CHINESE_SCALES if code == "CNY" else {})
    words = _CURRENCY_WORDS.get(code, (code,))
    shown = f"{code}, 万元, 亿元, million {code}" if code == "CNY" else f"{code}, million {code}, billion {code}"
    units = _grid(scales, dict.fromkeys(words, 1.0), 1e6)
    return Dimension("money", f"million {code}", units, shown, f"0.6 million {code}", currency=code)


def _price(code: str) -> Dimension:
    """Price of electricity in one currency."""
    words = dict.fromkeys(_CURRENCY_WORDS.get(code, (code,)), 1.0)
    words |= dict.fromkeys(_HUNDREDTH_WORDS.get(code, ()), 0.01)
    units = {f"{word}/{e}": worth / kwh for word, worth in words.items() for e, kwh in _ENERGY_KWH.items()}
    shown = f"{code}/kWh, {code}/MWh" + (", 元/度" if code == "CNY" else ", cents/kWh" if "cents" in words else "")
    return Dimension("price", f"{code}/kWh", units, shown, f"0.35 {code}/kWh", currency=code)


@cache
def in_currency(dimension: Dimension, code: str | None) -> Dimension:
    """Money and prices counted in one currency; any other dimension, and any dimension for None, as it is."""
    made = {"money": _money, "price": _price}.get(dimension.name)
    return dimension if made is None or code is None else made(code)


def _of_any_currency(one: Dimension, canonical: str) -> Dimension:
    """A dimension for text whose plan does not say what it counts in."""
    held = {unit: k for code in _CURRENCY_WORDS for unit, k in in_currency(one, code).units.items()}
    return Dimension(one.name, canonical, held, one.shown, one.example)


MONEY = _of_any_currency(_money("CNY"), "million of the plan's currency")
PRICE = _of_any_currency(_price("CNY"), "the plan's currency per kWh")
POWER = Dimension("power", "kW", _POWER, "W, kW, MW, GW", "3.5 kW")
SHARE = Dimension("share", "1", _SHARE, "0 to 1, or %", "5 %", high=1.0)
RATIO = Dimension("share", "1", _SHARE, "a fraction, or %", "80 %")
RATE = Dimension("rate", "1/year", _RATE, "fraction, or % a year", "6 %/year", low=-1.0)
DECLINE = Dimension("decline", "1/year", _RATE, "-1 to 1, or % a year", "6 %/year", low=-1.0, high=1.0)
INTEREST = Dimension("interest rate", "1/year", _RATE, "0 to 1, or % a year", "6 %/year", high=1.0)
YEARS = Dimension(
    "time", "years", dict.fromkeys(("", "year", "years", "yr", "a", "年"), 1.0) | {"months": 1 / 12}, "years", "8 years"
)
DISTANCE = Dimension("distance", "km", {"km": 1.0, "m": 1e-3, "公里": 1.0, "千米": 1.0}, "km, m", "500 km")
DELAY = Dimension("delay", "ms", {"ms": 1.0, "us": 1e-3, "µs": 1e-3, "s": 1e3, "毫秒": 1.0}, "ms", "5 ms")
DELAY_PER_KM = Dimension(
    "delay per distance", "ms/km", {"ms/km": 1.0, "us/km": 1e-3, "µs/km": 1e-3}, "ms/km", "0.0049 ms/km"
)
COMPUTE = Dimension("compute", "EFLOPS", {u: f / 1e18 for u, f in _SPEED.items()}, "EFLOPS, PFLOPS", "120 EFLOPS")
PEAK = Dimension(
    "peak speed", "TFLOPS", {u: f / 1e12 for u, f in _SPEED.items()}, "TFLOPS, PFLOPS", "312 TFLOPS", above=True
)
TRAFFIC = Dimension(
    "traffic",
    "Gbit/s per EFLOPS",
    {f"{b}/{f}": factor * 1e18 / scale for b, factor in _BIT.items() for f, scale in _SPEED.items()},
    "Gbit/s per EFLOPS",
    "40 Gbit/s per EFLOPS",
)
ELECTRICITY = Dimension("electricity", "GWh", _ELECTRICITY, "GWh, TWh, 亿kWh", "100 GWh")
TIME = Dimension("time", "s", _TIME, "s, min, h", "600 s", above=True)
STAFF = Dimension("staff", "FTE", dict.fromkeys(("FTE", "people", "persons", "人"), 1.0), "FTE", "0.2 FTE")
ANY = Dimension("a number", "1", {"": 1.0}, "", "1.0", low=-math.inf)
SIGNED = Dimension("a number", "1", _SHARE, "a number, or %", "50 %", low=-math.inf)
COUNT = Dimension("a number", "1", {"": 1.0}, "", "1.0")
PEOPLE = Dimension("people", "10k persons", {"": 1.0}, "10,000 persons", "2186", above=True)
POSITIVE = Dimension("a number", "1", {"": 1.0}, "", "1.0", above=True)
AT_LEAST_ONE = Dimension("a factor", "1", {"": 1.0}, "", "1.25", low=1.0)
SPILLOVER = Dimension("a number", "1", {"": 1.0}, "0 to less than 1", "0.1", high=math.nextafter(1.0, 0.0))

DIMENSIONS = (
    MONEY, PRICE, POWER, SHARE, RATE, DECLINE, INTEREST, YEARS, DISTANCE, DELAY, DELAY_PER_KM, COMPUTE, PEAK, TRAFFIC,
    ELECTRICITY, TIME, STAFF, PEOPLE, COUNT, POSITIVE, AT_LEAST_ONE, SPILLOVER,
)  # fmt: skip
