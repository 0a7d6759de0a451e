"""A thousand submissions in a row: what one leaves behind would add up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit.course import Limits
from kit.grading.executors import CellJob, Job
from kit.grading.executors.cgroups import find_ground
from kit.grading.executors.local import LocalExecutor

MANY = 1_000
SETTLED = 200
"""After so many every cache is as full as it gets."""


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    executor = LocalExecutor("bubblewrap")
    yield executor
    executor.close()


def job(number: int) -> Job:
    """Honest work, with some of what makes it hard: a file, a fork for a check, a cell that ends its process."""
    cells = [
        CellJob("make", f"kept = [{number}]\ndef take():\n    return kept[-1]"),
        CellJob("check", f"assert take() == {number}", check=True, reads=("take",)),
        CellJob("print", "print('x' * 1000)\nopen('/tmp/note', 'w').write('y' * 10_000)"),
    ]
    if number % 50 == 0:
        cells.append(CellJob("end", "import os; os._exit(1)"))
    return Job(tuple(cells), "python3", "python", Limits(), files={"data.txt": b"z" * 1000})


def test_a_thousand_submissions_leave_nothing_behind(executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as own:
        monkeypatch.setattr(tempfile, "tempdir", own)
        before: dict[str, int] = {}
        for number in range(MANY):
            run = executor.run(job(number))
            assert {cell.key: cell.state for cell in run.cells}["check"] == "ran"
            if number == SETTLED:
                before = held(own)
        after = held(own)
        executor.close()
        assert os.listdir(own) == []
    # A leak of one thing for each submission would be eight hundred of them; a process that is just ending is none.
    assert after["memory"] < before["memory"] + 40 * 1024**2
    grown = {name for name in before if name != "memory" and after[name] > before[name] + 10}
    assert not grown, (before, after)


def held(folder: str) -> dict[str, int]:
    """What this process and the ones it started hold."""
    own = psutil.Process()
    family = [own, *own.children(recursive=True)]
    ground = find_ground()
    return {
        "memory": sum(process.memory_info().rss for process in family),
        "processes": len(family),
        "files": sum(process.num_fds() for process in family),
        "threads": sum(process.num_threads() for process in family),
        "folders": sum(1 for _ in Path(folder).rglob("*")),
        "groups": sum(1 for _, place in ground.folders for _ in place.glob("kit-*")) if ground else 0,
    }
