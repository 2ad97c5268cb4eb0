"""`python -m bench`: the bench commands on their own."""

from bench.cli import bench

bench(prog_name="bench")
