"""A person grades in nbgrader's own formgrader, over HTTP: it shows our submission, its scores are new evidence."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.courses import cell, write_course
from tests.cycle.school import School
from tests.equality.peer import ROOT

pytestmark = pytest.mark.xdist_group("nbgrader-formgrader")

PATIENCE = 120.0
"""Seconds; the machine may be busy."""
MANUAL = {"grade": True, "solution": True, "points": 2, "grade_id": "essay"}


@dataclass(frozen=True)
class Formgrader:
    """A Jupyter server with nbgrader's formgrader in it."""

    url: str
    token: str

    def page(self, path: str) -> str:
        return self._ask(path).decode()

    def get(self, path: str) -> Any:
        return json.loads(self._ask(f"api/{path}"))

    def put(self, path: str, value: Any) -> Any:
        return json.loads(self._ask(f"api/{path}", json.dumps(value).encode(), "PUT"))

    def _ask(self, path: str, body: bytes | None = None, method: str = "GET") -> bytes:
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/formgrader/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return bytes(answer.read())


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """Ada handed in one right answer and an essay."""
    root = write_course(
        tmp_path_factory.mktemp("manual") / "course", objectives={"adding": ("diagram", "tracing")}, items=1
    )
    shutil.copy2(ROOT / "nbgrader_config.py", root)
    path = root / "units/01-one/unit.ipynb"
    book = json.loads(path.read_text())
    book["cells"].append({**cell("Explain.", "objective:adding", kind="markdown", **MANUAL), "id": "essay"})
    path.write_text(json.dumps(book))
    school = School(root, "ada")
    handed_in = school.fetch("ada", "01-one.a") / "01-one.ipynb"
    book = json.loads(handed_in.read_text())
    answers = {"essay": "Because ten and one make eleven.", "adding-1-answer": "print('working')\nadding_1 = 11"}
    for found in book["cells"]:
        name = found["metadata"].get("nbgrader", {}).get("grade_id")
        found["source"] = answers.get(name, found["source"])
    handed_in.write_text(json.dumps(book))
    school.hand_in("ada", "01-one.a")
    school.run()
    return school


@pytest.fixture(scope="module")
def formgrader(school: School, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Formgrader]:
    place = tmp_path_factory.mktemp("server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    options = {
        "ServerApp.jpserver_extensions": "{'nbgrader.server_extensions.formgrader': True}",
        "ServerApp.root_dir": str(school.root),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": str(port),
        "ServerApp.open_browser": "False",
        "ServerApp.allow_root": "True",
        "IdentityProvider.token": token,
    }
    command = [sys.executable, "-m", "jupyter_server", *(f"--{name}={value}" for name, value in options.items())]
    folders = {f"JUPYTER_{name}_DIR": str(place / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, **folders, "PATH": programs, "PYTHONPATH": str(ROOT), "HOME": str(place)}
    log = place / "log"
    with open(log, "wb") as file:
        process = subprocess.Popen(command, cwd=school.root, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        served = Formgrader(f"http://127.0.0.1:{port}", token)
        until = time.monotonic() + PATIENCE
        while not _answers(served):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield served
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(server: Formgrader) -> bool:
    try:
        server.get("assignments")
    except OSError:
        return False
    return True


def submission(formgrader: Formgrader) -> str:
    (only,) = formgrader.get("submitted_notebooks/01-one.a/01-one")
    assert only["student"] == "ada"
    return str(only["id"])


def grades(formgrader: Formgrader) -> dict[str, dict[str, Any]]:
    """Name of the cell → what formgrader knows of its grade."""
    return {grade["name"]: grade for grade in formgrader.get(f"grades?submission_id={submission(formgrader)}")}


def test_its_lists_show_what_was_handed_in(formgrader: Formgrader) -> None:
    rows = {row["name"]: row for row in formgrader.get("assignments")}
    assert rows["01-one.a"]["num_submissions"] == 1
    (row,) = formgrader.get("submissions/01-one.a")
    assert (row["student"], row["autograded"], row["needs_manual_grade"]) == ("ada", True, True)
    assert (row["score"], row["max_score"]) == (1, 3)


def test_its_page_of_the_submission_is_the_autograded_notebook(formgrader: Formgrader) -> None:
    page = formgrader.page(f"submissions/{submission(formgrader)}/")
    assert "Because ten and one make eleven." in page
    assert "working" in page, "what the learner's code printed"
    for name in ("adding-1", "essay"):
        assert f'class="score tabbable" id="{name}"' in page


def test_its_grades_are_ours(formgrader: Formgrader) -> None:
    found = grades(formgrader)
    assert {name: (grade["auto_score"], grade["needs_manual_grade"]) for name, grade in found.items()} == {
        "adding-1": (1.0, False),
        "essay": (None, True),
    }


def test_a_score_given_or_changed_there_is_a_new_version_of_the_evidence_and_decides(
    school: School, formgrader: Formgrader
) -> None:
    before = school.unit("ada")
    assert {i.item: i.score for i in before.submissions["01-one.a"].items} == {"adding-1": 1.0, "essay": None}
    assert before.attempts[0].decision is None

    given = formgrader.put(f"grade/{grades(formgrader)['essay']['id']}", {"manual_score": 2, "extra_credit": None})
    assert (given["manual_score"], given["needs_manual_grade"]) == (2, False)
    school.run()

    unit = school.unit("ada")
    assert unit.submissions["01-one.a"].version == before.submissions["01-one.a"].version + 1
    assert {i.item: i.score for i in unit.submissions["01-one.a"].items} == {"adding-1": 1.0, "essay": 2.0}
    assert unit.mastered_by == "evidence"

    formgrader.put(f"grade/{grades(formgrader)['essay']['id']}", {"manual_score": 0.5, "extra_credit": None})
    school.run()
    changed = school.unit("ada")
    assert changed.submissions["01-one.a"].version == unit.submissions["01-one.a"].version + 1
    assert {i.item: i.score for i in changed.submissions["01-one.a"].items}["essay"] == 0.5
    assert changed.mastered_by == "evidence", "once mastered stays mastered"
