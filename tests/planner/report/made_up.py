"""A made-up plan of 31 provinces, 6 assets and 5 years: consistent with itself, not with any solver."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from typing import Any

from planner.plan import Plan
from planner.tables import SCHEMAS, table

# id, name, Chinese name, macro-region, column and row of its tile, people in 10,000
PROVINCE_LINES = """
CN-BJ Beijing 北京市 east 7 2 2186
CN-TJ Tianjin 天津市 east 8 2 1364
CN-HE Hebei 河北省 east 7 3 7393
CN-SX Shanxi 山西省 central 6 3 3466
CN-NM Inner_Mongolia 内蒙古自治区 west 6 2 2396
CN-LN Liaoning 辽宁省 northeast 9 2 4182
CN-JL Jilin 吉林省 northeast 9 1 2339
CN-HL Heilongjiang 黑龙江省 northeast 9 0 3062
CN-SH Shanghai 上海市 east 9 4 2487
CN-JS Jiangsu 江苏省 east 8 4 8526
CN-ZJ Zhejiang 浙江省 east 8 5 6627
CN-AH Anhui 安徽省 central 7 4 6121
CN-FJ Fujian 福建省 east 8 6 4183
CN-JX Jiangxi 江西省 central 7 5 4515
CN-SD Shandong 山东省 east 8 3 10123
CN-HA Henan 河南省 central 6 4 9815
CN-HB Hubei 湖北省 central 6 5 5838
CN-HN Hunan 湖南省 central 6 6 6568
CN-GD Guangdong 广东省 east 7 6 12706
CN-GX Guangxi 广西壮族自治区 west 5 6 5027
CN-HI Hainan 海南省 east 7 7 1043
CN-CQ Chongqing 重庆市 west 5 4 3191
CN-SC Sichuan 四川省 west 4 4 8368
CN-GZ Guizhou 贵州省 west 5 5 3865
CN-YN Yunnan 云南省 west 4 5 4673
CN-XZ Tibet 西藏自治区 west 3 4 365
CN-SN Shaanxi 陕西省 west 5 3 3952
CN-GS Gansu 甘肃省 west 4 2 2465
CN-QH Qinghai 青海省 west 4 3 594
CN-NX Ningxia 宁夏回族自治区 west 5 2 729
CN-XJ Xinjiang 新疆维吾尔自治区 west 3 2 2598
"""
PROVINCES = [line.split() for line in PROVINCE_LINES.splitlines() if line]
# id, class, name, Chinese name, unit, price in million per unit, lead, life, national base stock, GWh per unit and year
ASSETS = [
    ("macro_5g", "network", "5G macro stations", "5G宏基站", "station", 0.19, 0, 10, 3.38e6, 0.021),
    ("backbone", "network", "Backbone capacity", "骨干网容量", "Tbit/s·km", 2.0, 1, 9, 9e3, 0.005),
    ("rack", "information_service", "Data-center halls", "数据中心机房", "MW", 32.0, 2, 15, 22e3, 8.0),
    ("server", "information_service", "General servers", "通用服务器", "server", 0.065, 0, 5, 1.1e7, 0.004),
    ("ai_node", "compute", "Accelerator nodes", "智算节点", "node", 1.4, 0, 5, 3.5e5, 0.05),
    ("platform", "key_information", "City platforms", "城市大脑平台", "platform", 350.0, 2, 7, 180, 4.0),
]
CLASSES = [
    ("edge", "Factory edge inference", "工业边缘推理", "production", "information_service", 1.0, 0.25),
    ("platform_service", "Platform services", "平台服务", "distribution", "information_service", 5.0, 0.3),
    ("payment", "Payments and settlement", "支付清算", "circulation", "information_service", 20.0, 0.15),
    ("training", "AI training and research", "智算训练", "research", "compute", None, 0.3),
]
BASE, YEARS, TAIL = 2025, (2026, 2027, 2028, 2029, 2030), (2032, 2035, 2038)
HOSTS = {"CN-NM": 0.3, "CN-GZ": 0.25, "CN-GS": 0.2, "CN-NX": 0.25}
SETS = (("neutral", 0.05, 0.1), ("default", 0.09, 0.15), ("high", 0.14, 0.2))
SETS_ZH = {"neutral": "中性", "default": "默认", "high": "偏高"}
GROUPS = {"east": "东部", "central": "中部", "west": "西部", "northeast": "东北"}
PEOPLE = {p[0]: float(p[6]) for p in PROVINCES}
MACRO = {p[0]: p[3] for p in PROVINCES}
RICH = {"east": 1.9, "central": 0.9, "west": 0.6, "northeast": 0.8}
I0 = {r: PEOPLE[r] * RICH[MACRO[r]] * (1.4 + math.sin(at)) for at, r in enumerate(PEOPLE)}
PHASES = {BASE: "base", **dict.fromkeys(YEARS, "plan"), **dict.fromkeys(TAIL, "tail")}


def national_plan(elasticity_set: str = "default") -> Plan:
    """The plan under one of the sets neutral, default, high."""
    tilt = {"neutral": 0.0, "default": 0.25, "high": 0.5}[elasticity_set]
    tables: dict[str, list[tuple[Any, ...]]] = {s.name: [] for s in SCHEMAS}
    _orders(tables, tilt)
    _stocks(tables)
    _money(tables)
    _compute(tables)
    beta = {name: beta for name, beta, _ in SETS}[elasticity_set]
    _innovation(tables, beta)
    _rules(tables)
    _evidence(tables)
    done = {name: table(name, rows) for name, rows in tables.items()}
    return Plan(_summary(elasticity_set, done), done, "schema: 1\nid: made_up\n")


def three_plans() -> tuple[Plan, Plan, Plan]:
    return national_plan("default"), national_plan("neutral"), national_plan("high")


def _weights(asset: str, tilt: float) -> dict[str, float]:
    if asset == "ai_node":
        raw = {
            r: (HOSTS.get(r, 0) * 6 + (0.4 + tilt) * PEOPLE[r] / 1e4) * (1 + tilt * (MACRO[r] == "west"))
            for r in PEOPLE
        }
    elif asset == "platform":
        raw = {r: PEOPLE[r] * (0 if RICH[MACRO[r]] > 1.5 else 1) for r in PEOPLE}
    else:
        raw = {r: PEOPLE[r] * RICH[MACRO[r]] ** (1 - tilt) for r in PEOPLE}
    total = sum(raw.values())
    return {r: value / total for r, value in raw.items()}


def _orders(tables: dict[str, list[Any]], tilt: float) -> None:
    split = {
        "macro_5g": 0.2,
        "backbone": 0.04,
        "rack": 0.2,
        "server": 0.12,
        "ai_node": 0.34 + tilt / 5,
        "platform": 0.1 - tilt / 5,
    }
    for year in YEARS:
        for asset, _, _, _, unit, price, lead, *_ in ASSETS:
            for region, weight in _weights(asset, tilt).items():
                spent = 500e3 * (0.94 if year == 2026 else 1.01) * split[asset] * weight
                if spent > 0:
                    units = spent / price
                    tables["orders"].append((region, asset, year, year + lead, units, units, unit, spent, ""))


def _stocks(tables: dict[str, list[Any]]) -> None:
    ordered: defaultdict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for region, asset, _, serves, _, units, *_ in tables["orders"]:
        ordered[region, asset].append((serves, units))
    people = sum(PEOPLE.values())
    for asset, _, _, _, unit, _, _, life, base, gwh in ASSETS:
        for region in PEOPLE:
            for year, phase in PHASES.items():
                left = base * PEOPLE[region] / people * max(0, 1 - (year - BASE) / life)
                new = sum(units for serves, units in ordered[region, asset] if serves <= year < serves + life)
                row = (region, asset, year, phase, left + new, left, unit, (left + new) * gwh, (left + new) * 0.01)
                tables["stocks"].append(row)


def _money(tables: dict[str, list[Any]]) -> None:
    capex = {(r, a, y): spent for r, a, y, _, _, _, _, spent, _ in tables["orders"]}
    price = {a[0]: a[5] for a in ASSETS}
    for region, asset, year, phase, units, _, _, energy, _ in tables["stocks"]:
        if phase != "base":
            paid = capex.get((region, asset, year), 0.0)
            tables["spending"].append((region, asset, year, phase, paid, 0.01 * units * price[asset], energy * 0.5))
    carried = 0.0
    for year in YEARS:
        spent = sum(row[7] for row in tables["orders"] if row[2] == year)
        left = 500e3 + carried - spent
        dual = 1.1e-4 * 0.9 ** (year - BASE)
        tables["budgets"].append(("programme", year, "plan", 500e3, carried, spent, max(left, 0), 0.0, dual))
        carried = max(left, 0.0) * 1.02
    for year in (*YEARS, *TAIL):
        running = sum(row[5] + row[6] for row in tables["spending"] if row[2] == year)
        tables["budgets"].append(("running", year, PHASES[year], 1.4e6, 0.0, running, 0.0, 0.0, 0.0))


def _compute(tables: dict[str, list[Any]]) -> None:
    people = sum(PEOPLE.values())
    for year in (*YEARS, *TAIL):
        for cls, _, _, _, _, limit, share in CLASSES:
            for region in PEOPLE:
                asked = 300 * share * 1.2 ** (year - BASE) * PEOPLE[region] / people
                unmet = 0.02 * asked if MACRO[region] == "west" and cls == "edge" else 0.0
                tables["demand"].append((region, cls, year, PHASES[year], asked, asked - unmet, unmet))
                away = 0.6 if limit is None and region not in HOSTS else 0.0
                makers = [(region, 1 - away, 0.5), *((h, away * s, 7.0) for h, s in HOSTS.items() if away)]
                for host, part, delay in makers:
                    flow = (asked - unmet) * part
                    tables["flows"].append(
                        (host, region, cls, year, PHASES[year], flow, delay, 900.0 * flow * (delay > 1))
                    )
                    tables["work"].append((host, "ai_node", cls, year, PHASES[year], flow * 300, flow))


def _innovation(tables: dict[str, list[Any]], beta: float) -> None:
    stock = {(r, a, y): units for r, a, y, _, units, *_ in tables["stocks"]}
    left = {(r, a, y): units for r, a, y, _, _, units, *_ in tables["stocks"]}
    for region in PEOPLE:
        for year, phase in PHASES.items():
            ratio, bare = 1.04 ** (year - BASE), 1.04 ** (year - BASE)
            for asset, *_ in ASSETS:
                base = stock[region, asset, BASE]
                gain = (stock[region, asset, year] / base + 0.05) / 1.05
                ratio *= gain**beta
                bare *= ((left[region, asset, year] / base + 0.05) / 1.05) ** beta
                tables["factors"].append((region, asset, year, phase, stock[region, asset, year], asset, gain))
            value = I0[region] * ratio
            heads, idle = value / PEOPLE[region], I0[region] * bare
            tables["innovation"].append((region, year, phase, value, ratio, heads, idle, "patents"))
    for year in PHASES:
        for at, name in enumerate(("gini", "theil", "max_over_min", "worst_fifth_share")):
            values = [row for row in tables["innovation"] if row[1] == year]
            both = [spread([row[i] / PEOPLE[row[0]] for row in values])[at] for i in (3, 6)]
            tables["divide"].append((year, name, *both, "1"))


def spread(per_head: list[float]) -> tuple[float, float, float, float]:
    """Gini, Theil, max over min and the share of the worst fifth, regions counting alike."""
    ordered, n = sorted(per_head), len(per_head)
    mean = sum(ordered) / n
    gini = sum((2 * at - n + 1) * value for at, value in enumerate(ordered)) / (n * n * mean)
    theil = sum(value / mean * math.log(value / mean) for value in ordered) / n
    return gini, theil, ordered[-1] / ordered[0], sum(ordered[: n // 5]) / sum(ordered)


def _rules(tables: dict[str, list[Any]]) -> None:
    for year in YEARS:
        tables["rules"] += [
            (
                "ai_at_hubs",
                "floor",
                "",
                "",
                year,
                "plan",
                0.6 + (year == 2030) * 0.02,
                0.6,
                0.0,
                "share",
                "binding" if year < 2030 else "kept",
                3e-4,
            ),
            ("platforms_per_head", "floor", "", "platform", year, "plan", 2.1, 2.0, 0.0, "platform", "kept", 0.0),
        ]
        for region in PEOPLE:
            tight = region in ("CN-GZ", "CN-NX", "CN-GS")
            tables["rules"] += [
                (
                    "power_is_within_headroom",
                    "power",
                    region,
                    "",
                    year,
                    "plan",
                    900.0,
                    900.0 if tight else 2000.0,
                    0.0,
                    "GWh",
                    "binding" if tight else "kept",
                    2e-7 * tight,
                ),
                (
                    "coverage_5g",
                    "floor",
                    region,
                    "macro_5g",
                    year,
                    "plan",
                    24.0,
                    26.0 if region == "CN-XZ" else 22.0,
                    2.0 * (region == "CN-XZ"),
                    "station",
                    "missed" if region == "CN-XZ" else "kept",
                    1e-6 * (region == "CN-XZ"),
                ),
            ]


def _evidence(tables: dict[str, list[Any]]) -> None:
    published = "vendor sheet and MLPerf 5.0, 2025-04"
    for cls, *_ in CLASSES:
        tables["capability"].append(
            ("ai_node", cls, "ascend_910b_8", cls, 2560.0, 0.38, 0.3, 0.45, 0.5, 0.486, "published", published)
        )
        tables["capability"].append(
            (
                "server",
                cls,
                "demo_host",
                cls,
                4.1,
                0.61,
                0.58,
                0.63,
                0.4,
                0.001,
                "measured",
                "out/record.json, 2026-11-20",
            )
        )
    kinds = ("found", "derived", "recalled", "assumption", "estimated", "published")
    for at, (asset, *_, price, lead, life, _, _) in enumerate(ASSETS):
        for offset, (key, value) in enumerate(
            (("capex", price), ("life", life), ("lead_time", lead), ("base_stock", 1.0))
        ):
            kind = "estimated" if (asset, key) == ("rack", "base_stock") else kinds[(at + offset) % 4]
            tables["assumptions"].append(
                (
                    f"assets.{asset}.{key}",
                    float(value),
                    0.7 * value,
                    1.4 * value,
                    "1",
                    kind,
                    f"S{at + 1}, table {offset}",
                    f"configs/plan.yaml:{40 + 12 * at + offset}",
                )
            )
    tables["assumptions"].append(
        (
            "electricity.share",
            0.05,
            math.nan,
            math.nan,
            "1",
            "estimated",
            "own estimate from province totals",
            "configs/plan.yaml:300",
        )
    )
    tables["assumptions"].append(
        ("discount_rate", 0.05, 0.03, 0.08, "1/year", "assumption", "public project practice", "configs/plan.yaml:12")
    )


def _summary(elasticity_set: str, done: dict[str, Any]) -> dict[str, Any]:
    members = {g: [r for r in PEOPLE if MACRO[r] == g] for g in GROUPS}
    groups = [{"id": g, "name": g.capitalize(), "name_zh": GROUPS[g], "members": m} for g, m in members.items()]
    hubs = [*HOSTS, "CN-BJ", "CN-SH", "CN-GD"]
    groups.insert(0, {"id": "hubs", "name": "Hub nodes", "name_zh": "枢纽节点", "members": hubs})
    return {
        "schema": "innocap.plan/1",
        "id": "made_up",
        "title": "A made-up plan for testing the report",
        "title_zh": "测试用虚构方案",
        "created": "2026-11-23T08:00:00Z",
        "currency": "CNY",
        "price_year": 2025,
        "base_year": BASE,
        "years": list(YEARS),
        "tail": {"mode": "continue", "years": 15, "points": 3},
        "objective": "total",
        "elasticity_set": elasticity_set,
        "elasticity_sets": [
            {
                "id": name,
                "name": name.capitalize(),
                "name_zh": SETS_ZH[name],
                "beta": {a[0]: beta for a in ASSETS},
                "spillover": spill,
                "source": f"set {name} of the fixture",
            }
            for name, beta, spill in SETS
        ],
        "regions": [
            {
                "id": p[0],
                "name": p[1].replace("_", " "),
                "name_zh": p[2],
                "population_10k": float(p[6]),
                "tile": [int(p[4]), int(p[5])],
                "groups": [p[3]],
            }
            for p in PROVINCES
        ],
        "groups": groups,
        "assets": [
            {
                "id": a[0],
                "class": a[1],
                "name": a[2],
                "name_zh": a[3],
                "unit": a[4],
                "base_stock_kind": "estimated" if a[0] == "ai_node" else "found",
            }
            for a in ASSETS
        ],
        "factors": [{"id": a[0], "name": a[2], "name_zh": a[3], "unit": a[4]} for a in ASSETS],
        "classes": [
            {"id": c[0], "name": c[1], "name_zh": c[2], "link": c[3], "feeds": c[4], "delay_limit_ms": c[5]}
            for c in CLASSES
        ],
        "budgets": [
            {
                "id": "programme",
                "name": "Investment programme",
                "name_zh": "投资计划",
                "kinds": ["capex"],
                "period": "year",
                "source": "made up",
            },
            {
                "id": "running",
                "name": "Running costs",
                "name_zh": "运行费用",
                "kinds": ["opex", "energy"],
                "period": "year",
                "source": "made up",
            },
        ],
        "rules": [
            {
                "id": "ai_at_hubs",
                "name": "60 % of new AI compute at the hubs",
                "name_zh": "新增智能算力60%位于枢纽",
                "kind": "floor",
                "each": "nation",
                "source": "made up",
            },
            {
                "id": "platforms_per_head",
                "name": "City platforms per head",
                "name_zh": "人均城市平台数",
                "kind": "floor",
                "each": "nation",
                "source": "made up",
            },
            {
                "id": "coverage_5g",
                "name": "5G stations per 10,000 people",
                "name_zh": "每万人5G基站数",
                "kind": "floor",
                "each": "region",
                "source": "made up",
            },
        ],
        "innovation_unit": "invention patents a year",
        "innovation_unit_zh": "件发明专利（年）",
        "discount_rate": 0.05,
        "facts_until": None,
        "levels": [],
        "machines": [
            {"id": "ascend_910b_8", "name": "Node of 8 accelerators", "origin": "published", "source": "vendor sheet"},
            {"id": "demo_host", "name": "Demonstration host", "origin": "measured", "source": "own measurement"},
        ],
        "config": "../configs/made_up/plan.yaml",
        "inputs": {"configs/made_up/plan.yaml": "ab" * 32, "configs/made_up/regions.csv": "cd" * 32},
        "overrides": [] if elasticity_set == "default" else [f"elasticities={elasticity_set}"],
        "notices": [],
        "sources": [
            {
                "file": "regions.csv",
                "column": "racks",
                "unit": "racks",
                "year": "2025",
                "source": "spread by users",
                "kind": "estimated",
                "note": "",
            },
            {
                "file": "regions.csv",
                "column": "patents",
                "unit": "patents",
                "year": "2023",
                "source": "yearbook",
                "kind": "found",
                "note": "",
            },
        ],
        "versions": {"innocap": "0.1.0", "python": "3.11.9", "numpy": "2.4.0", "pyomo": "6.10.0", "highspy": "1.12.0"},
        "solver": {"name": "HiGHS", "algorithm": "ipm, then simplex", "threads": 1},
        "status": "optimal",
        "bounds": {"upper": 1.52345, "lower": 1.52333, "gap": 7.9e-5, "asked": 1e-4, "unit": "index"},
        "rounds": [
            {
                "number": at,
                "method": "dual",
                "upper": 1.5234 + 0.1 / 4**at,
                "lower": 1.5233 - 0.05 / 4**at,
                "gap": 0.1 / 4**at,
                "seconds": 0.4,
            }
            for at in range(1, 6)
        ],
        "size": {"columns": 38912, "rows": 21034, "nonzeros": 180233},
        "seconds": {"read": 0.4, "build": 0.7, "solve": 4.2, "tables": 0.5, "total": 6.1},
        "peak_memory_mb": 412.0,
        "estimated": [row[0] for row in done["assumptions"].rows if row[5] == "estimated"],
        "capability_records": [
            {
                "machine": "demo_host",
                "path": "out/record.json",
                "sha256": "ef" * 32,
                "evidence": "out/record.json, 2026-11-20, Some CPU",
            }
        ],
    }


def changed(plan: Plan, **summary: Any) -> Plan:
    """The plan with other entries in its summary."""
    return replace(plan, summary={**plan.summary, **summary})


def bench_result() -> dict[str, Any]:
    """A benchmark result of six cases on a made-up machine."""
    cases = [
        ("stream_triad", 1.0e8, 1.2e9, 0.06),
        ("spmv", 2.0e8, 1.3e9, 0.065),
        ("stencil7", 8.0e8, 1.6e9, 0.08),
        ("attention", 4.0e10, 1.0e9, 0.5),
        ("gemm_fp32", 1.7e10, 5.0e7, 0.12),
        ("adamw", 4e8, 1.1e9, 0.055),
    ]
    return {
        "schema": "innocap.result/1",
        "run_id": "r1",
        "created": "2026-11-20T10:00:00Z",
        "suite": "quick",
        "preset": "quick",
        "machine": {"passport": {"cpu_model": "Some CPU", "cores": 2, "os": "Some Linux"}},
        "environment": {"verdict": "quiet", "remedies": []},
        "ceilings": {
            "fma_fp32_gflops": {"value": 210.0, "low": 205.0, "high": 214.0, "threads": 2},
            "fma_fp64_gflops": {"value": 105.0, "low": 103.0, "high": 107.0, "threads": 2},
            "dram_gb_per_s": {"value": 21.0, "low": 20.5, "high": 21.4, "threads": 2},
        },
        "cases": [
            {
                "kernel": name,
                "version": "cpu",
                "size": "large",
                "threads": 2,
                "precision": "fp32",
                "limit": "memory",
                "work": {
                    "flops": flops,
                    "bytes_read": moved * 0.75,
                    "bytes_written": moved * 0.25,
                    "formula": "as declared",
                },
                "verification": {"passed": True, "max_error": 1e-7, "rtol": 1e-5},
                "median_s": seconds,
                "low_s": seconds * 0.98,
                "high_s": seconds * 1.03,
                "gflops": flops / seconds / 1e9,
                "gb_per_s": moved / seconds / 1e9,
                "ceiling": "dram",
                "fraction_of_ceiling": 0.9,
                "peers": [],
                "verdict": "steady",
            }
            for name, flops, moved, seconds in cases
        ],
    }
