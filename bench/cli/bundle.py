"""`bench bundle`: one archive for machines without a network."""

from __future__ import annotations

from pathlib import Path

import click

from bench.cli.frame import json_option, plain_errors, print_json, show


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default="innocap-bench.tar.gz", show_default=True
)
@click.option("--python", "python", help="Version of Python on the other machine  [default: this one].")
@click.option("--wheels", type=click.Path(path_type=Path), help="Take wheels from this folder, download nothing.")
@click.option("--force", is_flag=True, help="Overwrite an existing archive.")
@json_option
@plain_errors
def bundle(output: Path, python: str | None, wheels: Path | None, force: bool, as_json: bool) -> None:
    """Write one archive that measures a machine of this kind without a network: unpack it and start run.sh."""
    import tempfile

    from bench.fleet.bundle import fetch_wheels, this_python, write_bundle
    from bench.reading import InputError
    from bench.tables import size_text

    if output.exists() and not force:
        raise InputError(f"{output}: exists already; name another file with -o, or overwrite it with --force")
    version = python or this_python()
    with tempfile.TemporaryDirectory() as folder:
        found = fetch_wheels(Path(folder), version, wheels)
        digest = write_bundle(output, found, version)
        names = [path.name for path in found]
    size_bytes = output.stat().st_size
    if as_json:
        print_json({"file": str(output), "sha256": digest, "size_bytes": size_bytes, "wheels": names})
    show(
        f"{output}: {size_text(size_bytes)}, {len(names)} wheels for Python {version}, sha256 {digest}",
        f"on the other machine: tar xzf {output.name} && innocap-bench/run.sh",
    )
