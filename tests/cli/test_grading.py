"""What an instructor types about grading: look first, grade again after a corrected test, and see the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from kit.cli import main
from tests.build.test_correct import edit
from tests.cli.terminal import Terminal
from tests.courses import answer, write_course

KIT = [sys.executable, "-c", "import sys; from kit.cli import main; sys.argv[0] = 'kit'; main()"]
NOTHING = "Nothing waits to be graded."
NONE = "learner code has all rights of the account that grades"


def hand_in(ada: Terminal, right: dict[str, int] | int = 1) -> None:
    ada.kit("fetch", "01-one.a")
    answer(ada.folder / "01-one.a", right, 10)
    ada.kit("submit", "01-one.a")


def unit(teacher: Terminal) -> Path:
    return teacher.folder / "units/01-one/unit.ipynb"


def words(text: str) -> str:
    return " ".join(text.split())


class TestGrade:
    def test_it_decides_and_opens_nothing_before_somebody_has_looked(self, teacher: Terminal, ada: Terminal) -> None:
        hand_in(ada, {"adding": 1, "taking": 0})
        said = words(teacher.kit("grade"))
        assert "graded rejected faults seconds submissions/minute" in said
        assert "─ 1 0 0 " in said
        assert "`kit run` opens what follows from it." in said
        assert "adding" in teacher.kit("record", "ada")
        assert "taking.analogy" not in ada.kit("fetch")
        assert "1 changed grant" in teacher.kit("run")
        assert "taking.analogy" in ada.kit("fetch")

    def test_where_nothing_waits_it_says_so(self, teacher: Terminal) -> None:
        assert words(teacher.kit("grade")) == NOTHING

    def test_a_file_that_cannot_be_read_counts_as_rejected(self, teacher: Terminal, ada: Terminal) -> None:
        ada.kit("fetch", "01-one.a")
        (ada.folder / "01-one.a/01-one.ipynb").write_text("{")
        ada.kit("submit", "01-one.a")
        said = words(teacher.kit("grade"))
        assert "─ 0 1 0 " in said
        assert "kit run" not in said, "nothing was decided"

    @pytest.mark.parametrize("option", [["--learner", "ben"], ["--unit", "02-two"]], ids=["learner", "unit"])
    def test_the_filters_leave_everything_else_alone(self, tmp_path: Path, option: list[str]) -> None:
        root = write_course(tmp_path / "course", {"01-one": [], "02-two": []}, items=1)
        teacher = Terminal(root)
        teacher.kit("build")
        teacher.kit("enrol", "ada", "ben")
        desk = tmp_path / "desk"
        desk.mkdir()
        hand_in(Terminal(desk, KIT_COURSE=str(root), KIT_LEARNER="ada"))
        assert words(teacher.kit("grade", *option)) == NOTHING
        assert "─ 1 0 0 " in words(teacher.kit("grade", "--learner", "ada", "--unit", "01-one"))

    def test_what_our_grader_failed_on_waits_until_it_is_asked_for_again(
        self, teacher: Terminal, ada: Terminal
    ) -> None:
        hand_in(ada)
        source = teacher.folder / "gradebook/source/01-one.a"
        source.rename(source.with_name("away"))
        for _ in range(3):
            said = words(teacher.kit("grade"))
            assert "─ 0 0 1 " in said
            assert "nothing is lost" in said
        source.with_name("away").rename(source)
        assert words(teacher.kit("grade")) == NOTHING
        assert "─ 1 0 0 " in words(teacher.kit("grade", "--retry-faults"))


class TestRegrade:
    @pytest.fixture
    def wrong(self, tmp_path: Path) -> tuple[Terminal, Terminal]:
        """A course with a wrong hidden test, and ada, whom it cost a point."""
        root = write_course(tmp_path / "course", items=1)
        edit(root / "units/01-one/unit.ipynb", "type(adding_1) is int", "type(adding_1) is float")
        teacher = Terminal(root)
        teacher.kit("build")
        teacher.kit("enrol", "ada", "ben")
        desk = tmp_path / "desk"
        desk.mkdir()
        ada = Terminal(desk, KIT_COURSE=str(root), KIT_LEARNER="ada")
        hand_in(ada)
        teacher.kit("run")
        return teacher, ada

    def test_from_a_wrong_test_to_what_is_ones_own(self, wrong: tuple[Terminal, Terminal]) -> None:
        teacher, ada = wrong
        assert "do some adding" in ada.kit("next")
        edit(unit(teacher), "type(adding_1) is float", "type(adding_1) is int")
        said = teacher.kit("regrade", "01-one", "--dry-run")
        assert "0 learners affected" in said
        assert "kit build --correct 01-one" in words(said), "it was not put in place yet"

        said = teacher.kit("build", "--correct", "01-one")
        assert "01-one, revision 1: corrected in place" in said
        assert "01-one.b: adding-1" in said
        assert "kit regrade 01-one --dry-run" in said

        row = "ada 01-one.a adding-1 0 → 1 gaps → mastered"
        said = words(teacher.kit("regrade", "01-one", "--dry-run"))
        assert row in said
        assert "Nothing was written" in said
        assert "do some adding" in ada.kit("next")

        said = words(teacher.kit("regrade", "01-one", "--why", "it asked for a float"))
        assert row in said
        assert "1 submission of 01-one graded again; 1 learner affected." in said
        assert "You have mastered every unit" in ada.kit("next")
        assert words(teacher.kit("build")) == "01-one: unchanged"

    def test_points_that_go_and_mastery_that_stays(self, wrong: tuple[Terminal, Terminal]) -> None:
        teacher, ada = wrong
        edit(unit(teacher), "type(adding_1) is float", "type(adding_1) is int")
        teacher.kit("build", "--correct", "01-one")
        teacher.kit("regrade", "01-one", "--why", "it asked for a float")
        edit(unit(teacher), "type(adding_1) is int", "adding_1 > 999")
        teacher.kit("build", "--correct", "01-one")
        said = words(teacher.kit("regrade", "01-one", "--why", "a second thought"))
        assert "ada 01-one.a adding-1 1 → 0 mastered (stays mastered: adding)" in said
        assert "what was mastered once stays so" in said
        assert "You have mastered every unit" in ada.kit("next")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            pytest.param(["regrade", "01-one"], 'Say why: --why "…"', id="no reason"),
            pytest.param(["regrade", "99", "--dry-run"], "The units are: 01-one", id="no such unit"),
            pytest.param(["regrade", "01-one", "--form", "z", "--dry-run"], "has no form 'z'", id="no such form"),
            pytest.param(
                ["regrade", "01-one", "--learner", "zoe", "--dry-run"], "no learner 'zoe'", id="no such learner"
            ),
            pytest.param(["build", "--correct", "99"], "The units are: 01-one", id="a correction of no unit"),
        ],
    )
    def test_what_cannot_be_done_says_what_to_do_instead(self, teacher: Terminal, typed: list[str], said: str) -> None:
        assert said in words(teacher.kit(*typed, ok=False))

    def test_a_correction_that_changes_more_says_what_and_what_to_do(self, teacher: Terminal) -> None:
        edit(unit(teacher), "How numbers", "Why numbers")
        said = words(teacher.kit("build", "--correct", "01-one", ok=False))
        assert "01-one.a, cell 2: it changed, and is not a test" in said
        assert "`kit build` makes a new revision" in said


class TestWithoutASandboxOnPurpose:
    @pytest.fixture
    def teacher(self, teacher: Terminal) -> Terminal:
        course = teacher.folder / "course.toml"
        course.write_text(course.read_text() + 'sandbox = "none"\n')
        return teacher

    @pytest.mark.parametrize(
        "typed", [["run"], ["grade"], ["status"], ["regrade", "01-one", "--dry-run"]], ids=lambda typed: typed[0]
    )
    def test_it_is_said_every_time(self, teacher: Terminal, typed: list[str]) -> None:
        said = words(teacher.kit(*typed))
        assert 'sandbox = "none" in course.toml' in said
        assert NONE in said

    def test_it_is_yellow(self, teacher: Terminal) -> None:
        result = CliRunner().invoke(main, ["-C", str(teacher.folder), "run"], color=True)
        assert "\x1b[33mGrading runs without a sandbox." in result.output

    def test_watching_says_it_as_it_begins(self, teacher: Terminal) -> None:
        watching = subprocess.Popen(
            [*KIT, "-C", str(teacher.folder), "watch"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            assert watching.stderr is not None
            assert "Grading runs without a sandbox." in watching.stderr.readline()
        finally:
            watching.terminate()
            watching.communicate(timeout=120)
        assert watching.returncode == 0

    def test_what_is_handed_in_is_graded_all_the_same(self, teacher: Terminal, ada: Terminal) -> None:
        hand_in(ada)
        assert "1 graded submission" in teacher.kit("run")
        assert "You have mastered every unit" in ada.kit("next")


class TestWithoutASandboxThatWorks:
    """As in a container that may not make namespaces: bubblewrap is there, and refuses."""

    @pytest.fixture
    def kit(self, teacher: Terminal, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
        programs = tmp_path / "bin"
        programs.mkdir()
        bwrap = programs / "bwrap"
        bwrap.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
        bwrap.chmod(0o755)
        environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin", "COLUMNS": "300"}

        def run(*typed: str) -> subprocess.CompletedProcess[str]:
            command = [*KIT, "-C", str(teacher.folder), *typed]
            return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

        return run

    @pytest.mark.parametrize("command", ["run", "grade"])
    def test_everything_is_taken_in_nothing_is_graded_and_it_says_what_to_do(
        self, teacher: Terminal, ada: Terminal, kit: Callable[..., subprocess.CompletedProcess[str]], command: str
    ) -> None:
        hand_in(ada)
        done = kit(command)
        assert done.returncode == 1, done.stdout
        said = words(done.stderr)
        assert "Nothing is graded: bubblewrap is installed but may not make namespaces here" in said
        assert 'sandbox = "none"' in said
        assert "rights of the account" in said
        assert "Nothing is lost: 1 submission will be graded then." in said
        assert os.listdir(teacher.folder / "gradebook/archive/ada")
        assert "1 graded submission" in teacher.kit("run"), "as soon as there is one"

    def test_the_others_are_served(
        self, teacher: Terminal, ada: Terminal, kit: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        hand_in(ada)
        kit("enrol", "cy")
        assert "Open 01-one.a and begin" in ada.kit("next", "--as", "cy")

    def test_status_says_it_and_shows_the_cohort(
        self, teacher: Terminal, kit: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        done = kit("status")
        assert done.returncode == 0, done.stderr
        assert "ada" in done.stdout
        assert "Sandbox: Nothing is graded: bubblewrap is installed" in words(done.stdout)

    def test_nothing_is_graded_again_either(
        self, teacher: Terminal, ada: Terminal, kit: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        hand_in(ada)
        teacher.kit("run")
        done = kit("regrade", "01-one", "--dry-run")
        assert done.returncode == 1
        assert "Nothing is graded" in done.stderr


def test_the_ledger_says_who_had_it_graded_again(teacher: Terminal, ada: Terminal) -> None:
    edit(unit(teacher), "type(adding_1) is int", "True")
    hand_in(ada, 0)
    teacher.kit("run")
    edit(unit(teacher), "adding_1 == {{n}} + 1", "adding_1 == 0")
    teacher.kit("build", "--correct", "01-one")
    teacher.kit("regrade", "01-one", "--why", "zero was meant")
    journal = (teacher.folder / "gradebook/mastery.journal").read_text().splitlines()
    events = [json.loads(line) for line in journal if '"graded"' in line]
    assert [(json.loads(event["data"])["version"], event["why"]) for event in events] == [
        (1, ""),
        (2, "zero was meant"),
    ]
