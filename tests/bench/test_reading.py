"""Suites from TOML, mixes from YAML: good ones read, bad ones named with file, key, value and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.reading import SUITES, InputError, Mix, Suite, known_name, read_mix, read_suite
from kernels import KERNELS

NAMES = ("gemm_fp32", "gemm_fp64", "spmv", "stencil7")
GOOD_MIX = """
id: training
name: Training
precision: fp32
shares: {gemm_fp32: 0.9, spmv: 0.1}
source: made up
kind: assumption
"""
GOOD_SUITE = """
id = "mine"
kernels = ["spmv", "stencil7"]
preset = "quick"
time_cap_s = 2
"""


def written(tmp_path: Path, text: str, name: str = "file.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_a_mix_reads(tmp_path: Path) -> None:
    assert read_mix(written(tmp_path, GOOD_MIX), NAMES) == Mix(
        "training", "Training", "fp32", {"gemm_fp32": 0.9, "spmv": 0.1}, "made up", "assumption"
    )


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert read_mix(written(tmp_path, "\ufeff" + GOOD_MIX), NAMES).id == "training"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.9", "0.8", "shares: sum to 0.9, expected 1; scale them"),
        ("0.9, spmv: 0.1", "0.5, spmv: 0.6", "shares: sum to 1.1"),
        ("spmv", "smpv", "unknown kernel 'smpv'; did you mean 'spmv'?"),
        ("spmv", "raytrace", "known are gemm_fp32, gemm_fp64"),
        ("spmv: 0.1", "spmv: -0.1", "shares.spmv: expected a number above 0 and up to 1, found -0.1"),
        ("spmv: 0.1", "spmv: ten", "found 'ten'"),
        ("spmv: 0.1", "spmv: true", "found True"),
        ("spmv: 0.1", "spmv: .nan", "found nan"),
        ("{gemm_fp32: 0.9, spmv: 0.1}", "[1]", "shares: expected names with numbers"),
        ("{gemm_fp32: 0.9, spmv: 0.1}", "{}", "shares: expected names with numbers"),
        ("fp32\n", "fp8\n", ":4: precision: expected one of fp64, fp32, fp16, found 'fp8'"),
        ("name: Training", "nam: Training", ":3: nam: unknown key; did you mean 'name'?"),
        ("name: Training\n", "", "missing name"),
        ("name: Training", "name: 3", ":3: name: expected text, found 3"),
        ("{gemm_fp32", "{gemm_fp32: [", "not YAML"),
    ],
)
def test_a_bad_mix_gets_one_clear_message(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = written(tmp_path, GOOD_MIX.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_mix(path, NAMES)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b"])
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected keys and values"):
        read_mix(written(tmp_path, text), NAMES)


def test_a_yaml_error_comes_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"file\.yaml:\d+:\d+: not YAML"):
        read_mix(written(tmp_path, "id: a\nshares: {a: 1\nname: b: c\n"), NAMES)


def test_a_duplicate_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"file\.yaml:\d+:\d+"):
        read_mix(written(tmp_path, GOOD_MIX + "kind: found\n"), NAMES)


def test_missing_and_binary_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_mix(tmp_path / "none.yaml", NAMES)
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="not a text file in UTF-8"):
        read_mix(tmp_path / "b.yaml", NAMES)


def suite_file(tmp_path: Path, text: str) -> str:
    return str(written(tmp_path, text, "mine.toml"))


def test_a_suite_reads_with_defaults(tmp_path: Path) -> None:
    found = read_suite(suite_file(tmp_path, GOOD_SUITE), NAMES)
    assert found == Suite("mine", "mine", ("spmv", "stencil7"), "quick", ("all",), 1, 0.02, 10, 0.3, 2.0, 600.0, False)


def test_single_values_stand_for_lists_of_one(tmp_path: Path) -> None:
    text = GOOD_SUITE.replace('["spmv", "stencil7"]', '"all"') + 'threads = [1, "all"]\n'
    found = read_suite(suite_file(tmp_path, text), NAMES)
    assert (found.kernels, found.threads) == (("all",), (1, "all"))
    assert read_suite(suite_file(tmp_path, text.replace('[1, "all"]', "3")), NAMES).threads == (3,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('threads = "none"', ":6: threads: expected whole numbers from 1 or \"all\", found 'none'"),
        ("threads = [1, 0]", "found 0"),
        ("threads = []", "found an empty list"),
        ("threads = true", "found True"),
        ("interval = 0", ":6: interval: expected a number above 0, found 0"),
        ("interval = nan", "found nan"),
        ('interval = "wide"', "found 'wide'"),
        ("processes = 0.5", "processes: expected a whole number from 1, found 0.5"),
        ("min_samples = 0", "min_samples: expected a whole number from 1, found 0"),
        ('peers = "perhaps"', "peers: expected true or false, found 'perhaps'"),
        ('\nprest = "x"', ":7: prest: unknown key; did you mean 'preset'?"),
        ('"prest" = "x"', ":6: prest: unknown key"),
        ("[peers]\na = 1", "peers: expected true or false, found {'a': 1}"),
    ],
)
def test_a_bad_suite_gets_one_clear_message(tmp_path: Path, change: str, message: str) -> None:
    path = suite_file(tmp_path, GOOD_SUITE + change)
    with pytest.raises(InputError) as caught:
        read_suite(path, NAMES)
    assert str(caught.value).startswith(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("id: mine\nkernels: [spmv]\n", ":1:3: not TOML: "),
        (GOOD_SUITE.replace('"quick"', "quick"), ":4:10: not TOML: "),
        (GOOD_SUITE + "threads = [1,", ":6:"),
        (GOOD_SUITE + 'id = "again"', ":6:"),
    ],
)
def test_a_toml_error_comes_with_line_and_column(tmp_path: Path, text: str, place: str) -> None:
    path = suite_file(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_suite(path, NAMES)
    assert str(caught.value).startswith(path + place)
    assert "texts stand in quotes" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"), [('["spmv", "stencil7"]', "[]"), ('["spmv", "stencil7"]', "{a = 1}"), ('"spmv",', "7,")]
)
def test_kernels_of_a_suite_are_names(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError, match=r':3: kernels: expected "all" or a list of names'):
        read_suite(suite_file(tmp_path, GOOD_SUITE.replace(old, new)), NAMES)


def test_an_unknown_kernel_or_suite_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no suite 'quik': expected one of full, quick, ratios, standard"):
        read_suite("quik", NAMES)
    with pytest.raises(InputError, match=r"no suite 'x\.toml': .* or a path to a \.toml file"):
        read_suite("x.toml", NAMES)
    with pytest.raises(InputError, match=r":3: kernels: unknown kernel 'smpv'; did you mean 'spmv'"):
        read_suite(suite_file(tmp_path, GOOD_SUITE.replace('"spmv"', '"smpv"')), NAMES)
    with pytest.raises(InputError, match=r"--kernel: unknown kernel 'gem_fp32'; did you mean 'gemm_fp32'"):
        known_name("gem_fp32", NAMES, "--kernel")


def test_a_suite_in_yaml_says_what_to_write_instead() -> None:
    with pytest.raises(InputError, match=r"mine\.yaml: suites are TOML files, .* save it as \.toml"):
        read_suite("mine.yaml", NAMES)


def test_a_folder_in_the_place_of_a_suite_is_no_suite(tmp_path: Path) -> None:
    (tmp_path / "d.toml").mkdir()
    with pytest.raises(InputError, match="no suite"):
        read_suite(str(tmp_path / "d.toml"), NAMES)


@pytest.mark.parametrize("name", ["quick", "ratios", "standard", "full"])
def test_the_suites_of_the_product_read(name: str) -> None:
    kernels: dict[str, Any] = {kernel.name: kernel for kernel in KERNELS}
    found = read_suite(name, kernels)
    assert found.id == name
    assert (SUITES / f"{name}.toml").exists()
    assert all(found.preset in kernel.sizes for kernel in kernels.values())


def test_the_quick_suite_measures_all_that_a_capability_record_needs() -> None:
    names = [kernel.name for kernel in KERNELS]
    mixes = [read_mix(path, names) for path in sorted((SUITES.parent / "mixes").glob("*.yaml"))]
    needed = {kernel for mix in mixes if mix.precision in ("fp32", "fp64") for kernel in mix.shares}
    measured = set(read_suite("quick", names).kernels)
    assert len(mixes) >= 5
    assert needed | {"fma_peak_fp32", "fma_peak_fp64", "stream_triad"} <= measured


def test_the_other_suites_measure_everything() -> None:
    for name in ("standard", "full"):
        assert read_suite(name, [kernel.name for kernel in KERNELS]).kernels == ("all",)
