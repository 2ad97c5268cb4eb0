"""Job scripts: one bash file that runs a suite on every node of an allocation, or on hosts reached by ssh.

Every host writes a result file of its own, named by host and run, into one folder. A script that is run again goes
on: finished hosts are left alone, unfinished ones resume. Values from the user stand in assignments at the top,
quoted; the rest of the script is the same for everybody.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.reading import InputError

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
HOST = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._:-]*")
TIME = re.compile(r"\d{1,4}:[0-5]\d:[0-5]\d")


@dataclass(frozen=True)
class Order:
    """What a job script is asked to do.

    scheduler  "slurm", "pbs" or "ssh"
    command    words that start `bench` on a node, such as python -m bench
    suite      name of a suite, or path of its file as the nodes see it
    folder     where result files go, as the nodes see it
    run        label of this run; the same label goes on with the same run
    nodes      how many nodes to ask for, where no hosts are named
    hosts      which hosts, in place of a number
    cores      logical CPUs of a node, which PBS must be told
    limit      longest time of the job, hh:mm:ss
    queue      partition or queue
    account    who pays
    """

    scheduler: str
    command: tuple[str, ...]
    suite: str
    folder: str
    run: str
    nodes: int | None = None
    hosts: tuple[str, ...] = ()
    cores: int | None = None
    limit: str = "04:00:00"
    queue: str | None = None
    account: str | None = None


def job_script(order: Order) -> str:
    """The script as text.

    Raises:
        InputError: hosts or nodes are missing or contradict each other, or a value cannot stand in a script.
    """
    _check(order)
    scheduler = SCHEDULERS[order.scheduler]
    head = ["#!/bin/bash", *scheduler.directives(order)]
    values = [
        f"folder={shlex.quote(order.folder)}",
        f"run={shlex.quote(order.run)}",
        f"bench=({shlex.join(order.command)})",
        f"suite={shlex.quote(order.suite)}",
    ]
    named = [f"hosts=({shlex.join(order.hosts)})"] if order.scheduler == "ssh" else []
    settings = "\n".join([*values, *named])
    parts = ["\n".join(head), ABOUT, settings, scheduler.hosts, NODE_JOB, scheduler.launch, EVERY_HOST]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _check(order: Order) -> None:
    if order.scheduler == "ssh" and not order.hosts:
        raise InputError("--hosts: ssh needs to know where to go; give names, such as --hosts node01,node02")
    if bool(order.nodes) == bool(order.hosts):
        raise InputError("give either --nodes with a number or --hosts with names")
    if order.scheduler == "pbs" and not order.cores:
        raise InputError("--cores: PBS gives a job only the CPUs it asks for; give the logical CPUs of a node")
    _check_words(order)
    names = [_label(host) for host in order.hosts]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"--hosts: {', '.join(twice)} named twice; two runs on one host would disturb each other")


def _check_words(order: Order) -> None:
    for option, pattern, words, example in (
        ("--hosts", HOST, order.hosts, "node01"),
        ("--run", WORD, (order.run,), "quick-1"),
        ("--limit", TIME, (order.limit,), "04:00:00"),
        ("--queue", WORD, (order.queue,), "short"),
        ("--account", WORD, (order.account,), "project1"),
    ):
        for word in words:
            if word is not None and not pattern.fullmatch(word):
                raise InputError(f"{option}: expected something like {example}, found {word!r}")
    for option, text in (("--folder", order.folder), ("--suite", order.suite), ("--python", " ".join(order.command))):
        if not text.strip() or not text.isprintable():
            raise InputError(f"{option}: expected a path without control characters, found {text!r}")


def _label(host: str) -> str:
    return host.rpartition("@")[2]


def _slurm_directives(order: Order) -> list[str]:
    asked = {
        "job-name": "innocap-bench",
        "nodes": order.nodes or len(order.hosts),
        "nodelist": ",".join(order.hosts) or None,
        "ntasks-per-node": 1,
        "mem": 0,
        "time": order.limit,
        "partition": order.queue,
        "account": order.account,
        "output": "innocap-bench-%j.log",
    }
    return ["#SBATCH --exclusive", *(f"#SBATCH --{key}={value}" for key, value in asked.items() if value is not None)]


def _pbs_directives(order: Order) -> list[str]:
    each = f"ncpus={order.cores}:mpiprocs=1"
    chunks = "+".join(f"1:host={host}:{each}" for host in order.hosts) or f"{order.nodes}:{each}"
    extra = [f"#PBS -q {order.queue}"] if order.queue else []
    extra += [f"#PBS -A {order.account}"] if order.account else []
    return [
        "#PBS -N innocap-bench",
        f"#PBS -l select={chunks}",
        "#PBS -l place=scatter:exclhost",
        f"#PBS -l walltime={order.limit}",
        "#PBS -j oe",
        *extra,
    ]


@dataclass(frozen=True)
class Scheduler:
    """What differs between schedulers: comments at the top, how hosts are found, how a job starts on one."""

    submit: str
    directives: Callable[[Order], list[str]]
    hosts: str
    launch: str


ABOUT = """
# Runs a suite of innocap on every host and leaves one result file per host in a folder.
# Run it again after an interruption: finished hosts are kept, unfinished ones go on.
set -uom pipefail
"""

SLURM_HOSTS = """
mapfile -t hosts < <(scontrol show hostnames "${SLURM_JOB_NODELIST:?run this with sbatch}")
unset SLURM_CPUS_PER_TASK SLURM_CPU_BIND
"""

SLURM_LAUNCH = """
# The job has its nodes alone. A step with --exclusive would get one CPU of them, one without gets all.
launch() {
    srun --nodes=1 --ntasks=1 --nodelist="$1" --cpu-bind=none bash -c "$node_job" innocap "$@" </dev/null
}
"""

PBS_HOSTS = """
cd "${PBS_O_WORKDIR:-.}" || exit 2
mapfile -t hosts < <(sort -u "${PBS_NODEFILE:?run this with qsub}")
# Open MPI, its successor PRRTE, Intel MPI and MPICH bind a process to one core unless told otherwise.
export OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none
export I_MPI_PIN=off HYDRA_BINDING=none
"""

PBS_LAUNCH = """
launch() {
    mpiexec -n 1 -host "$1" bash -c "$node_job" innocap "$@" </dev/null
}
"""

SSH_LAUNCH = """
connect=(ssh -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=30)

# Where the folder is not shared between hosts, the file is fetched.
launch() {
    local file code
    file="$2/${1##*@}.$3.json"
    "${connect[@]}" "$1" "$(printf '%q ' bash -s -- "$@")" <<<"$node_job"
    code=$?
    if [ ! -s "$file" ] && { [ "$code" -eq 0 ] || [ "$code" -eq 4 ]; }; then
        "${connect[@]}" "$1" "$(printf '%q ' cat -- "$file")" </dev/null >"$file.part" && mv -- "$file.part" "$file"
    fi
    return "$code"
}
"""

NODE_JOB = """
node_job=$(
    cat <<'NODE'
set -uo pipefail
host=$1 folder=$2 run=$3
shift 3
file="$folder/${host##*@}.$run.json"
mkdir -p -- "$folder" || exit 2
if [ -s "$file" ] && [ ! -e "$file.journal" ]; then
    echo "finished earlier: $file"
    exit 0
fi
unset OMP_NUM_THREADS OMP_PROC_BIND OMP_PLACES OMP_THREAD_LIMIT GOMP_CPU_AFFINITY KMP_AFFINITY
unset MKL_NUM_THREADS OPENBLAS_NUM_THREADS NUMBA_NUM_THREADS
usable=$(nproc) all=$(getconf _NPROCESSORS_ONLN)
if [ "$usable" -lt "$all" ]; then
    echo "warning: only $usable of $all CPUs may be used here; ask for whole nodes without binding"
fi
exec "$@" -o "$file" --resume --force </dev/null
NODE
)
"""

EVERY_HOST = """
stop() {
    trap '' INT TERM HUP
    for job in "${jobs[@]}"; do
        kill -TERM -- "-$job" 2>/dev/null
    done
    { wait; } 2>/dev/null
    echo "stopped; run the same script again to go on" >&2
    exit 5
}

on_host() {
    launch "$1" "$folder" "$run" "${bench[@]}" run --suite "$suite" 2>&1 | sed "s/^/${1##*@}: /"
}

if [ "${#hosts[@]}" -eq 0 ]; then
    echo "error: no hosts were found" >&2
    exit 2
fi
mkdir -p -- "$folder" || exit 2
jobs=()
trap stop INT TERM HUP
for host in "${hosts[@]}"; do
    on_host "$host" &
    jobs+=("$!")
done

failed=0
for number in "${!hosts[@]}"; do
    wait "${jobs[number]}"
    code=$?
    name=${hosts[number]##*@}
    if [ "$code" -eq 0 ] && [ ! -s "$folder/$name.$run.json" ]; then
        code="0, but left no file $name.$run.json"
    elif [ "$code" -eq 0 ]; then
        continue
    elif [ "$code" -eq 4 ]; then
        code="4: some kernels are wrong, failed or refused, see $name.$run.json"
    fi
    failed=$((failed + 1))
    echo "error: $name ended with $code" >&2
done
echo "$((${#hosts[@]} - failed)) of ${#hosts[@]} hosts finished well; results are in $folder" >&2
printf 'compare them: innocap bench stragglers %q/*.%s.json\\n' "$folder" "$run" >&2
if [ "$failed" -gt 0 ]; then
    echo "$failed failed; run the same script again to go on with what is unfinished" >&2
    exit 4
fi
"""

SCHEDULERS: Mapping[str, Scheduler] = {
    "slurm": Scheduler("sbatch", _slurm_directives, SLURM_HOSTS, SLURM_LAUNCH),
    "pbs": Scheduler("qsub", _pbs_directives, PBS_HOSTS, PBS_LAUNCH),
    "ssh": Scheduler("bash", lambda _: [], "", SSH_LAUNCH),
}
