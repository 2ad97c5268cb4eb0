"""References, tables and checks across parts: one problem each, at the exact place."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.config import read
from tests.planner.config.plans import (
    BOX,
    DRIVERS,
    KM,
    LIGHT,
    PLAN,
    REGIONS,
    SOURCES,
    complaint_of,
    complaints,
    edited,
    write,
)

CASES = [
    ("plan", "regions: [b, a]", "regions: [b, §aa]", "groups.coast.regions.1",
     "unknown region 'aa'; did you mean 'a'?"),
    ("plan", "column: racks", "column: §rack", "assets.hall.base_stock.column",
     "there is no column 'rack' in regions.csv, drivers.csv; did you mean 'racks'?"),
    ("plan", "patents\n", "§patent\n", "regions.innovation",
     "there is no column 'patent' in regions.csv, drivers.csv; did you mean 'patents'?"),
    ("plan", "tile: [x, y]", "tile: [x, §z]", "regions.tile.1",
     "there is no column 'z' in regions.csv, drivers.csv; choose one of: "
     "cost, hub, id, name, name_zh, output, patents, people, power, pue, racks, side, ... (16 in all)"),
    ("plan", "tile: [x, y]", "tile: [x, §cost]", "regions.tile.1",
     "column 'cost' holds fractions; write whole numbers"),
    ("plan", "equals: 1", "equals: §2", "groups.hubs.equals",
     "no region has such a value in column 'hub'; choose one of: 0, 1"),
    ("plan", "in: [sea, plain]", "in: §[see]", "groups.listed.in",
     "no region has such a value in column 'side'; did you mean 'sea'?"),
    ("plan", "elasticities: central", "elasticities: §centrl", "elasticities",
     "unknown elasticity set 'centrl'; did you mean 'central'?"),
    ("plan", "compute: 0.3, talent: 0.4", "compute: 0.3, talents: §0.4", "elasticity_sets.central.beta.talents",
     "unknown factor 'talents'; did you mean 'talent'?"),
    ("plan", "supplies: {network: 1}", "supplies: {netwrk: §1, network: 1}", "assets.station.supplies.netwrk",
     "unknown factor 'netwrk'; did you mean 'network'?"),
    ("plan", "{asset: hall, units", "{asset: §node, units", "assets.node.housed_in.asset",
     "unknown asset to be housed in 'node'; choose one of: hall, station"),
    ("plan", "machine: box", "machine: §boxx", "assets.node.machine", "unknown machine 'boxx'; did you mean 'box'?"),
    ("plan", "life: 15 years", "life: §4 months", "assets.hall.life",
     "value 0.333333 rounds to 0 years; expected at least 1; write 1 year"),
    ("plan", "feeds: compute\n    delay_limit: 5", "feeds: §computer\n    delay_limit: 5", "demand.factory.feeds",
     "unknown factor 'computer'; did you mean 'compute'?"),
    ("plan", "column: people, share", "column: §peple, share", "demand.factory.drivers.1.column",
     "there is no column 'peple' in regions.csv, drivers.csv; did you mean 'people'?"),
    ("plan", "mix: light\n    base: 2", "mix: §ligth\n    base: 2", "demand.training.mix",
     "unknown mix 'ligth'; did you mean 'light'?"),
    ("plan", "served_by: [node]\n    mix: light\n    base: 2", "served_by: [node, §hall]\n    mix: light\n    base: 2",
     "demand.training.served_by.1", "asset 'hall' names no machine; add machine: ... to asset hall"),
    ("plan", "[parts/light.yaml]", "[parts/light.yaml, §parts/light.yaml]", "mixes.1",
     "id 'light' is in another file already; name one of the files only"),
    ("plan", "[parts/box.yaml]", "{bix: §parts/box.yaml}", "machines.bix",
     "the file holds id 'box', not 'bix'; use the same id in both"),
    ("plan", "records: {box: null}", "records: {bx: §x.json}", "records.bx",
     "unknown machine 'bx'; did you mean 'box'?"),
    ("plan", "assets: [station], regions", "assets: [§staton], regions", "rules.cover.scope.assets.0",
     "unknown asset 'staton'; did you mean 'station'?"),
    ("plan", "classes: [compute], groups: [coast]", "classes: [compute], groups: [§cost]",
     "budgets.running.scope.groups.0",
     "unknown group 'cost'; did you mean 'coast'?"),
    ("plan", "classes: [compute], groups", "classes: [§information_service], groups", "budgets.running.scope.classes.0",
     "no asset is of class 'information_service'; name another class or take it out"),
    ("plan", "{years: [2026]}", "{years: §[2026, 2029]}", "rules.most.scope.years",
     "year 2029 is outside the horizon 2026 to 2028; name years of the horizon"),
    ("plan", "2027: 120, 2028: 1.5 亿元", "2027: 120, 2028: 1, 2030: §7", "budgets.yearly.limit.2030",
     "year 2030 is not a year of this budget; the years of this budget are 2026, 2027, 2028"),
    ("plan", "{2026: 1 亿元, 2027", "§{2027", "budgets.yearly.limit",
     "no limit for 2026; give one for every year of the scope"),
    ("plan", "[station, node], rate", "[station, §nodes], rate", "growth_limits.steady.assets.1",
     "unknown asset 'nodes'; did you mean 'node'?"),
    ("plan", "electricity: {column: power", "electricity: {column: §powr", "electricity.column",
     "there is no column 'powr' in regions.csv, drivers.csv; did you mean 'power'?"),
    ("regions", "a,Alpha,甲,100", "a,Alpha,甲,§0", "people",
     "value '0' is too small; expected people (10,000 persons), above 0; "
     'write e.g. "2186"'),
    ("regions", "100,10,0,0,1.1,1.2", "100,10,0,0,1.1,§0.9", "pue",
     "value '0.9' is too small; expected a factor, at least 1; write e.g. 1.25"),
    ("regions", "a,Alpha,", "a,§,", "name", "the cell is empty; fill in text"),
    ("regions", "200,30,", "200,§,", "patents", "the cell is empty; fill in a number"),
    ("regions", "200,30,", "200,§-30,", "patents", "value '-30' is negative; expected at least 0; write e.g. 1.0"),
    ("drivers", "c,1,5,100", "c,1,§-5,100", "stations", "value '-5' is negative; expected at least 0; write e.g. 1.0"),
    ("km", "b,300,0,700.5", "b,§301,0,700.5", "a", "value 301, but the way back is 300; make the table symmetric"),
    ("km", "b,300,0", "b,300,§1", "b", "value 1 is the distance to itself; expected 0; write 0"),
    ("km", "b,300,0", "b,300,§-1", "b", "value '-1' is negative; expected at least 0; write e.g. \"500 km\""),
]  # fmt: skip


@pytest.mark.parametrize(("stem", "old", "new", "path", "message"), CASES)
def test_wrong_reference(tmp_path: Path, stem: str, old: str, new: str, path: str, message: str) -> None:
    place, found = complaint_of(tmp_path, stem, old, new)
    assert found == [f"{place}: {path}: {message}"]


def test_missing_files_name_the_nearest(tmp_path: Path) -> None:
    plan = edited(edited(PLAN, "{table: km.csv}", "{table: kms.csv}"), "parts/box.yaml", "part/box.yaml")
    plan = edited(
        edited(plan, "records: {box: null}", "records: {box: b.json}"), "sources: sources.csv", "sources: parts"
    )
    assert complaints(write(tmp_path, plan=plan)) == [
        "plan.yaml:29:20: distances.table: there is no file 'kms.csv'; did you mean 'km.csv'?",
        "plan.yaml:113:12: machines.0: there is no file 'part/box.yaml'; there is no folder "
        f"'{tmp_path}/part' either".replace(f"{tmp_path}/", ""),
        "plan.yaml:148:10: sources: 'parts' is a folder, expected a file; name a file in it: box.yaml, light.yaml",
    ]


def test_a_missing_record_says_how_to_write_one(tmp_path: Path) -> None:
    (found,) = complaints(write(tmp_path, plan=edited(PLAN, "records: {box: null}", "records: {box: b.json}")))
    assert found.startswith("plan.yaml:114:16: records.box: there is no file 'b.json'; ")
    assert found.endswith("or write one with: innocap bench capability RESULT --mix FILE -o b.json")


def test_a_missing_region_table(tmp_path: Path) -> None:
    plan = edited(PLAN, "table: regions.csv", "table: region.csv")
    found = complaints(write(tmp_path, plan=edited(plan, "objective: total", "objective: x")))
    assert [line.split("; ")[1] for line in found] == [
        "choose one of: leximin, max_min, proportional, sen, total",
        "did you mean 'regions.csv'?",
    ]


def test_tables_that_do_not_join(tmp_path: Path) -> None:
    drivers = edited(DRIVERS, "b,4", "bb,4").replace("racks", "side", 1)
    found = complaints(write(tmp_path, drivers=drivers))
    assert found[:2] == [
        "drivers.csv:1:1: id: there is no row for region 'b'; did you mean 'bb'?",
        "drivers.csv:1:19: side: column 'side' is in regions.csv already; rename or delete one",
    ]


def test_distances_lack_a_region(tmp_path: Path) -> None:
    km = KM.replace("c,900", "cc,900").replace("from,a,b,c", "from,a,b,d")
    assert complaints(write(tmp_path, km=km)) == [
        "km.csv:1:1: from: there is no column for region 'c'; choose one of: d, from",
        "km.csv:1:1: from: there is no row for region 'c'; did you mean 'cc'?",
    ]


def test_more_rows_than_regions_are_fine(tmp_path: Path) -> None:
    drivers = DRIVERS + "d,1,1,1,1,1\n"
    assert complaints(write(tmp_path, drivers=drivers)) == []


def test_a_machine_that_lacks_what_a_mix_needs(tmp_path: Path) -> None:
    found = complaints(write(tmp_path, light=edited(LIGHT, "fp32", "fp64"), box=edited(BOX, "  spmv: 0.05\n", "")))
    assert found[:2] == [
        "plan.yaml:93:17: demand.factory.served_by.0: machine 'box' has no fraction_of_peak for spmv of mix 'light'; "
        "add it to parts/box.yaml:1, or name a measured record under records",
        "plan.yaml:93:17: demand.factory.served_by.0: machine 'box' has no peak_tflops for 'fp64', which mix 'light' "
        "needs; add it to parts/box.yaml:1",
    ]


def test_a_factor_that_nothing_supplies(tmp_path: Path) -> None:
    plan = edited(PLAN, "    supplies: {network: 1}\n", "")
    assert complaints(write(tmp_path, plan=plan)) == [
        "plan.yaml:35:5: factors.network: nothing supplies this factor: no asset, no demand class, no series; "
        "add it to the supplies of an asset, or give it a series"
    ]


def test_a_plan_needs_assets_factors_and_elasticities(tmp_path: Path) -> None:
    head = PLAN[: PLAN.index("factors:\n")]
    found = complaints(write(tmp_path, plan=head + "factors: []\nelasticities: x\nelasticity_sets: []\nassets: []\n"))
    assert [line.split(": ", 1)[1] for line in found] == [
        "elasticities: unknown elasticity set 'x'; there is none to choose from"
    ]
    sets = "elasticities: x\nelasticity_sets: [{id: x, name: X, beta: {}, spillover: 0}]\nsources: sources.csv\n"
    found = complaints(write(tmp_path, plan=head + "factors: []\nassets: []\n" + sets))
    assert [line.split(": ", 1)[1] for line in found] == [
        "factors: the list is empty; add at least one",
        "assets: the list is empty; add at least one",
    ]


def test_a_cap_by_talent_needs_the_factor(tmp_path: Path) -> None:
    plan = edited(PLAN, "id: talent\n", "id: people\n").replace("talent: 0.4", "people: 0.4")
    assert complaints(write(tmp_path, plan=plan)) == [
        "plan.yaml:36:67: factors.compute.usable_per_talent: there is no factor 'talent'; add it or take the cap out"
    ]


def test_files_that_do_not_fit_do_not_hide_the_rest(tmp_path: Path) -> None:
    plan = edited(PLAN, "regions: [b, a]", "regions: [b, z]")
    found = complaints(write(tmp_path, plan=plan, box="- 1\n", light="id: 3\n"))
    assert [line.split(": ")[0] for line in found] == [
        "parts/box.yaml:1:1",
        *["parts/light.yaml:1:1"] * 3,
        "parts/light.yaml:1:5",
        "plan.yaml:25:43",
    ]


def test_a_missing_joined_table(tmp_path: Path) -> None:
    assert complaints(write(tmp_path, plan=edited(PLAN, "also: [drivers.csv]", "also: [driver.csv]"))) == [
        "plan.yaml:13:10: regions.also.0: there is no file 'driver.csv'; did you mean 'drivers.csv'?"
    ]


def test_a_name_column_that_is_not_there(tmp_path: Path) -> None:
    (found,) = complaints(write(tmp_path, plan=edited(PLAN, "  name: name\n", "  name: nam\n")))
    assert found.startswith("plan.yaml:14:9: regions.name: there is no column 'nam'")


def test_zero_everywhere(tmp_path: Path) -> None:
    regions = REGIONS.replace(",10,0,", ",0,0,").replace(",30,1,", ",0,1,").replace(",1,2,", ",0,2,")
    drivers = DRIVERS.replace(",10,50", ",0,50").replace(",60,80", ",0,80").replace(",30,100", ",0,100")
    assert [line.split(": ", 1)[1] for line in complaints(write(tmp_path, drivers=drivers))] == [
        "demand.factory.drivers.0.column: column 'output' is 0 everywhere; choose a column with values",
        "demand.training.drivers.0.column: column 'output' is 0 everywhere; choose a column with values",
    ]
    assert complaints(write(tmp_path, regions=regions)) == [
        "plan.yaml:17:15: regions.innovation: innovation is 0 in every region; choose a column with values"
    ]


def test_every_column_needs_a_source(tmp_path: Path) -> None:
    sources = SOURCES.replace("regions.csv,pue,", "regions.csv,pu,").replace("km.csv,*", "kms.csv,*")
    assert complaints(write(tmp_path, sources=sources)) == [
        "plan.yaml:148:10: sources: no row tells where km.csv comes from; add a row with file km.csv",
        "plan.yaml:148:10: sources: no source is given for column 'pue' of regions.csv; "
        "add a row with file regions.csv, column pue",
    ]


def test_a_sources_file_of_another_form(tmp_path: Path) -> None:
    assert complaints(write(tmp_path, sources=SOURCES.replace("kind,note", "knd,note", 1))) == [
        "plan.yaml:148:10: sources: sources.csv has no column 'kind'; did you mean 'knd'?"
    ]
    assert complaints(write(tmp_path, sources=SOURCES + "km.csv,a\n")) == [
        "sources.csv:16:1: 2 cells; expected 7 as in the header; count the commas; quote text that holds one"
    ]
    assert "malformed CSV" in complaints(write(tmp_path, sources=SOURCES + '"km'))[0]


WORKS = "id,text,address,read_on\nS1,A book,https://example.org,2026-11-23\n"
CITING = edited(PLAN, "sources: sources.csv", "sources: sources.csv\nreferences: works.csv")


def test_works_that_sources_cite_are_read(tmp_path: Path) -> None:
    (tmp_path / "works.csv").write_text(WORKS + 'S2,"A paper, long",,2026-11-24\n', "utf-8")
    found = read(write(tmp_path, plan=CITING))
    assert [(work.id, work.text, work.read_on) for work in found.references] == [
        ("S1", "A book", "2026-11-23"),
        ("S2", "A paper, long", "2026-11-24"),
    ]
    assert "works.csv" in found.files
    assert read(write(tmp_path)).references == ()


@pytest.mark.parametrize(
    ("works", "said"),
    [
        (WORKS + "S1,Again,,\n", "id 'S1' in works.csv is there twice; give every work an id of its own"),
        (WORKS + ",Nameless,,\n", "id '' in works.csv is empty; give every work an id of its own"),
        (WORKS.replace("read_on", "read on"), "works.csv has no column 'read_on'; did you mean 'read on'?"),
    ],
)
def test_a_file_of_works_of_another_form(tmp_path: Path, works: str, said: str) -> None:
    (tmp_path / "works.csv").write_text(works, "utf-8")
    assert complaints(write(tmp_path, plan=CITING)) == [f"plan.yaml:149:13: references: {said}"]


def test_a_missing_file_of_works_is_named(tmp_path: Path) -> None:
    (complaint,) = complaints(write(tmp_path, plan=CITING))
    assert complaint.startswith("plan.yaml:149:13: references: there is no file 'works.csv'")
