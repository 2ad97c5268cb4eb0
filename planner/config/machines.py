"""Workload mixes and machines: each a file of its own."""

from __future__ import annotations

from typing import TypeVar

from planner.config.context import Context
from planner.config.loading import load_tree
from planner.config.machine_models import Machine as MachineText
from planner.config.machine_models import Mix as MixText
from planner.config.models import Plan
from planner.config.problems import FaultError
from planner.config.tree import Path
from planner.config.validation import validated
from planner.scenario import Machine, Mix

T = TypeVar("T", MixText, MachineText)


def resolve_mixes(context: Context, plan: Plan) -> dict[str, Mix] | None:
    """Mixes by id; None where a file could not be read, so that it is not known which there are."""
    found = _read_all(context, "mixes", plan.mixes, MixText)
    if found is None:
        return None
    return {m.id: Mix(m.id, m.name, m.precision, dict(m.shares), m.source) for m, _ in found}


def resolve_machines(context: Context, plan: Plan) -> dict[str, Machine] | None:
    """Machines by id, with the path of a measured record where one is named; None as for mixes."""
    found = _read_all(context, "machines", plan.machines, MachineText)
    if found is None:
        return None
    for machine in plan.records:
        context.known(("records", machine), machine, "machine", [held.id for held, _ in found])
    return {held.id: _machine(context, own, held, plan) for held, own in found}


def _machine(context: Context, own: Context, held: MachineText, plan: Plan) -> Machine:
    peaks = {p: own.parameter(peak, ("peak_tflops", p)) for p, peak in held.peak_tflops.items()}
    fractions = {k: own.parameter(share, ("fraction_of_peak", k)) for k, share in held.fraction_of_peak.items()}
    return Machine(
        id=held.id,
        name=held.name,
        peak_tflops=peaks,
        fraction_of_peak=fractions,
        machines_per_unit=held.machines_per_unit,
        source=_dated(held),
        record=_record(context, held.id, plan),
        place=own.document.label(own.root.place),
    )


def _record(context: Context, machine: str, plan: Plan) -> str | None:
    name = plan.records.get(machine)
    if name is None:
        return None
    file = context.inputs.path(name)
    try:
        context.inputs.text(file)
    except FaultError as fault:
        remedy = f"{fault.remedy}; or write one with: innocap bench capability RESULT --mix FILE -o {file}"
        context.report(("records", machine), fault.message, remedy)
    return str(file)


def _dated(held: MachineText) -> str:
    return ", ".join(filter(None, (held.source, held.date)))


def _read_all(
    context: Context, section: str, files: tuple[str, ...] | dict[str, str], model: type[T]
) -> list[tuple[T, Context]] | None:
    named = files.items() if isinstance(files, dict) else ((None, name) for name in files)
    found: dict[str, tuple[T, Context]] = {}
    whole = True
    for index, (key, name) in enumerate(named):
        path: Path = (section, index if key is None else key)
        one = _read(context, path, name, model)
        whole = whole and one is not None
        if one is None or not _is_new(context, path, key, one[0].id, found):
            continue
        found[one[0].id] = one
    return list(found.values()) if whole else None


def _read(context: Context, path: Path, name: str, model: type[T]) -> tuple[T, Context] | None:
    inputs = context.inputs
    root = load_tree(inputs.path(name), inputs, context.place(path), ".".join(map(str, path)))
    if root is None:
        return None
    held = validated(model, root, inputs.problems)
    if held is None:
        return None
    source = _dated(held) if isinstance(held, MachineText) else held.source
    return held, Context(context.document, root, kind=held.kind, source=source)


def _is_new(context: Context, path: Path, key: str | None, identity: str, found: dict[str, tuple[T, Context]]) -> bool:
    if key is not None and key != identity:
        context.report(path, f"the file holds id {identity!r}, not {key!r}", "use the same id in both")
    if identity in found:
        context.report(path, f"id {identity!r} is in another file already", "name one of the files only")
    return identity not in found
