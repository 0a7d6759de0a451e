"""The command line as people use it: an author, an instructor, a learner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kit.cli import COMMANDS, main
from tests.cli.terminal import Terminal
from tests.courses import answer

KIT = [sys.executable, "-c", "import sys; from kit.cli import main; sys.argv[0] = 'kit'; main()"]


def test_a_learner_and_an_instructor_go_through_a_whole_cycle(teacher: Terminal, ada: Terminal) -> None:
    assert "Open 01-one.a and begin" in ada.kit("next")
    assert "01-one.a is in" in ada.kit("fetch")
    assert "is here already" in ada.kit("fetch")
    answer(ada.folder / "01-one.a", {"adding": 1, "taking": 0}, 10)
    assert "01-one.a is handed in" in ada.kit("submit")

    assert "1 graded submission" in teacher.kit("run")
    said = ada.kit("next")
    assert "1 of 2 objectives" in said
    assert "● shown    do some adding" in said
    assert "◐ not yet  do some taking" in said
    assert "kit fetch 01-one.taking.analogy" in said
    assert "01-one.a/feedback/" in ada.kit("feedback").replace(os.sep, "/")

    ada.kit("fetch")
    assert "handed in" in ada.kit("submit")
    teacher.kit("run")
    ada.kit("fetch")
    answer(ada.folder / "01-one.b", 1, 20)
    ada.kit("submit", "01-one.b")
    teacher.kit("run")
    assert "You have mastered every unit" in ada.kit("next")

    assert "ada" in teacher.kit("status")
    record = teacher.kit("record", "ada")
    assert "taking" in record
    assert "analogy" in record
    assert "report.html" in teacher.kit("report").replace("\n", "")
    assert "<html" in (teacher.folder / "gradebook/report.html").read_text()


def test_an_override_takes_effect_at_once_and_stays_in_the_record(teacher: Terminal, ada: Terminal) -> None:
    teacher.kit("override", "ada", "01-one", "--mastered", "--why", "shown at the board")
    assert "Your instructor has marked Unit 01-one as mastered" in ada.kit("next")
    assert "shown at the board" in teacher.kit("record", "ada")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["record", "zoe"], "no learner 'zoe'. Enrolled are: ada, ben", id="unknown learner"),
        pytest.param(["run", "--learner", "zoe"], "no learner 'zoe'", id="unknown learner in a filter"),
        pytest.param(["run", "--unit", "99"], "The units are: 01-one", id="unknown unit in a filter"),
        pytest.param(["override", "ada", "01-one", "--why", "x"], "--mastered, --reset or", id="no action"),
        pytest.param(["override", "ada", "01-one", "--reset"], "Missing option '--why'", id="no reason"),
        pytest.param(["enrol", "../ada"], "An account is letters, digits", id="a name that cannot be"),
        pytest.param(["enrol"], "Name at least one learner", id="nobody named"),
        pytest.param(["stauts"], "Did you mean `kit status`?", id="a typing error"),
        pytest.param(["fetch", "--as", "zoe"], "kit enrol zoe", id="a learner nobody enrolled"),
        pytest.param(["fetch", "01-one.c", "--as", "ada"], "01-one.c", id="an assignment that is not open"),
        pytest.param(["submit", "01-one.a", "--as", "ada"], "There is no folder 01-one.a", id="nothing to hand in"),
        pytest.param(["submit", "--as", "ada"], "Say which one", id="it is not clear what"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_what_to_do_instead(teacher: Terminal, words: list[str], said: str) -> None:
    output = teacher.kit(*words, ok=False)
    assert said in " ".join(output.split())
    assert "Traceback" not in output


def test_outside_a_course_every_command_says_how_to_name_one(tmp_path: Path) -> None:
    assert "kit new DIR" in Terminal(tmp_path).kit("status", ok=False)


def test_before_the_first_build_it_says_so(root: Path) -> None:
    terminal = Terminal(root)
    assert "Run `kit build`" in terminal.kit("enrol", "ada")
    assert "Run `kit build`" in terminal.kit("run", ok=False)


def test_a_change_that_was_not_built_is_told(teacher: Terminal) -> None:
    path = teacher.folder / "units/01-one/unit.toml"
    path.write_text(path.read_text().replace("Unit 01-one", "Unit One"))
    assert "Changed since the last build: 01-one" in teacher.kit("run")


def test_a_roster_from_a_file(teacher: Terminal) -> None:
    (teacher.folder / "roster.csv").write_text("\ufefflearner,name\ncy,Cyrus\nada,Ada\n")
    assert "1 enrolled, 1 were already" in teacher.kit("enrol", "--csv", "roster.csv")
    (teacher.folder / "roster.csv").write_text("name\nCyrus\n")
    assert "no column `learner`" in teacher.kit("enrol", "--csv", "roster.csv", ok=False)


def test_faults_of_a_course_are_printed_with_place_and_next_step(root: Path) -> None:
    (root / "units/01-one/unit.toml").write_text("title = 1\n")
    output = Terminal(root).kit("build", ok=False)
    assert "✗ error" in output
    assert "units/01-one/unit.toml" in output
    assert "→" in output


def test_a_lost_gradebook_is_written_again(teacher: Terminal, ada: Terminal) -> None:
    from kit.course import load_course
    from kit.gradebook import Gradebook

    ada.kit("fetch")
    answer(ada.folder / "01-one.a", {"adding": 1, "taking": 0}, 10)
    ada.kit("submit")
    teacher.kit("run")
    for path in (teacher.folder / "gradebook").glob("gradebook.db*"):
        path.unlink()
    assert "and 1 graded submission written again" in teacher.kit("restore", "--gradebook")
    with Gradebook(load_course(teacher.folder)) as book:
        assert {name: row.score for name, row in book.read_scores("ada", "01-one.a").items()} == {
            "adding-1": 1, "taking-1": 0,
        }  # fmt: skip


def test_help_names_every_command_in_words() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for name, (_, words) in COMMANDS.items():
        assert f"{name} " in output
        assert words in output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_its_own(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 4


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from click.testing import CliRunner; from kit.cli import main\n"
        "CliRunner().invoke(main, ['--help'])\n"
        "heavy = {'pandas', 'nbgrader', 'sqlalchemy', 'nbformat', 'pydantic', 'rich', 'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def wait_until(true: Any, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.1)


def test_watch_does_it_all_by_itself_takes_up_overrides_and_ends_on_sigterm(teacher: Terminal, ada: Terminal) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    (teacher.folder / "gradebook/exchange/.nudge").unlink()
    process = subprocess.Popen(
        [*KIT, "watch"],
        cwd=teacher.folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until((teacher.folder / "gradebook/exchange/.nudge").exists, process)
        assert "already works" in teacher.kit("run", ok=False)
        ada.kit("fetch")
        answer(ada.folder / "01-one.a", 0, 10)
        ada.kit("submit")
        wait_until(lambda: "corrective" in ada.kit("next") or "another way" in ada.kit("next"), process)
        assert "takes it up now" in teacher.kit("override", "ada", "01-one", "--another-form", "--why", "x")
        wait_until(lambda: "01-one.b" in ada.kit("next"), process)
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "Stopped." in output
