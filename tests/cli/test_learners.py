"""What learners are told: it needs course.toml and the exchange alone, and it follows what they did since."""

from __future__ import annotations

import pwd
import re
import shutil
from pathlib import Path

import pytest

from kit.cli.common import os_user
from tests.cli.terminal import Terminal
from tests.courses import answer, write_course, write_unit


def remove_units(root: Path) -> None:
    shutil.rmtree(root / "units")
    shutil.rmtree(root / "corrective")


def break_a_unit(root: Path) -> None:
    (root / "units/01-one/unit.toml").write_text("title = [\n")


def require_in_a_circle(root: Path) -> None:
    path = root / "units/01-one/unit.toml"
    path.write_text(path.read_text().replace("requires = []", 'requires = ["02-two"]'))
    write_unit(root, "02-two", requires=["01-one"])


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(remove_units, id="no sources in sight"),
        pytest.param(break_a_unit, id="a unit.toml that is not TOML"),
        pytest.param(require_in_a_circle, id="units that require each other"),
    ],
)
def test_nothing_an_author_does_to_the_sources_stops_a_learner(teacher: Terminal, ada: Terminal, harm: object) -> None:
    assert callable(harm)
    harm(teacher.folder)
    assert "Open 01-one.a and begin" in ada.kit("next")
    assert "01-one.a is in" in ada.kit("fetch")
    assert "handed in" in ada.kit("submit")
    assert "no feedback yet" in ada.kit("feedback")
    assert "Usage" in ada.kit("lab", "--help")
    assert "error" in teacher.kit("build", ok=False)


@pytest.mark.parametrize("words", [["next"], ["fetch"], ["submit"], ["feedback"], ["lab"]], ids=lambda words: words[0])
def test_a_course_toml_that_cannot_be_used_sends_the_learner_to_the_instructor(
    teacher: Terminal, ada: Terminal, words: list[str]
) -> None:
    (teacher.folder / "course.toml").write_text("title = [\n")
    said = " ".join(ada.kit(*words, ok=False).split())
    assert "Your work is safe; please tell your instructor this: course.toml: It is not valid TOML" in said
    assert "✗" not in said


def test_an_exchange_nobody_knows_is_no_page_of_faults_for_a_learner(teacher: Terminal, ada: Terminal) -> None:
    path = teacher.folder / "course.toml"
    path.write_text(path.read_text() + 'exchange = "pigeons"\n')
    said = ada.kit("next", ok=False)
    assert "please tell your instructor" in said
    assert "✗" not in said


def test_what_is_handed_in_is_not_to_be_fetched_and_begun_again(teacher: Terminal, ada: Terminal) -> None:
    ada.kit("fetch")
    answer(ada.folder / "01-one.a", {"adding": 1, "taking": 0}, 10)
    ada.kit("submit")
    said = ada.kit("next")
    assert re.search(r"01-one\.a: handed in at \d\d:\d\d, not looked at yet\.", said)
    assert "Fetch" not in said
    assert "kit fetch" not in said
    assert "…  waiting   Unit 01-one" in said
    teacher.kit("run")
    said = ada.kit("next")
    assert "not looked at yet" not in said
    assert "kit fetch 01-one.taking.analogy" in said


def test_what_else_is_open_is_said_while_the_first_waits(teacher: Terminal, ada: Terminal) -> None:
    ada.kit("fetch")
    answer(ada.folder / "01-one.a", 0, 10)
    ada.kit("submit")
    teacher.kit("run")
    ada.kit("fetch")
    ada.kit("submit", "01-one.adding.diagram")
    said = ada.kit("next")
    assert "Meanwhile you can go on with 01-one.taking.analogy." in said
    assert "01-one.adding.diagram: handed in at" in said
    assert "kit fetch 01-one.taking.analogy" in said
    # The one that waits is not handed in twice by accident.
    assert "01-one.taking.analogy is handed in" in ada.kit("submit")
    said = ada.kit("next")
    assert "There is nothing else to do until then." in said
    assert said.count("not looked at yet") == 2


def test_after_a_rejection_the_same_work_can_be_handed_in_again_without_naming_it(
    teacher: Terminal, ada: Terminal
) -> None:
    ada.kit("fetch")
    (path,) = (ada.folder / "01-one.a").glob("*.ipynb")
    good = path.read_text()
    path.write_text("{")
    ada.kit("submit")
    assert "Say which one" in ada.kit("submit", ok=False)
    teacher.kit("run")
    said = ada.kit("next")
    assert "not looked at yet" not in said
    assert "kit submit 01-one.a" in said
    path.write_text(good)
    assert "01-one.a is handed in" in ada.kit("submit")
    assert "01-one.a: handed in at" in ada.kit("next")
    teacher.kit("run")
    assert "another way" in ada.kit("next")


def test_who_is_enrolled_before_the_first_build_hears_that_it_has_not_begun(tmp_path: Path) -> None:
    teacher = Terminal(write_course(tmp_path / "course", items=1))
    desk = tmp_path / "desk"
    desk.mkdir()
    ada, zoe = (Terminal(desk, KIT_COURSE=str(teacher.folder), KIT_LEARNER=name) for name in ("ada", "zoe"))
    teacher.kit("enrol", "ada")
    for command in ("next", "fetch"):
        said = ada.kit(command)
        assert "Nothing is open for you yet. Your instructor can tell you when the course begins." in said
        assert "kit enrol" not in said
    assert "kit enrol zoe" in " ".join(zoe.kit("next", ok=False).split())
    teacher.kit("build")
    teacher.kit("run")
    assert "Open 01-one.a and begin" in ada.kit("next")


def test_an_account_without_a_name_goes_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    number = next(n for n in range(54_321, 60_000) if not _has_name(n))
    monkeypatch.setattr("os.getuid", lambda: number)
    assert os_user() == str(number)


def _has_name(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True
