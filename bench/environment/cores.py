"""Which cores this process has: affinity, siblings, limits of its control group, virtual machine, container."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from bench.cpulist import cpus_in
from bench.machine import Sources, Unknown

CPUS = "sys/devices/system/cpu"
GROUPS = "sys/fs/cgroup"
NO_LIMIT = "there is no limit"
PRODUCTS = {
    "vmware": "VMware",
    "virtualbox": "VirtualBox",
    "kvm": "KVM",
    "qemu": "KVM",
    "amazon ec2": "Amazon EC2",
    "google compute engine": "Google Compute Engine",
    "virtual machine": "Hyper-V",
    "xen": "Xen",
    "bochs": "Bochs",
    "apple virtualization": "Apple virtualization",
}
CONTAINERS = {"docker": "docker", "kubepods": "kubernetes", "libpod": "podman", "lxc": "lxc"}


def allowed(sources: Sources) -> set[int]:
    """Logical CPUs that the threads of this process may run on, each of which may be tied to one."""
    threads = sorted((sources.root / "proc/self/task").glob("*/status"))
    places = [str(path.relative_to(sources.root)) for path in threads] or ["proc/self/status"]
    text = "\n".join(filter(None, (_text(sources, place) for place in places)))
    found = re.findall(r"^Cpus_allowed_list:\s*(\S+)", text, re.MULTILINE)
    if not found:
        raise Unknown("/proc/self/status has no Cpus_allowed_list")
    return set().union(*map(cpus_in, found))


def allowed_cpus(sources: Sources) -> int:
    """How many logical CPUs this process may run on."""
    return len(allowed(sources))


def online_cpus(sources: Sources) -> int:
    """How many logical CPUs the machine has switched on."""
    return len(cpus_in(sources.read(f"{CPUS}/online")))


def smt(sources: Sources) -> bool:
    """Whether cores run several threads at once."""
    state = sources.read(f"{CPUS}/smt/control")
    if state in ("notsupported", "notimplemented"):
        return False
    return sources.read(f"{CPUS}/smt/active") == "1"


def sibling_cpus(sources: Sources) -> list[int]:
    """Logical CPUs that share a core with one this process may run on, but that it may not run on itself."""
    ours = allowed(sources)
    siblings = [cpus_in(sources.read(f"{CPUS}/cpu{cpu}/topology/thread_siblings_list")) for cpu in sorted(ours)]
    return sorted(set().union(*siblings) - ours)


def quota_cores(sources: Sources) -> float:
    """Cores' worth of time that the tightest control group around this process allows."""
    found = [quota for folder in _groups(sources) if (quota := _quota(sources, folder)) is not None]
    if not found:
        raise Unknown(NO_LIMIT)
    return min(found)


def throttled_s(sources: Sources) -> float:
    """Time in s that the control groups around this process have been held back, the longest of them."""
    found = [spent for folder in _groups(sources) if (spent := _throttled(sources, folder)) is not None]
    if not found:
        raise Unknown("no control group counts throttling")
    return max(found)


def _groups(sources: Sources) -> Iterator[str]:
    """Folders of the control groups around this process, the innermost first, of version 2 and of version 1."""
    yield from _chain(GROUPS, _own_group(sources, "0::"))
    for folder in (f"{GROUPS}/cpu", f"{GROUPS}/cpu,cpuacct"):
        if (sources.root / folder).is_dir():
            yield from _chain(folder, _own_group(sources, r"\d+:[\w,]*\bcpu\b[\w,]*:"))


def _own_group(sources: Sources, start: str) -> str:
    try:
        found = re.search(rf"^{start}/(.*)$", sources.read("proc/self/cgroup"), re.MULTILINE)
    except Unknown:
        return ""
    return found.group(1) if found else ""


def _chain(folder: str, inner: str) -> Iterator[str]:
    path = PurePosixPath(inner)
    if ".." not in path.parts:
        yield from (f"{folder}/{part}" for part in (path, *path.parents) if str(part) != ".")
    yield folder


def _quota(sources: Sources, folder: str) -> float | None:
    try:
        quota, period = sources.read(f"{folder}/cpu.max").split()
    except Unknown:
        try:
            quota = sources.read(f"{folder}/cpu.cfs_quota_us")
            period = sources.read(f"{folder}/cpu.cfs_period_us")
        except Unknown:
            return None
    return None if quota in ("max", "-1") else int(quota) / int(period)


def _throttled(sources: Sources, folder: str) -> float | None:
    try:
        text = sources.read(f"{folder}/cpu.stat")
    except Unknown:
        return None
    found = re.search(r"^throttled_(usec|time) (\d+)$", text, re.MULTILINE)
    return int(found.group(2)) / (1e6 if found.group(1) == "usec" else 1e9) if found else None


def virtual(sources: Sources) -> str:
    """Name of the hypervisor, "unnamed" where there is one without a name, "none" on a machine of its own."""
    if "microsoft" in _text(sources, "proc/sys/kernel/osrelease").lower():
        return "WSL"
    firmware = " ".join(_text(sources, f"sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name"))
    name = _named(PRODUCTS, firmware) or _text(sources, "sys/hypervisor/type").capitalize()
    cpuinfo = _text(sources, "proc/cpuinfo")
    if name or re.search(r"^flags\s*:.*\bhypervisor\b", cpuinfo, re.MULTILINE):
        return name or "unnamed"
    if _text(sources, "proc/device-tree/hypervisor/compatible"):
        return "KVM"
    if not firmware.strip() and not re.search(r"^flags\s*:", cpuinfo, re.MULTILINE):
        raise Unknown("neither firmware nor processor say so")
    return "none"


def container(sources: Sources) -> str:
    """Kind of container around this process, "none" where nothing points to one."""
    if "KUBERNETES_SERVICE_HOST" in sources.environ:
        return "kubernetes"
    if {"APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"} & set(sources.environ):
        return "apptainer"
    for mark, name in ((".dockerenv", "docker"), ("run/.containerenv", "podman"), (".singularity.d", "apptainer")):
        if (sources.root / mark).exists():
            return name
    return _named(CONTAINERS, sources.read("proc/self/cgroup")) or "none"


def _named(names: Mapping[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text.lower()), "")


def _text(sources: Sources, name: str) -> str:
    try:
        return sources.read(name)
    except Unknown:
        return ""
