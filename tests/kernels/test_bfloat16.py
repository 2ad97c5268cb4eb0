"""bfloat16: conversion bit by bit, the choice of words, and the same products with and without the instruction."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from llvmlite import binding
from numba import njit
from numba.core.errors import TypingError

from kernels import bfloat16, simd
from kernels.bfloat16 import PER_WORD, decode, encode, multiplies_pairs

LANES = simd.BITS // 32
ALL_NUMBERS = np.arange(2**16, dtype=np.uint16)
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


@njit
def copy_words(numbers, first, second, words):
    simd.store(words, 0, bfloat16.load_words(numbers, first, second))


@njit
def copy_word(numbers, first, second, words):
    words[0] = bfloat16.load_word(numbers, first, second)


@njit
def add_products(a, b, c, out):
    simd.store(out, 0, bfloat16.multiply_add(simd.load(c, 0), simd.load(a, 0), simd.load(b, 0)))


def test_every_number_survives_the_round_trip():
    there_and_back = encode(decode(ALL_NUMBERS))
    is_nan = np.isnan(decode(ALL_NUMBERS))
    assert np.array_equal(there_and_back[~is_nan], ALL_NUMBERS[~is_nan])
    assert np.isnan(decode(there_and_back[is_nan])).all()


def test_decoding_appends_sixteen_zero_bits():
    assert decode(np.array([0x3F80, 0xC000, 0x7F80, 0x0001], np.uint16)).tolist() == [1.0, -2.0, np.inf, 2.0**-133]


@given(floats)
def test_encoding_finds_the_nearest_number(value):
    found = encode(np.array([value], np.float32))
    beside = decode((found.astype(np.int64) + np.array([-1, 0, 1])).astype(np.uint16))
    finite = beside[np.isfinite(beside)].astype(np.float64)
    assert np.isinf(beside[1]) or abs(float(beside[1]) - value) <= np.min(np.abs(finite - value))


@pytest.mark.parametrize(
    ("value", "nearest"),
    [
        (1 + 2**-8, 1.0),
        (1 + 3 * 2**-8, 1 + 2**-6),
        (1 + 2**-8 + 2**-20, 1 + 2**-7),
        (-(1 + 2**-8), -1.0),
        (3.4e38, np.inf),
    ],
)
def test_ties_go_to_even_and_too_large_to_infinity(value, nearest):
    assert decode(encode(np.array([value], np.float32)))[0] == nearest


def test_special_numbers_stay_what_they_are():
    special = np.array([0.0, -0.0, np.inf, -np.inf], np.float32)
    assert np.array_equal(decode(encode(special)).view(np.uint32), special.view(np.uint32))
    payloads = np.array([0x7F800001, 0xFF800001, 0x7FFFFFFF], np.uint32).view(np.float32)
    assert np.isnan(decode(encode(payloads))).all()


def test_strided_values_are_encoded_in_their_shape():
    values = np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2]
    assert np.array_equal(decode(encode(values)), values)


@pytest.mark.parametrize(
    ("features", "bits", "llvm", "pairs"),
    [
        ({"avx512bf16", "avx512vl"}, 512, 20, True),
        ({"avx512bf16", "avx512vl"}, 128, 22, True),
        ({"avx512bf16"}, 512, 20, True),
        ({"avx512bf16"}, 256, 20, False),
        ({"avx512bf16", "avx512vl"}, 512, 15, False),
        ({"avx512f", "avx512vl", "fma"}, 512, 20, False),
        ({"neon", "bf16"}, 128, 20, False),
    ],
)
def test_pairs_are_multiplied_where_processor_and_compiler_can(features, bits, llvm, pairs):
    assert multiplies_pairs(features, bits, llvm) is pairs


def test_words_hold_numbers_in_order():
    numbers, words = np.arange(1, 3 * LANES + 1, dtype=np.uint16), np.zeros(LANES, np.uint32)
    copy_words(numbers, 1, LANES, words)
    first, second = numbers[1 : LANES + 1].astype(np.uint32), numbers[LANES : 2 * LANES].astype(np.uint32)
    assert np.array_equal(words, first + (second << 16) if PER_WORD == 2 else first << 16)
    copy_word(numbers, 1, LANES, words[3:4])
    assert words[3] == words[0]


def test_products_are_exact_and_sums_rounded_once_or_twice():
    random = np.random.default_rng(1)
    factors = encode(random.standard_normal((2, 2 * LANES)).astype(np.float32))
    words = np.zeros((2, LANES), np.uint32)
    for side in range(2):
        copy_words(factors[side], 0, LANES, words[side])
    start = random.standard_normal(LANES).astype(np.float32)
    found = np.zeros(LANES, np.float32)
    add_products(words[0], words[1], start, found)
    left, right = decode(factors).astype(np.float64).reshape(2, 2, LANES)[:, :PER_WORD]
    assert np.allclose(found, start + (left * right).sum(axis=0), rtol=0, atol=2.0**-21)


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_special_factors_pass_through(special):
    numbers = encode(np.full(2 * LANES, special, np.float32))
    words, found = np.zeros(LANES, np.uint32), np.zeros(LANES, np.float32)
    copy_words(numbers, 0, LANES, words)
    ones = np.zeros(LANES, np.uint32)
    copy_words(encode(np.ones(2 * LANES, np.float32)), 0, LANES, ones)
    add_products(words, ones, found, found)
    assert np.array_equal(found, np.full(LANES, special, np.float32), equal_nan=True)


def test_other_types_are_refused():
    words, numbers = np.zeros(LANES, np.uint32), np.zeros(2 * LANES, np.uint16)
    with pytest.raises(TypingError, match="need vectors of uint32 words and a float32 sum"):
        add_products(words, words, np.zeros(LANES), np.zeros(LANES))
    for function in (copy_words, copy_word):
        with pytest.raises(TypingError, match="C-contiguous uint16 array"):
            function(words, 0, 0, words)
        with pytest.raises(TypingError, match="C-contiguous uint16 array"):
            function(numbers[::2], 0, 0, words)


@pytest.mark.skipif(PER_WORD == 1, reason="this is already a run without the instruction")
def test_without_the_instruction_the_same_comes_out():
    features = binding.get_host_cpu_features()
    features["avx512bf16"] = False
    chosen = "(bfloat16 or bf16) and not quick and not without"
    command = [sys.executable, "-m", "pytest", "tests/kernels", "-k", chosen, "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        env={**os.environ, "NUMBA_CPU_FEATURES": features.flatten(), "NUMBA_CPU_NAME": binding.get_host_cpu_name()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
