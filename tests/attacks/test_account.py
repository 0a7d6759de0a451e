"""What a submission could still reach if it got out of its walls: it is another account outside, where root grades."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit.course import Limits
from kit.exchange import open_exchange
from kit.grading.executors import CellJob, Job, sandbox
from kit.grading.executors.account import Account, other_account, veil
from kit.grading.executors.local import LocalExecutor
from kit.grading.executors.nbclient import NbclientExecutor
from kit.grading.executors.sandbox import Walls, find_walls
from tests.courses import write_course
from tests.cycle.school import School

ACCOUNT = other_account()
pytestmark = pytest.mark.skipif(ACCOUNT is None, reason="only root can change to another account (setpriv)")
PATIENT = 90.0
WAITS = "import time\ntime.sleep(3)\nfound = __import__('os').listdir('/home/learner')"


@pytest.fixture(scope="module")
def walls() -> Walls:
    found = find_walls()
    if found.account is None:
        pytest.skip(found.isolation)
    return found


def account(walls: Walls) -> Account:
    assert walls.account is not None
    return walls.account


def inside(process: psutil.Process) -> bool:
    """Whether *process* is within namespaces of its own, that is, behind the walls."""
    try:
        return os.readlink(f"/proc/{process.pid}/ns/user") != os.readlink("/proc/self/ns/user")
    except OSError:
        return False


def seen_while(job: Job, executor: LocalExecutor | NbclientExecutor) -> dict[int, set[int]]:
    """Process number → the account numbers under which each process behind the walls was seen while *job* ran."""
    seen: dict[int, set[int]] = {}
    thread = threading.Thread(target=executor.run, args=(job,))
    thread.start()
    end = time.monotonic() + PATIENT
    while thread.is_alive() and time.monotonic() < end:
        for process in psutil.Process().children(recursive=True):
            try:
                if inside(process):
                    seen.setdefault(process.pid, set()).update(process.uids())
            except psutil.Error:
                continue
        time.sleep(0.02)
    thread.join()
    return seen


@pytest.mark.parametrize("kind", ["a fork of the warm parent", "a kernel of its own"])
def test_everything_behind_the_walls_is_another_account_outside(walls: Walls, kind: str) -> None:
    executor = LocalExecutor("bubblewrap") if kind.startswith("a fork") else NbclientExecutor(walls)
    try:
        job = Job((CellJob("cell", WAITS),), "python3", "python", Limits(cell_seconds=60))
        seen = seen_while(job, executor)
    finally:
        if isinstance(executor, LocalExecutor):
            executor.close()
    assert len(seen) >= 2, "there was something to be seen"
    # The bubblewrap that makes the walls is root's for the moment before it has changed the account.
    assert {uid for uids in seen.values() for uid in uids} <= {account(walls).uid}


def as_account(walls: Walls, *argv: str) -> subprocess.CompletedProcess[str]:
    """What *argv* can do outside of all walls, with nothing but the account that learner code has there."""
    here = account(walls)
    needed = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix)] if argv[0] == sys.executable else []
    words = [*veil(str(walls.bwrap), here, needed), *here.words(), *argv]
    return subprocess.run(words, capture_output=True, text=True, timeout=PATIENT, cwd="/", check=False)


@pytest.fixture(scope="module")
def school(walls: Walls) -> Iterator[School]:
    """A course with somebody's work, in a place that everybody may enter: what is closed, the kit has closed."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        made = School(write_course(Path(folder) / "course"), "ana")
        made.root.chmod(0o755)
        made.submit("ana", "01-one.a", right={"adding": 2})
        made.run()
        made.submit("ana", _next(made), right=2)
        assert "course.toml" in as_account(walls, "/bin/ls", str(made.root)).stdout
        yield made


def _next(school: School) -> str:
    offers = open_exchange(school.course).offers("ana")
    return next(offer.assignment for offer in offers if not offer.submissions)


PRIVATE = {
    "the ledger": "gradebook/mastery.db",
    "its journal": "gradebook/mastery.journal",
    "the gradebook": "gradebook/gradebook.db",
    "the sources with solutions and hidden tests": "gradebook/source/*/*.ipynb",
    "what was built, form by form": "gradebook/revisions/**/*.json",
    "what others handed in": "gradebook/archive/ana/*/*.ipynb",
    "what nbgrader keeps of it": "gradebook/submitted/ana/*/*",
    "the releases": "release/*/*.ipynb",
    "what waits in the exchange": "gradebook/exchange/ana/inbox/*/*",
    "what others are told": "gradebook/exchange/ana/progress.json",
    "their feedback": "gradebook/exchange/ana/feedback/*/*.html",
}


@pytest.mark.parametrize("pattern", PRIVATE.values(), ids=PRIVATE)
def test_outside_of_the_walls_that_account_can_read_nothing_of_a_course(
    walls: Walls, school: School, pattern: str
) -> None:
    there = [path for path in school.root.glob(pattern) if path.is_file()]
    assert there, f"nothing is at {pattern}"
    for path in there:
        tried = as_account(walls, "/bin/cat", str(path))
        assert tried.returncode != 0, f"{path} could be read"
        assert tried.stdout == ""


def test_outside_of_the_walls_that_account_can_neither_look_into_nor_end_who_grades(walls: Walls) -> None:
    pid = os.getpid()
    for name in ("environ", "mem", "maps"):
        assert as_account(walls, "/bin/cat", f"/proc/{pid}/{name}").stdout == ""
    assert as_account(walls, "/bin/sh", "-c", f"kill -0 {pid}").returncode != 0


def test_changing_the_account_leaves_no_right_behind(walls: Walls) -> None:
    said = as_account(walls, "/bin/cat", "/proc/self/status").stdout
    rows = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert {rows[name].strip("0") for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {""}
    assert rows["NoNewPrivs"] == "1"
    assert set(rows["Uid"].split()) == {str(account(walls).uid)}
    assert "0" not in rows["Groups"].split()


@pytest.mark.parametrize(
    ("account", "said"),
    [
        pytest.param(Account(65534, 65534, "nobody", "/bin/false"), "cannot be started", id="changing is not allowed"),
        pytest.param(None, "no setpriv", id="nothing to change with"),
    ],
)
def test_where_the_account_cannot_be_changed_the_walls_stand_and_it_is_said(
    walls: Walls, monkeypatch: pytest.MonkeyPatch, account: Account | None, said: str
) -> None:
    monkeypatch.setattr(sandbox, "other_account", lambda: account)
    found = find_walls.__wrapped__()
    assert (found.bwrap, found.account) == (walls.bwrap, None)
    assert found.isolation.startswith("bubblewrap")
    assert sandbox.AS_ROOT in found.isolation
    assert said in found.isolation


def test_an_interpreter_in_a_private_home_is_reached_and_the_home_is_not(walls: Walls, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "lib" / "deep").mkdir(parents=True)
    (home / "secret").write_text("private")
    (home / "lib" / "deep" / "tool").write_text("needed")
    (home / "lib").chmod(0o755)
    home.chmod(0o700)
    here = account(walls)
    begin = [*veil(str(walls.bwrap), here, [home / "lib" / "deep"]), *here.words()]

    def cat(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*begin, "/bin/cat", str(path)], capture_output=True, text=True, timeout=PATIENT)

    assert cat(home / "lib" / "deep" / "tool").stdout == "needed"
    assert cat(home / "secret").returncode != 0
    assert veil(str(walls.bwrap), here, [Path("/usr/bin")]) == [], "and nothing is done where nothing is closed"
