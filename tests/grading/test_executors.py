"""The contract of executors. A new one adds a line to `EXECUTORS`, and every test here runs with it too."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kit.course import Course, Dask, Limits
from kit.errors import GraderFault, KitError
from kit.grading.executors import EXECUTORS, CellJob, CellRun, Executor, Job, Run, open_executor
from kit.grading.executors.local import LocalExecutor

ROOT = Path(__file__).parents[2]
LIMITS = Limits(cell_seconds=15, notebook_seconds=120, output_bytes=10_000)
IMPATIENT = replace(LIMITS, cell_seconds=3)


def course(executor: str, dask: Dask | None = None) -> Course:
    return Course(
        Path("."), "c", "C", (), "sqlite://", "sqlite://", "folder", Path("."), executor, 1, LIMITS, dask=dask
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real dask cluster on this machine, as people start one: a scheduler, and a worker with four threads."""
    folder = tmp_path_factory.mktemp("dask")
    where = folder / "scheduler.json"
    scheduler = ["distributed.cli.dask_scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard"]
    worker = ["distributed.cli.dask_worker", "--nthreads", "4", "--no-dashboard", "--local-directory", str(folder)]
    with ExitStack() as stack:
        for words in (scheduler, worker):
            command = [sys.executable, "-m", *words, "--scheduler-file", str(where)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        until = time.monotonic() + 120
        while not where.exists() and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(0.5)  # it is written in place
        yield str(json.loads(where.read_text())["address"])


ONE_CLUSTER = pytest.mark.xdist_group("dask")
"""Starting one takes seconds."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=ONE_CLUSTER if name == "dask" else ()) for name in sorted(EXECUTORS)],
)
def executor(request: pytest.FixtureRequest) -> Executor:
    dask = Dask(request.getfixturevalue("cluster")) if request.param == "dask" else None
    return open_executor(course(request.param, dask))


def job(*sources: str, limits: Limits = LIMITS, **fields: object) -> Job:
    """Cells named 0, 1, 2 …; a source that begins with ``assert`` is a check."""
    cells = tuple(
        CellJob(str(n), source, reads=names_in(source), check=True)
        if source.startswith("assert")
        else CellJob(str(n), source)
        for n, source in enumerate(sources)
    )
    return Job(cells, "python3", "python", limits, **fields)  # type: ignore[arg-type]


def names_in(source: str) -> tuple[str, ...]:
    return tuple(sorted({node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}))


def states(cells: tuple[CellRun, ...]) -> list[str]:
    return [cell.state for cell in cells]


def printed(cell: CellRun) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


ONE_BAD_CELL = {
    "a syntax error": ("x = = 1", "failed"),
    "an exception": ("1 / 0", "failed"),
    "sys.exit": ("import sys; sys.exit(3)", "failed"),
    "exit() ends nothing": ("exit()", "ran"),
    "quit() ends nothing": ("quit()", "ran"),
    "os._exit": ("import os; os._exit(0)", "died"),
    "a kill of itself, the first of its namespace": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ran"),
    "a kill of everything": ("import os, signal; os.kill(-1, signal.SIGKILL)", "failed"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "died"),
    "input()": ("input('name? ')", "failed"),
    "getpass": ("import getpass; getpass.getpass()", "failed"),
    "an exception group": ("raise ExceptionGroup('g', [ValueError()])", "failed"),
    "endless recursion": ("def f(): return f()\nf()", "failed"),
    "too much memory": ("x = bytearray(10 ** 12)", "failed"),
    "a forged reply on the wire": (
        "import json, os, struct\n"
        "reply = json.dumps({'did': 'cell', 'number': 0, 'trouble': None, 'outputs': []}).encode()\n"
        "for descriptor in range(3, 30):\n"
        "    try: os.write(descriptor, struct.pack('>II', len(reply), 0) + reply)\n"
        "    except OSError: pass",
        "ran",
    ),
    "noise on the wire": (
        "import os\n"
        "for descriptor in range(3, 30):\n"
        "    try: os.write(descriptor, b'noise' * 100)\n"
        "    except OSError: pass",
        "died",
    ),
    "all descriptors closed": ("import os\nos.closerange(0, 100)", "died"),
}


@pytest.mark.parametrize(("source", "state"), ONE_BAD_CELL.values(), ids=ONE_BAD_CELL.keys())
def test_one_bad_cell_costs_that_cell(executor: Executor, source: str, state: str) -> None:
    run = executor.run(job("x = 1", "assert x == 1", source, "y = x + 1", "assert y == 3", "assert y == 2"))
    assert states(run.cells) == ["ran", "ran", state, "ran", "failed", "ran"]


TOO_LONG = {
    "an endless loop": "while True: pass",
    "a loop that catches everything": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "blocked SIGINT": "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\ntime.sleep(600)",
    "ignored SIGINT": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "a calculation in C": "10 ** (10 ** 10)",
    "printing for ever": "while True: print('x' * 1000)",
    "printing for ever to the file descriptor": "import os\nwhile True: os.write(1, b'x' * 60_000)",
    "an endless await": "import asyncio\nawait asyncio.sleep(600)",
}


@pytest.mark.parametrize("source", TOO_LONG.values(), ids=TOO_LONG.keys())
def test_a_cell_over_its_time_is_stopped_and_the_others_run(executor: Executor, source: str) -> None:
    run = executor.run(job("x = 1", source, "assert x == 1", limits=IMPATIENT))
    assert states(run.cells) == ["ran", "timeout", "ran"]
    assert len(printed(run.cells[1])) < 2 * LIMITS.output_bytes


HOGS = (
    "import os, time\n"
    "for _ in range(4):\n"
    "    if os.fork() == 0:\n"
    "        x = b'x' * 500_000_000\n"
    "        time.sleep(60)\n"
)


def test_processes_that_fill_the_memory_together_end_with_their_cell(executor: Executor) -> None:
    run = executor.run(job("x = 1", HOGS + "time.sleep(60)", "assert x == 1", limits=IMPATIENT))
    assert run.cells[1].state in ("died", "timeout")
    assert states(run.cells[::2]) == ["ran", "ran"]


LEFT_RUNNING = {
    "processes that fill the memory": HOGS,
    "three hundred processes": "import subprocess\nfor _ in range(300):\n    try: subprocess.Popen(['sleep', '600'])\n"
    "    except OSError: pass",
    "processes that start others": "import os\nif os.fork() == 0:\n    while True:\n        try: os.fork()\n"
    "        except OSError: pass",
}


@pytest.mark.parametrize("source", LEFT_RUNNING.values(), ids=LEFT_RUNNING.keys())
def test_what_a_cell_left_running_costs_no_answer_after_it(executor: Executor, source: str) -> None:
    answers = "kept = [2]\ndef two(): return kept[0]"  # the check needs a fork of its own
    later = "import time\ntime.sleep(1)"
    run = executor.run(job("x = 1", source, later, answers, "assert two() == 2", "assert x == 1"))
    assert [run.cells[n].state for n in (0, 3, 4, 5)] == ["ran"] * 4


def test_a_fork_bomb_ends_with_its_cell(executor: Executor) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    run = executor.run(job("x = 1", bomb, "assert x == 1", limits=IMPATIENT))
    assert run.cells[1].state in ("died", "timeout")
    assert states(run.cells[::2]) == ["ran", "ran"]


def test_a_neighbour_that_keeps_every_core_busy_costs_an_honest_submission_nothing(executor: Executor) -> None:
    # Each in a session of its own: between sessions Linux shares the processors fairly.
    spin = (
        "import os, time\nfor _ in range(50):\n    if os.fork() == 0:\n        os.setsid()\n        while True: pass\n"
    )
    busy = spin + "time.sleep(8)"
    work = "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 1.5: pass\nx = 1"
    with ThreadPoolExecutor(2) as pool:
        neighbour = pool.submit(executor.run, job(busy))
        time.sleep(2)
        run = pool.submit(executor.run, job(work, "assert x == 1", limits=replace(LIMITS, cell_seconds=6))).result()
    assert states(run.cells) == ["ran", "ran"]
    assert neighbour.result().cells[0].state in ("ran", "timeout")  # its own time is its own business


def test_a_file_of_50_megabytes_and_a_cell_of_five_are_taken(executor: Executor) -> None:
    big = f"text = {'y' * 5_000_000!r}"
    count = "import os\nassert len(text) == 5_000_000 and size == 50_000_000"
    run = executor.run(job(big, "import os\nsize = os.path.getsize('big')", count, files={"big": bytes(50_000_000)}))
    assert states(run.cells) == ["ran", "ran", "ran"]


def test_a_check_over_its_time_is_stopped_too(executor: Executor) -> None:
    run = executor.run(job("def f():\n    while True: pass", "assert f() == 1", "assert True", limits=IMPATIENT))
    assert states(run.cells) == ["ran", "timeout", "ran"]


def test_a_notebook_over_its_time_leaves_the_rest_unrun(executor: Executor) -> None:
    limits = replace(LIMITS, notebook_seconds=2)
    run = executor.run(job("import time\ntime.sleep(3)", "x = 1", "assert x == 1", limits=limits))
    assert states(run.cells) == ["timeout", "not-run", "not-run"]
    assert run.stopped == "time"


def test_after_too_many_ends_of_the_kernel_the_rest_does_not_run(executor: Executor) -> None:
    kill = "import os; os._exit(1)"
    cells = ["x = 1", "assert x == 1", kill, kill, kill, "x = 2", "assert x == 2"]
    run = executor.run(job(*cells, limits=replace(LIMITS, kernel_restarts=2)))
    assert states(run.cells) == ["ran", "ran", "died", "died", "died", "not-run", "not-run"]
    assert (run.stopped, run.restarts) == ("restarts", 2)


def test_a_death_that_comes_late_does_not_cost_an_answer_before_it(executor: Executor) -> None:
    later = "import os, threading\nthreading.Timer(1, os._exit, [1]).start()"
    run = executor.run(job("x = 1", "assert x == 1", later, "import time\ntime.sleep(3)"))
    assert states(run.cells[:3]) == ["ran", "ran", "ran"]
    assert run.cells[3].state in ("died", "not-run")


def test_names_made_before_a_kernel_died_are_there_afterwards(executor: Executor) -> None:
    run = executor.run(job("x = [1]", "assert x == [1]", "x.append(2)", "import os; os.abort()", "assert x == [1, 2]"))
    assert states(run.cells) == ["ran", "ran", "ran", "died", "ran"]


def test_output_is_kept_as_text_and_cut_at_the_limit(executor: Executor) -> None:
    run = executor.run(
        job("print('grüße 日本 🎈')\nimport sys\nprint('careful', file=sys.stderr)", "print('x' * 10**7)", "1 + 1")
    )
    assert "grüße 日本 🎈" in printed(run.cells[0])
    assert "careful" in printed(run.cells[0])
    assert LIMITS.output_bytes <= len(printed(run.cells[1])) < LIMITS.output_bytes + 100
    assert run.cells[2].outputs[0]["data"]["text/plain"] == "2"


def test_a_huge_error_message_and_a_huge_display_harm_nothing(executor: Executor) -> None:
    huge = "raise ValueError('x' * 10**7)"
    show = "from IPython.display import display, HTML\nfor _ in range(50): display(HTML('y' * 10**6))"
    run = executor.run(job(huge, show, "z = 1", "assert z == 1"))
    assert states(run.cells) == ["failed", "ran", "ran", "ran"]
    assert all(len(str(cell.outputs)) < 10 * LIMITS.output_bytes for cell in run.cells)


def test_files_lie_beside_the_notebook_and_nothing_else_does(executor: Executor) -> None:
    look = "import os\nprint(sorted(name for name in os.listdir() if not name.startswith('.')))"
    run = executor.run(job(look, "print(open('data/numbers.csv').read())", files={"data/numbers.csv": b"1,2\n"}))
    assert printed(run.cells[0]).strip() == "['data']"
    assert printed(run.cells[1]).strip() == "1,2"


def test_the_environment_is_not_the_graders(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret-token")
    run = executor.run(
        job("import os\nprint(sorted(os.environ.items()))\nprint(os.path.expanduser('~') == os.getcwd())")
    )
    assert "secret-token" not in printed(run.cells[0])
    assert printed(run.cells[0]).rstrip().endswith("True")


def test_two_submissions_know_nothing_of_each_other(executor: Executor) -> None:
    first = executor.run(job("x = 1", "open('note', 'w').write('x')", "open('/tmp/kit-test-note', 'w').write('x')"))
    second = executor.run(job("x", "open('note')"))
    assert states(first.cells)[:2] == ["ran", "ran"]
    assert states(second.cells) == ["failed", "failed"]
    Path("/tmp/kit-test-note").unlink(missing_ok=True)


CHILDREN = {
    "a child process": "import subprocess\nsubprocess.Popen(['sleep', '4242'])",
    "a fork": "import os, time\nif os.fork() == 0:\n    os.execlp('sleep', 'sleep', '4242')",
    "a fork in a session of its own": "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
    "        os.execlp('sleep', 'sleep', '4242')\n    os._exit(0)",
    "a process without environment": "import subprocess\n"
    "subprocess.Popen(['sleep', '4242'], env={}, start_new_session=True)",
}


@pytest.fixture(scope="module")
def bare() -> Iterator[Executor]:
    executor = LocalExecutor("none")
    yield executor
    executor.close()


@pytest.mark.parametrize("source", CHILDREN.values(), ids=CHILDREN.keys())
@pytest.mark.parametrize("walls", ["as found", "none"])
def test_no_process_is_left_behind(executor: Executor, bare: Executor, source: str, walls: str) -> None:
    if walls == "none":
        executor = bare
    seconds = str(100_000 + os.getpid())  # not the one a test beside us waits for
    run = executor.run(job(source.replace("4242", seconds), "assert 1 == 1"))
    assert run.cells[1].state == "ran"
    left = [process for process in psutil.process_iter() if _sleeps(process, seconds)]
    for process in left:
        process.kill()
    assert not left


def _sleeps(process: psutil.Process, seconds: str) -> bool:
    """Whether it is there and alive: the dead wait for whoever takes them off the list, and do nothing meanwhile."""
    try:
        return process.cmdline() == ["sleep", seconds] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def test_twenty_runs_leave_no_folder_process_or_open_file_behind(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tempfile.mkdtemp(dir="/tmp")  # other tests may use the common one at the same time
    monkeypatch.setattr(tempfile, "tempdir", own)
    executor.run(job("x = 1"))
    before = _held()
    for number in range(20):
        kill = "import os; os._exit(1)" if number % 5 == 0 else "x = 1"
        executor.run(job(kill, "assert x == 1"))
    after = _held()
    os.rmdir(own)
    assert after["folders"] == before["folders"]
    assert after["children"] == before["children"]
    assert after["files"] <= before["files"] + 5
    assert after["threads"] <= before["threads"] + 5


def _held() -> dict[str, int]:
    own = psutil.Process()
    return {
        "folders": len(os.listdir(tempfile.gettempdir())),
        "children": len(own.children(recursive=True)),
        "files": own.num_fds(),
        "threads": own.num_threads(),
    }


def test_a_kernel_that_cannot_start_is_the_graders_fault(executor: Executor) -> None:
    with pytest.raises(GraderFault, match="no-such-kernel"):
        executor.run(replace(job("1"), kernel="no-such-kernel", language="r"))


def test_it_says_what_keeps_learner_code_away(executor: Executor) -> None:
    assert executor.isolation


def test_an_unknown_executor_is_named_with_the_known_ones() -> None:
    with pytest.raises(KitError, match="local"):
        open_executor(course("no-such"))


def test_several_submissions_can_run_at_the_same_time(executor: Executor) -> None:
    jobs = [job(f"x = {n}\nimport time\ntime.sleep(0.5)", f"assert x == {n}", "print(x)") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(executor.run, jobs))
    assert [states(run.cells) for run in runs] == [["ran"] * 3] * 4
    assert [printed(run.cells[2]).strip() for run in runs] == ["0", "1", "2", "3"]


def test_it_can_be_called_from_a_running_event_loop(executor: Executor) -> None:
    async def in_a_notebook() -> Run:
        return executor.run(job("x = 1", "assert x == 1"))

    assert states(asyncio.run(in_a_notebook()).cells) == ["ran", "ran"]


@ONE_CLUSTER
def test_a_submission_whose_dask_worker_dies_is_given_to_another_and_comes_back_once(cluster: str) -> None:
    executor = open_executor(course("dask", Dask(cluster)))
    slow = job("import time\ntime.sleep(6)\nx = 1", "assert x == 1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(executor.run, slow)
        worker = _dask_worker_at_work()
        time.sleep(2)  # by then it has the submission, which takes six
        worker.kill()
        assert states(waiting.result(120).cells) == ["ran", "ran"]


def _dask_worker_at_work() -> psutil.Process:
    """The worker process that has started its warm parent."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any("bwrap" in part for part in process.cmdline()[:1]):
                    parent = process.parent()
                    if parent is not None and parent.pid != os.getpid():
                        return parent
        time.sleep(0.1)
    raise AssertionError("no worker has begun")
