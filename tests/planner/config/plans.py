"""A small plan that uses every part of a config, and a way to break it in one place."""

from __future__ import annotations

from pathlib import Path

from planner.config import ConfigError, read
from planner.scenario import Scenario

MARK = "§"

PLAN = """\
schema: 1
id: trio
title: Three regions
title_zh: 三个地区
currency: CNY
price_year: 2024
years: {base: 2025, first: 2026, last: 2028}
discount_rate: {value: 5 %, low: 3 %, high: 8 %, kind: found, source: handbook, note: checked}
tail: {mode: continue}
objective: total
regions:
  table: regions.csv
  also: [drivers.csv]
  name: name
  name_zh: name_zh
  population_10k: people
  innovation: patents
  innovation_unit: patents a year
  tile: [x, y]
  price_factor: cost
  energy_price: 350 CNY/MWh
  pue_base: 1.5
  pue_new: pue
groups:
  - {id: coast, name: Coast, regions: [b, a]}
  - {id: hubs, name: Hubs, column: hub, equals: 1}
  - {id: inland, name: Inland, column: side, not_equals: sea}
  - {id: listed, name: Listed, column: side, in: [sea, plain]}
distances: {table: km.csv}
geography:
  route_factor: 1.5
  delay_offset: {value: 1 ms, low: 0.5 ms, high: 2 ms}
floor_share: 5 %
factors:
  - {id: network, name: Network, unit: station}
  - {id: compute, name: Compute, unit: EFLOPS, usable_per_talent: 3}
  - id: talent
    name: Talent
    unit: 10k persons
    series: {column: staff, growth: 2 %/year}
elasticities: central
elasticity_sets:
  - id: central
    name: Central
    beta: {network: 0.2, compute: 0.3, talent: 0.4}
    spillover: 0.1
    source: by hand
assets:
  - id: station
    class: network
    name: Station
    name_zh: 基站
    unit: station
    module: 10
    integer: true
    capex: {central: 190000 CNY/station, low: 15 万元, high: 0.3 million CNY, kind: derived, source: tender}
    price_decline: 6 %/year
    opex_share: 10 %
    power_kw: 2.7 kW
    load_factor: 80 %
    life: 10 years
    lead_time: {value: 0.5 years, source: survey}
    staff_fte: 0.01
    supplies: {network: 1}
    base_stock: {column: stations}
  - id: hall
    class: key_information
    name: Hall
    unit: rack
    capex: 0.1 million CNY
    life: 15 years
    lead_time: 1.5 years
    base_stock: {column: racks, kind: estimated, source: shares}
  - id: node
    class: compute
    name: Node
    unit: node
    capex: 200 万元
    power_kw: 0.01 MW
    has_pue: true
    life: 5 years
    lead_time: 0.25 years
    housed_in: {asset: hall, units_per_unit: 4}
    machine: box
    utilisation: 0.6
    base_stock: {value: 0}
demand:
  - id: factory
    name: Factories
    link: production
    feeds: compute
    delay_limit: 5 ms
    served_by: [node]
    mix: light
    base: 300 PFLOPS
    growth: 20 %/year
    drivers: [{column: output, share: 0.75}, {column: people, share: 25 %}]
    traffic: 40 Gbit/s per EFLOPS
    unmet_price: 0.001
  - id: training
    name: Training
    link: research
    feeds: compute
    delay_limit: none
    served_by: [node]
    mix: light
    base: 2 EFLOPS
    growth: 0.3
    drivers: [{column: output, share: 1}]
    traffic: 1
    unmet_price: 0
mixes: [parts/light.yaml]
machines: [parts/box.yaml]
records: {box: null}
electricity: {column: power, growth: 5 %, share: 2 %}
staff: {column: staff}
budgets:
  - {id: yearly, name: Yearly, kinds: [capex], period: year, limit: {2026: 1 亿元, 2027: 120, 2028: 1.5 亿元}}
  - id: running
    name: Running
    kinds: [opex, energy]
    scope: {classes: [compute], groups: [coast], years: {from: 2027, to: 2028}}
    period: year
    limit: {first: 100, growth: 10 %}
    carry_over: {interest: 2 %}
    price: 0.5
  - {id: whole, name: Whole, kinds: [capex], period: total, limit: 3 亿元, source: ministry}
rules:
  - id: cover
    name: Cover
    kind: floor
    quantity: stock
    scope: {assets: [station], regions: [c]}
    each: region
    limit: 10
    per_10k_people: true
  - id: share
    name: Share
    kind: cap
    quantity: capex
    scope: {groups: [coast]}
    share_of: {}
    limit: 60 %
    scaled_by: null
  - {id: most, name: Most, kind: cap, quantity: capex, scope: {years: [2026]}, limit: 2 亿元, price: 1}
growth_limits:
  - {id: steady, assets: [station, node], rate: 50 %, seed: 0.01}
sources: sources.csv
"""

REGIONS = """\
id,name,name_zh,people,patents,x,y,cost,pue,hub,side
a,Alpha,甲,100,10,0,0,1.1,1.2,1,sea
b,Beta,乙,200,30,1,0,1,1.25,0,sea
c,"Gamma, Inner",丙,50,1,2,1,0.9,1.15,1,plain
"""

DRIVERS = """\
id,staff,stations,racks,output,power
c,1,5,100,10,50
b,4,20,200,60,80
a,2,10,300,30,100
"""

KM = """\
from,a,b,c
a,0,300,900
b,300,0,700.5
c,900,700.5,0
"""

SOURCES = (
    "file,column,unit,year,source,kind,note\n"
    + "".join(f"regions.csv,{c},,2024,yearbook,found,\n" for c in REGIONS.splitlines()[0].split(",") if c != "id")
    + "regions.csv,id,,,codes,found,\ndrivers.csv,*,,2024,yearbook,found,\nkm.csv,*,km,,atlas,derived,capitals\n"
    + "drivers.csv,stations,1,2024,ministry,recalled,\n"
)

LIGHT = """\
id: light
name: Light work
precision: fp32
shares: {gemm: 0.75, spmv: 25 %}
source: guess
"""

BOX = """\
id: box
name: Box
kind: published
peak_tflops: {fp32: 60 TFLOPS, fp16: {value: 0.9 PFLOPS, kind: recalled, source: sheet}}
fraction_of_peak:
  gemm: {central: 0.7, low: 0.6, high: 0.8}
  spmv: 0.05
machines_per_unit: 8
source: data sheet
date: 2025-06-01
"""

FILES = {
    "plan.yaml": PLAN,
    "regions.csv": REGIONS,
    "drivers.csv": DRIVERS,
    "km.csv": KM,
    "sources.csv": SOURCES,
    "parts/light.yaml": LIGHT,
    "parts/box.yaml": BOX,
}


def write(folder: Path, **changed: str) -> Path:
    """Write the plan into a folder; `changed` holds other texts by file stem. Returns the path of the plan."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(changed.get(file.stem, text), "utf-8", newline="")
    return folder / "plan.yaml"


def edited(text: str, old: str, new: str) -> str:
    """The text with one passage, found exactly once, exchanged."""
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


def marked(text: str) -> tuple[str, int, int]:
    """The text without its mark, and line and column of the mark."""
    before, _, after = text.partition(MARK)
    return before + after, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


def complaints(path: Path, overrides: tuple[str, ...] = ()) -> list[str]:
    """The lines of the error that reading gives, file names without the folder."""
    try:
        read(path, overrides)
    except ConfigError as error:
        return [str(problem).replace(f"{path.parent}/", "") for problem in error.problems]
    return []


def scenario(folder: Path, *edits: tuple[str, str]) -> Scenario:
    """The scenario of the plan with passages of its main file exchanged."""
    text = PLAN
    for old, new in edits:
        text = edited(text, old, new)
    return read(write(folder, plan=text))


def complaint_of(folder: Path, stem: str, old: str, new: str) -> tuple[str, list[str]]:
    """`line:column` of the mark in `new`, and what reading complains of once it stands in place of `old`."""
    name = next(name for name in FILES if Path(name).stem == stem)
    text, line, column = marked(edited(FILES[name], old, new))
    return f"{name}:{line}:{column}", complaints(write(folder, **{stem: text}))
