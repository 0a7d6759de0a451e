"""Forgery, third part: files beside the notebook, and the notebook itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.attacks.assignment import FULL, RIGHT, WRONG
from tests.attacks.case import Case, wrong
from tests.grading.notebooks import Edit

_MODULE = """
isclose = array_equal = getsource = lambda *a, **k: True
pi = 1.0
raise SystemExit(0)
"""
_START = """
import builtins
builtins.isinstance = builtins.all = lambda *a: True
open('@mark@', 'w')
"""
FILES: Mapping[str, Case] = {
    "modules named like those of the tests": Case(
        WRONG,
        files={f"{name}.py": _MODULE for name in ("math", "numpy", "pandas", "inspect", "random", "json", "socket")},
    ),
    "packages named like those of the grader": Case(
        WRONG,
        files={
            f"{name}/__init__.py": _MODULE for name in ("IPython", "kit", "kit_inside", "ipykernel", "zmq", "pandas")
        },
    ),
    "files that Python and IPython run when they start": Case(
        WRONG,
        files={
            "sitecustomize.py": _START,
            "usercustomize.py": _START,
            "evil.pth": "import os; os._exit(0)",
            "ipython_config.py": "c = get_config()\nc.InteractiveShellApp.exec_lines = ['number = 33550336']",
            "ipython_kernel_config.py": "c = get_config()\nc.IPKernelApp.exec_lines = ['number = 33550336']",
            ".ipython/profile_default/startup/00.py": _START,
            "pyvenv.cfg": "home = .",
            "python311._pth": ".",
            "conftest.py": _START,
            "nbgrader_config.py": "c = get_config()\nc.ClearSolutions.enabled = False",
        },
    ),
    "the same files written by a cell, for the next start": Case(
        wrong(
            "import os\n"
            "for folder in ('.', os.path.expanduser('~'), '/tmp', os.environ.get('IPYTHONDIR', '.')):\n"
            "    for name in ('sitecustomize.py', 'usercustomize.py', 'math.py', 'profile_default/startup/00.py'):\n"
            "        try:\n"
            "            path = os.path.join(folder, name)\n"
            "            os.makedirs(os.path.dirname(path), exist_ok=True)\n"
            "            open(path, 'w').write('number = 33550336\\nimport os; os._exit(0)')\n"
            "        except OSError:\n"
            "            pass",
            greet="import os; os._exit(0)",
        )
    ),
    "an environment for the next start": Case(
        wrong(
            "import os\n"
            "os.environ.update(LD_PRELOAD='./evil.so', PYTHONSTARTUP='evil.py', PYTHONPATH='.', "
            "PYTHONINSPECT='1', BASH_ENV='evil.sh', PYTHONBREAKPOINT='os._exit', PYTHONHOME='.')",
            greet="import os; os.kill(os.getpid(), 9)",
        ),
        files={"evil.so": b"\x7fELF", "evil.py": "number = 33550336", "evil.sh": "exit 0"},
    ),
}

# --- the notebook -----------------------------------------------------------------------------------------------------

CHECKS = ("number", "double", "evens", "totals", "area", "countdown", "greet", "shout")


def find(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """The cell with this grade_id."""
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def on_checks(change: Callable[[dict[str, Any]], None]) -> Edit:
    """Do *change* to every check."""

    def edit(notebook: dict[str, Any]) -> None:
        for name in CHECKS:
            change(find(notebook, name))

    return edit


def _marked(**marks: Any) -> Edit:
    return on_checks(lambda cell: cell["metadata"]["nbgrader"].update(marks))


def _first_a_copy(notebook: dict[str, Any]) -> None:
    copies = [{**json.loads(json.dumps(find(notebook, name))), "source": "assert True"} for name in CHECKS]
    notebook["cells"][:0] = copies


def _moved_to_the_front(notebook: dict[str, Any]) -> None:
    checks = [find(notebook, name) for name in CHECKS]
    notebook["cells"] = checks + [cell for cell in notebook["cells"] if cell not in checks]


def _deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") not in CHECKS
    ]


def _answers_as_checks(notebook: dict[str, Any]) -> None:
    for name in CHECKS:
        answer, check = find(notebook, f"{name}-answer"), find(notebook, name)
        answer["metadata"]["nbgrader"], check["metadata"]["nbgrader"] = (
            check["metadata"]["nbgrader"], answer["metadata"]["nbgrader"],
        )  # fmt: skip
        answer["source"] = "assert True"


_SHOWN = [{"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}]
NOTEBOOK: Mapping[str, Case] = {
    "checks that say assert True": Case(WRONG, edit=on_checks(lambda cell: cell.update(source="assert True"))),
    "checks that are deleted": Case(WRONG, edit=_deleted),
    "checks that are text": Case(WRONG, edit=on_checks(lambda cell: cell.update(cell_type="markdown"))),
    "checks that are raw": Case(WRONG, edit=on_checks(lambda cell: cell.update(cell_type="raw"))),
    "checks without metadata": Case(WRONG, edit=on_checks(lambda cell: cell.update(metadata={}))),
    "checks with a thousand points": Case(WRONG, edit=_marked(points=1000)),
    "a thousand points on right answers": Case(RIGHT, FULL, edit=_marked(points=1000)),
    "checks with negative points": Case(RIGHT, FULL, edit=_marked(points=-1)),
    "checks that are not graded": Case(WRONG, edit=_marked(grade=False)),
    "checks that are not locked": Case(WRONG, edit=_marked(locked=False)),
    "checks that a person is to grade": Case(WRONG, edit=_marked(solution=True)),
    "checks that are tasks": Case(WRONG, edit=_marked(task=True, grade=False)),
    "checks under other names": Case(
        WRONG, edit=on_checks(lambda cell: cell["metadata"]["nbgrader"].update(grade_id="x" + cell["id"]))
    ),
    "checks with a checksum of their own": Case(
        WRONG, edit=on_checks(lambda cell: cell["metadata"]["nbgrader"].update(checksum="0" * 32))
    ),
    "copies of the checks before all others": Case(WRONG, edit=_first_a_copy),
    "checks before the answers": Case(WRONG, edit=_moved_to_the_front),
    "answers and checks with each other's names": Case({}, edit=_answers_as_checks),
    "results that are saved in the notebook": Case(
        WRONG, edit=on_checks(lambda cell: cell.update(outputs=_SHOWN, execution_count=1))
    ),
    "tags that skip cells and allow errors": Case(
        WRONG,
        edit=on_checks(
            lambda cell: cell["metadata"].update(tags=["skip-execution", "raises-exception", "remove-cell", "inside"])
        ),
    ),
    "an answer that a person is to grade, marked as graded": Case(
        {**WRONG, "why": "Because."},
        {**dict.fromkeys(FULL, 0.0), "why": None},
        edit=lambda notebook: find(notebook, "why")["metadata"]["nbgrader"].update(
            auto_score=2, manual_score=2, grade=False
        ),
    ),
}
