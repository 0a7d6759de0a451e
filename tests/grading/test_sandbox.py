"""What learner code cannot do inside bubblewrap."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kit.course import Limits
from kit.errors import KitError
from kit.grading.executors import CellJob, Executor, Job
from kit.grading.executors.leftovers import new_folder
from kit.grading.executors.local import LocalExecutor
from kit.grading.executors.nbclient import NbclientExecutor
from kit.grading.executors.sandbox import NO_WALLS, lies_in_sight


def state_of(source: str, executor: Executor) -> str:
    """How the cell *source* ended; it says with an assertion what it could do."""
    job = Job((CellJob("cell", source),), "python3", "python", Limits(cell_seconds=30))
    run = executor.run(job)
    return f"{run.cells[0].state} {run.cells[0].trouble.message if run.cells[0].trouble else ''}".strip()


CANNOT = {
    "see other processes": "import os\nassert len([n for n in os.listdir('/proc') if n.isdigit()]) < 5",
    "signal a process of the grader": (
        "import os\ntry:\n    os.kill({pid}, 0)\nexcept ProcessLookupError:\n    pass\nelse:\n    assert False"),
    "read the environment of the grader": (
        "from pathlib import Path\nseen = [p.read_bytes() for p in Path('/proc').glob('[0-9]*/environ')]\n"
        "assert not any(b'{token}' in environ for environ in seen)"),
    "read this repository": "import os\nassert not os.path.exists({here!r})",
    "read homes": "import os\nassert os.listdir('/home') == ['learner'] and not os.path.exists({home!r})",
    "read the accounts": "import os\nassert not os.path.exists('/etc/shadow') and not os.path.exists('/etc/passwd')",
    "write the interpreter": (
        "import os, sys\ntry:\n    open(os.path.join(sys.prefix, 'x'), 'w')\nexcept OSError:\n    pass\n"
        "else:\n    assert False"),
    "write the harness": (
        "import sys\ntry:\n    open(sys.modules['kit_inside'].__file__, 'a')\nexcept OSError:\n    pass\n"
        "else:\n    assert False"),
    "reach a server on this machine": (
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', {port}), 5)\nexcept OSError:\n    pass\n"
        "else:\n    assert False"),
    "write a file of more than the limit": (
        "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\ntry:\n    with open('big', 'wb') as f:\n"
        "        for _ in range(300): f.write(bytes(10**6))\nexcept OSError:\n    pass\nelse:\n    assert False"),
    "fill /tmp": (
        "try:\n    for n in range(300):\n        with open(f'/tmp/{{n}}', 'wb') as f: f.write(bytes(10**6))\n"
        "except OSError:\n    pass\nelse:\n    assert False"),
    "become another user": "import os\ntry:\n    os.setuid(0)\nexcept OSError:\n    pass\nelse:\n    assert False",
    "take more memory than the limit": (
        "try:\n    x = bytearray(8 * 1024**3)\nexcept MemoryError:\n    pass\nelse:\n    assert False"),
}  # fmt: skip


@pytest.mark.parametrize("source", CANNOT.values(), ids=CANNOT.keys())
def test_learner_code_cannot(source: str, executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_TEST_TOKEN", "kit-test-token")
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        tempfile.TemporaryDirectory(prefix=".kit-test-", dir=Path.home()) as home,
    ):
        filled = source.format(
            pid=os.getpid(),
            home=home,
            token="kit-test-token",
            here=str(Path(__file__).parents[2] / "pyproject.toml"),
            port=server.getsockname()[1],
        )
        assert state_of(filled, executor) == "ran"


def test_without_walls_the_executor_says_so_and_still_works() -> None:
    bare = LocalExecutor("none")
    assert bare.isolation.startswith("none")
    assert state_of("x = 1", bare) == "ran"
    bare.close()


def test_the_folder_of_a_grader_that_was_killed_is_swept_and_that_of_a_living_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        mine = new_folder()
        program = "import os, signal; from kit.grading.executors.leftovers import new_folder; new_folder(); "
        environment = {**os.environ, "TMPDIR": place}
        killed = [sys.executable, "-c", program + "os.kill(os.getpid(), signal.SIGKILL)"]
        assert subprocess.run(killed, env=environment, check=False).returncode == -signal.SIGKILL
        assert len(os.listdir(place)) == 2
        NbclientExecutor(NO_WALLS)
        assert os.listdir(place) == [mine.name]


def test_a_course_that_lies_beside_the_interpreter_is_not_seen() -> None:
    with tempfile.TemporaryDirectory(dir=sys.prefix) as place:
        course = Path(place)
        (course / "solutions.txt").write_text("secret")
        assert lies_in_sight(course)
        hidden = LocalExecutor("bubblewrap", hidden=[course])
        assert state_of(f"import os\nassert os.listdir({place!r}) == []", hidden) == "ran"
        hidden.close()
        with pytest.raises(KitError, match="Move the course"):
            LocalExecutor("bubblewrap", hidden=[Path(sys.prefix)]).warm_up()
