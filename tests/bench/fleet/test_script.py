"""Job scripts, really run: with stand-ins for srun, mpiexec and ssh that work on this machine, and for `bench`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bench.cli import bench as commands
from bench.fleet.script import SCHEDULERS, Order, job_script
from bench.reading import InputError

HOSTS = ("node01", "node02", "bad03")
STAND_INS = {
    "scontrol": 'tr , "\\n" <<<"$3"',
    "srun": """
printf '%s\\n' "$*" | head -1 >>"$LOG/srun"
while [[ "$1" == --* ]]; do shift; done
exec "$@"
""",
    "mpiexec": """
echo "$4 $OMPI_MCA_hwloc_base_binding_policy" >>"$LOG/mpiexec"
shift 4
exec "$@"
""",
    "ssh": """
while [ "$1" = -o ]; do shift 2; done
host=$1
shift
[ "$host" = lost ] && exit 255
if [ -n "${HIDDEN:-}" ] && [[ "$*" == cat* ]]; then
    name=${*##*/}
    exec cat "$HIDDEN/${name% }"
fi
sh -c "$*"
code=$?
[ -n "${HIDDEN:-}" ] && mv "$FOLDER"/*"${host##*@}".*.json "$HIDDEN"
exit "$code"
""",
    "bench": """
file=$5
name=$(basename "$file")
echo "$* OMP=${OMP_NUM_THREADS-unset}" >>"$LOG/${name%%.*}"
[ -e "$file.journal" ] && echo "going on" >>"$LOG/${name%%.*}"
case $name in
    bad*) [ -e "$LOG/healed" ] || { echo "out of luck" >&2; exit 3; } ;;
    wrong*) echo "{}" >"$file"; exit 4 ;;
    empty*) exit 0 ;;
    slow*) if [ ! -e "$file.journal" ]; then
            echo started >"$file.journal"
            trap 'exit 5' TERM
            for _ in {1..600}; do sleep 0.1; done
        fi ;;
esac
echo "{}" >"$file"
rm -f "$file.journal"
""",
}


@dataclass(frozen=True)
class Ground:
    """A folder with stand-ins on the path, and what they wrote down."""

    folder: Path
    results: Path
    log: Path
    environ: dict[str, str] = field(default_factory=dict)

    def order(self, scheduler: str, **changes: object) -> Order:
        command = (str(self.folder / "bin" / "bench"),)
        hosts = {"hosts": HOSTS} if scheduler == "ssh" else {"nodes": 3, "cores": 8}
        return replace(Order(scheduler, command, "quick", str(self.results), "r1", **hosts), **changes)  # type: ignore[arg-type]

    def start(self, order: Order, **environ: str) -> subprocess.Popen[str]:
        path = self.folder / "job.sh"
        path.write_text(job_script(order))
        variables = {**self.environ, **environ}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ["bash", str(path)], stdout=pipe, stderr=pipe, text=True, env=variables, cwd=self.folder
        )

    def run(self, order: Order, **environ: str) -> subprocess.CompletedProcess[str]:
        process = self.start(order, **environ)
        out, err = process.communicate(timeout=30)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def found(self) -> list[str]:
        return sorted(path.name for path in self.results.iterdir())


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in STAND_INS.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}")
        (programs / name).chmod(0o755)
    for name in ("log", "hidden"):
        (tmp_path / name).mkdir()
    results = tmp_path / "res ults'; exit 9"
    nodes = tmp_path / "nodes"
    nodes.write_text("".join(f"{host}\n" * 2 for host in HOSTS))
    environ = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "LOG": str(tmp_path / "log"),
        "FOLDER": str(results),
        "SLURM_JOB_NODELIST": ",".join(HOSTS),
        "PBS_NODEFILE": str(nodes),
        "OMP_NUM_THREADS": "1",
    }
    return Ground(tmp_path, results, tmp_path / "log", environ)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_host_leaves_a_file_and_a_failing_one_is_named(ground: Ground, scheduler: str) -> None:
    done = ground.run(ground.order(scheduler))
    assert done.returncode == 4, done.stderr
    assert ground.found() == ["node01.r1.json", "node02.r1.json"]
    assert "bad03: out of luck" in done.stdout
    assert "error: bad03 ended with 3" in done.stderr
    assert "2 of 3 hosts finished well" in done.stderr
    assert "node01 ended" not in done.stderr
    told = (ground.log / "node01").read_text()
    assert told == f"run --suite quick -o {ground.results}/node01.r1.json --resume --force OMP=unset\n"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_job_that_runs_again_does_only_what_is_left(ground: Ground, scheduler: str) -> None:
    ground.run(ground.order(scheduler))
    (ground.log / "healed").touch()
    done = ground.run(ground.order(scheduler))
    assert done.returncode == 0, done.stderr
    assert "node02: finished earlier" in done.stdout
    assert len((ground.log / "node02").read_text().splitlines()) == 1
    assert len((ground.log / "bad03").read_text().splitlines()) == 2
    assert ground.found() == ["bad03.r1.json", "node01.r1.json", "node02.r1.json"]
    assert "3 of 3 hosts finished well" in done.stderr


def test_a_file_with_a_journal_beside_it_is_unfinished(ground: Ground) -> None:
    ground.results.mkdir()
    for name in ("node01.r1.json", "node01.r1.json.journal"):
        (ground.results / name).write_text("old")
    done = ground.run(ground.order("ssh", hosts=("node01",)))
    assert done.returncode == 0, done.stderr
    assert "going on" in (ground.log / "node01").read_text()
    assert ground.found() == ["node01.r1.json"]


def test_a_stopped_job_ends_its_hosts_and_goes_on_later(ground: Ground) -> None:
    order = ground.order("ssh", hosts=("node01", "slow02"))
    process = ground.start(order)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (ground.results / "slow02.r1.json.journal").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 5, err
    assert "stopped; run the same script again to go on" in err
    done = ground.run(order)
    assert done.returncode == 0, done.stderr
    assert "going on" in (ground.log / "slow02").read_text()
    assert ground.found() == ["node01.r1.json", "slow02.r1.json"]


def test_a_host_that_cannot_be_reached_and_one_without_a_file_are_named(ground: Ground) -> None:
    done = ground.run(ground.order("ssh", hosts=("lost", "empty", "wrong", "node01")))
    assert done.returncode == 4
    assert "error: lost ended with 255" in done.stderr
    assert "error: empty ended with 0, but left no file empty.r1.json" in done.stderr
    assert "error: wrong ended with 4: some kernels are wrong, failed or refused, see wrong.r1.json" in done.stderr
    assert "1 of 4 hosts finished well" in done.stderr


def test_files_of_hosts_without_the_folder_are_fetched(ground: Ground) -> None:
    order = ground.order("ssh", hosts=("me@node01", "wrong"))
    done = ground.run(order, HIDDEN=str(ground.folder / "hidden"))
    assert done.returncode == 4, done.stderr
    assert ground.found() == ["node01.r1.json", "wrong.r1.json"]


def test_slurm_gives_each_host_one_unbound_step_of_a_job_that_has_its_nodes_alone(ground: Ground) -> None:
    order = ground.order("slurm", queue="short", account="p1", limit="00:30:00")
    ground.run(order)
    steps = sorted((ground.log / "srun").read_text().splitlines())
    assert [step.partition(" bash")[0] for step in steps] == [
        f"--nodes=1 --ntasks=1 --nodelist={host} --cpu-bind=none" for host in sorted(HOSTS)
    ]
    asked = [line.removeprefix("#SBATCH --") for line in job_script(order).splitlines() if line.startswith("#SBATCH")]
    assert {"exclusive", "nodes=3", "mem=0", "time=00:30:00", "partition=short", "account=p1"} <= set(asked)
    named = job_script(ground.order("slurm", nodes=None, hosts=("a", "b")))
    assert "#SBATCH --nodes=2\n#SBATCH --nodelist=a,b\n" in named


def test_pbs_starts_one_unbound_process_per_host(ground: Ground) -> None:
    ground.run(ground.order("pbs"))
    assert sorted((ground.log / "mpiexec").read_text().splitlines()) == [f"{host} none" for host in sorted(HOSTS)]
    text = job_script(ground.order("pbs", queue="q", account="a"))
    assert "#PBS -l select=3:ncpus=8:mpiprocs=1\n#PBS -l place=scatter:exclhost\n" in text
    assert "#PBS -q q\n#PBS -A a\n" in text
    named = job_script(ground.order("pbs", nodes=None, hosts=("x", "y")))
    assert "select=1:host=x:ncpus=8:mpiprocs=1+1:host=y:ncpus=8:mpiprocs=1\n" in named


@pytest.mark.parametrize("scheduler", ["slurm", "pbs"])
def test_without_hosts_the_job_says_so(ground: Ground, scheduler: str) -> None:
    (ground.folder / "nodes").write_text("")
    (ground.folder / "bin" / "scontrol").write_text("#!/bin/bash\nexit 1\n")
    done = ground.run(ground.order(scheduler))
    assert done.returncode == 2
    assert "error: no hosts were found" in done.stderr


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_shellcheck_finds_nothing(ground: Ground, scheduler: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed: apt install shellcheck")
    path = ground.folder / "job.sh"
    path.write_text(job_script(ground.order(scheduler)))
    done = subprocess.run(["shellcheck", "--shell=bash", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@given(text=st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(str.strip))
def test_any_printable_value_survives_the_shell(text: str) -> None:
    order = Order("ssh", (text, "-m", "bench"), text, f"{text}/x", "r", hosts=("h",))
    if not text.isprintable():
        with pytest.raises(InputError, match="control characters"):
            job_script(order)
        return
    settings = job_script(order).split("\n\n")[2]
    script = f'{settings}\nprintf "%s\\0" "$folder" "$suite" "${{bench[@]}}"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == [f"{text}/x", text, text, "-m", "bench"]


@pytest.mark.parametrize(
    ("scheduler", "changes", "words"),
    [
        ("ssh", {"hosts": ()}, "--hosts: ssh needs to know where to go"),
        ("slurm", {"nodes": None}, "either --nodes with a number or --hosts"),
        ("slurm", {"hosts": ("a",)}, "either --nodes with a number or --hosts"),
        ("pbs", {"cores": None}, "--cores: PBS gives a job only the CPUs it asks for"),
        ("ssh", {"hosts": ("a", "b", "me@a")}, "--hosts: a named twice"),
        ("ssh", {"hosts": ("a; rm -rf x",)}, "--hosts: expected something like node01, found 'a; rm -rf x'"),
        ("ssh", {"hosts": ("-oProxyCommand=x",)}, "--hosts: expected something like node01"),
        ("slurm", {"queue": "a b"}, "--queue: expected something like short, found 'a b'"),
        ("slurm", {"account": "$x"}, "--account: "),
        ("slurm", {"limit": "4 hours"}, "--limit: expected something like 04:00:00, found '4 hours'"),
        ("slurm", {"run": "../x"}, "--run: expected something like quick-1"),
        ("slurm", {"folder": "a\nNODE\n"}, "--folder: expected a path without control characters"),
        ("slurm", {"suite": "\x1b"}, "--suite: expected a path"),
        ("slurm", {"command": ("",)}, "--python: expected a path"),
    ],
)
def test_what_cannot_stand_in_a_script_is_refused(
    ground: Ground, scheduler: str, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        job_script(ground.order(scheduler, **changes))
    assert words in str(caught.value)


def test_the_command_prints_the_script_and_how_to_start_it(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ground.folder)
    options = ["script", "--scheduler", "slurm", "--nodes", "4", "--folder", "out put"]
    found = CliRunner().invoke(commands, options)
    assert found.exit_code == 0, found.stderr
    assert found.stdout.startswith("#!/bin/bash\n#SBATCH --exclusive\n")
    assert f"folder='{ground.folder}/out put'\n" in found.stdout
    assert "sbatch job.sh" in found.stderr
    bundled = CliRunner().invoke(commands, [*options, "--bundle", "b", "--run", "mine"]).stdout
    assert f"run=mine\nbench=({ground.folder}/b/run.sh)\nsuite=quick\n" in bundled
    refused = CliRunner().invoke(commands, [*options, "--suite", "quik"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: no suite 'quik'")
