"""What the commands share: exit codes, one message per failure, where output goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from kernels.spec import Kernel

BAD_INPUT, NOT_VERIFIED, STOPPED = 2, 4, 5

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")


def stop(message: str, code: int) -> NoReturn:
    """End the command with one message and an exit code."""
    click.echo(f"error: {message}", err=True)
    raise SystemExit(code)


def plain_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Turn every expected failure into one message and an exit code."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from bench.capability import Unproven
        from bench.disk import DiskFull
        from bench.load import ResultError
        from bench.reading import InputError

        try:
            command(*args, **kwargs)
        except DiskFull as error:
            stop(str(error), STOPPED)
        except Unproven as error:
            stop(str(error), NOT_VERIFIED)
        except (InputError, ResultError) as error:
            stop(str(error), BAD_INPUT)

    return guarded


def registry() -> Mapping[str, Kernel]:
    """Name -> kernel; the package must be ours."""
    import kernels as package

    ours = Path(__file__).resolve().parent.parent.parent / "kernels"
    found = Path(package.__file__ or ".").resolve().parent
    if found != ours:
        stop(f"python finds another package named kernels, at {found}; use an environment of its own", BAD_INPUT)
    return {kernel.name: kernel for kernel in package.KERNELS}


def show(*parts: Any) -> None:
    """Print tables and lines on standard error."""
    from bench.tables import console

    screen = console()
    for part in parts:
        screen.print(part, soft_wrap=isinstance(part, str))


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    from bench.decode import dumps

    click.echo(dumps(value, indent=1))
