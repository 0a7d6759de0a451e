"""Grades for Canvas and Moodle: what a unit's grade is, and files as these two take them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.exports import write_canvas, write_moodle
from kit.exports.grades import Grade
from tests.exports.conftest import FORMULA, in_sections
from tests.reports.written_history import History, write_course


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


def canvas_file(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "from-canvas.csv"
    file.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
    return file


HEAD = "Student,ID,SIS User ID,SIS Login ID,Section"


@pytest.fixture
def graded(cohort: History) -> History:
    """The cohort, and eve, who mastered 01-values because grace said so."""
    cohort.enrol("eve")
    cohort.override("eve", "01-values", "mastered", 10, "Showed it at the board.")
    return in_sections(cohort, ada="monday", ben="friday")


@pytest.mark.parametrize(
    ("unmastered", "grades"),
    [
        pytest.param(
            "share",
            {"ada": ["100", "100"], "ben": ["50", ""], "cleo": ["", ""], "dan": ["", ""], "eve": ["100", ""]},
            id="the share of objectives shown; waiting and not begun are blank",
        ),
        pytest.param(
            "blank",
            {"ada": ["100", "100"], "ben": ["", ""], "cleo": ["", ""], "dan": ["", ""], "eve": ["100", ""]},
            id="blank until mastered",
        ),
    ],
)
def test_the_grades_of_a_small_course(
    graded: History, tmp_path: Path, unmastered: str, grades: dict[str, list[str]]
) -> None:
    file = tmp_path / "canvas.csv"
    write_canvas(graded.view(), file, unmastered=unmastered)  # type: ignore[arg-type]
    assert {row[3]: row[5:] for row in rows(file)[2:]} == grades


def test_who_has_shown_nothing_after_an_attempt_has_zero(cohort: History, tmp_path: Path) -> None:
    cohort.attempt("dan", "01-values.a", 5, {"names": 0, "text": 1})
    write_canvas(cohort.view(), tmp_path / "canvas.csv")
    assert rows(tmp_path / "canvas.csv")[-1][3:] == ["dan", "", "0", ""]


def test_canvas_without_a_file_of_its_own(graded: History, tmp_path: Path) -> None:
    file = tmp_path / "canvas.csv"
    done = write_canvas(graded.view(), file)
    assert rows(file)[:4] == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Values and names", "Lists and slicing"],
        ["    Points Possible", "", "", "", "", "100", "100"],
        ["Ada Lovelace", "", "", "ada", "monday", "100", "100"],
        ["ben", "", "", "ben", "friday", "50", ""],
    ]
    assert (done.learners, done.unmatched, done.new) == (5, (), ("Values and names", "Lists and slicing"))


def test_rows_ids_assignments_and_points_come_from_canvas_own_file(graded: History, tmp_path: Path) -> None:
    like = canvas_file(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Integration ID,Section,Essay (7),Values and names (8012),Final Score",
        ",,,,,,Manual Posting,,(read only)",
        "    Points Possible,,,,,,30,8,(read only)",
        '"Lovelace, Ada",101,S1,ADA,i1,Mon,29,,90',
        "Ben B,102,,ben@uni.example,,Fri,,3,",
        "Cleo C,103,cleo,c.c@uni.example,,Fri,,,",
        "Zoe Z,104,,zoe,,Fri,12,5,",
        '"Student, Test",,,,,,,,',
    )
    file = tmp_path / "canvas.csv"
    done = write_canvas(graded.view(), file, like=like)
    assert rows(file) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section", "Values and names (8012)",
         "Lists and slicing"],
        ["    Points Possible", "", "", "", "", "", "8", "100"],
        ["Lovelace, Ada", "101", "S1", "ADA", "i1", "Mon", "8", "100"],
        ["Ben B", "102", "", "ben@uni.example", "", "Fri", "4", ""],
        ["Cleo C", "103", "cleo", "c.c@uni.example", "", "Fri", "", ""],
    ]  # fmt: skip
    # Nobody else's row is there: a blank in it would take back what they have.
    assert (done.learners, done.unmatched, done.new) == (3, ("dan", "eve"), ("Lists and slicing",))


def test_a_canvas_file_with_semicolons_and_decimal_commas(graded: History, tmp_path: Path) -> None:
    like = canvas_file(
        tmp_path, f"{HEAD};Values and names (1)".replace(",", ";"), "Points Possible;;;;;2,5", "B;9;;ben;F;"
    )
    write_canvas(graded.view(), tmp_path / "canvas.csv", like=like)
    assert rows(tmp_path / "canvas.csv")[1:] == [
        ["    Points Possible", "", "", "", "", "2.5", "100"],
        ["B", "9", "", "ben", "F", "1.25", ""],
    ]


def test_two_people_of_one_login_are_left_out_rather_than_mistaken(graded: History, tmp_path: Path) -> None:
    like = canvas_file(tmp_path, HEAD, "A,1,,ben@a.example,x", "B,2,,ben@b.example,x", "C,3,,ada,x")
    done = write_canvas(graded.view(), tmp_path / "canvas.csv", like=like)
    assert [row[1] for row in rows(tmp_path / "canvas.csv")[2:]] == ["3"]
    assert "ben" in done.unmatched


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "its first line should begin with Student, ID", id="nothing in it"),
        pytest.param(b"learner,name\nada,Ada\n", "Export Entire Gradebook", id="another table"),
        pytest.param(b"Student,ID,SIS Login ID\n", "its first line should begin with", id="no section"),
        pytest.param(b"Student,ID\xff", "not UTF-8", id="unknown letters"),
        pytest.param(HEAD.encode() + b'\n"A,1\n', "cannot be read as CSV", id="an open quote"),
    ],
)
def test_what_is_no_canvas_file_is_told(cohort: History, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "like.csv").write_bytes(content)
    with pytest.raises(KitError, match=said):
        write_canvas(cohort.view(), tmp_path / "canvas.csv", like=tmp_path / "like.csv")
    assert not (tmp_path / "canvas.csv").exists()


def unit(title: str) -> str:
    return f'title = {title!r}\napproach = "x"\n[objectives.o]\ntitle = "t"\ncorrectives = ["y"]\n'


@pytest.mark.parametrize(
    ("titles", "columns"),
    [
        pytest.param(["Lists", "Texts"], ["Lists", "Texts"], id="as they are"),
        pytest.param(["Lists", "Lists"], ["Lists – u1", "Lists – u2"], id="two of one title"),
        pytest.param(["Lists (2)", "x"], ["Lists (2) – u1", "x"], id="a number that Canvas would take for an id"),
        pytest.param(["Final Grades", "x"], ["u1", "x"], id="words that Canvas takes for a column of its own"),
        pytest.param(["Section", "ID"], ["Section – u1", "ID – u2"], id="names of its first columns"),
        pytest.param(["=1+1", "@x"], ["'=1+1", "'@x"], id="formulas"),
    ],
)
def test_a_title_is_one_assignment_whatever_it_is(tmp_path: Path, titles: list[str], columns: list[str]) -> None:
    units = {f"u{n}": unit(title) for n, title in enumerate(titles, start=1)}
    history = History(write_course(tmp_path, units))
    history.enrol("ada")
    view = history.view()
    write_canvas(view, tmp_path / "canvas.csv")
    write_moodle(view, tmp_path / "moodle.csv")
    assert rows(tmp_path / "canvas.csv")[0][5:] == columns
    assert rows(tmp_path / "moodle.csv")[0][2::2] == columns


def test_what_was_imported_once_is_found_again(tmp_path: Path) -> None:
    history = History(write_course(tmp_path, {"u1": unit("Lists (2)"), "u2": unit("Lists"), "u3": unit("Lists")}))
    history.enrol("ada")
    like = canvas_file(tmp_path, f"{HEAD},Lists (2) – u1 (11),Lists – u2 (12),Lists – u3 (13)", "P,,,,,1,1,1",
                       "Points Possible,,,,,1,2,3", "A,1,,ada,x,,,")  # fmt: skip
    write_canvas(history.view(), tmp_path / "canvas.csv", like=like)
    assert rows(tmp_path / "canvas.csv")[:2] == [
        [*HEAD.split(","), "Lists (2) – u1 (11)", "Lists – u2 (12)", "Lists – u3 (13)"],
        ["    Points Possible", "", "", "", "", "1", "2", "3"],
    ]


def test_names_that_are_formulas_are_text_in_both_files(cohort: History, tmp_path: Path) -> None:
    cohort.enrol("eve", FORMULA)
    like = canvas_file(tmp_path, HEAD, '"=1+1",7,,eve,@x')
    view = cohort.view()
    write_canvas(view, tmp_path / "canvas.csv")
    write_canvas(view, tmp_path / "like.csv", like=like)
    write_moodle(view, tmp_path / "moodle.csv")
    assert rows(tmp_path / "canvas.csv")[-1][0] == f"'{FORMULA}"
    assert rows(tmp_path / "like.csv")[-1][:5] == ["'=1+1", "7", "", "eve", "'@x"]
    assert rows(tmp_path / "moodle.csv")[-1][1] == f"'{FORMULA}"


def test_moodle_gets_a_grade_and_a_feedback_for_each_unit(graded: History, tmp_path: Path) -> None:
    assert write_moodle(graded.view(), tmp_path / "moodle.csv") == 5
    assert rows(tmp_path / "moodle.csv") == [
        ["username", "fullname", "Values and names", "Values and names (feedback)", "Lists and slicing",
         "Lists and slicing (feedback)"],
        ["ada", "Ada Lovelace", "100", "Mastered.", "100", "Mastered."],
        ["ben", "ben", "50", "1 of 2 objectives shown so far. Still to show: write and join texts.", "", ""],
        ["cleo", "cleo", "", "", "", ""],
        ["dan", "dan", "", "", "", ""],
        ["eve", "eve", "100", "Mastered, by an instructor's decision.", "", ""],
    ]  # fmt: skip


def test_moodle_finds_people_by_what_one_chooses(history: History, tmp_path: Path) -> None:
    history.enrol("ada@uni.example")
    write_moodle(history.view(), tmp_path / "mail.csv", identity="email")
    assert [row[0] for row in rows(tmp_path / "mail.csv")] == ["email", "ada@uni.example"]
    history.enrol("ben")
    with pytest.raises(KitError, match=r"no e-mail addresses: ben\. .*--moodle-by username"):
        write_moodle(history.view(), tmp_path / "no.csv", identity="email")
    assert not (tmp_path / "no.csv").exists()


def test_user_names_are_small_as_moodle_has_them(history: History, tmp_path: Path) -> None:
    history.enrol("Ada")
    write_moodle(history.view(), tmp_path / "one.csv")
    assert rows(tmp_path / "one.csv")[1][:2] == ["ada", "Ada"]
    history.enrol("ADA")
    with pytest.raises(KitError, match="these would be one person: ADA, Ada"):
        write_moodle(history.view(), tmp_path / "two.csv")
    write_moodle(history.view(), tmp_path / "two.csv", identity="idnumber")
    assert [row[0] for row in rows(tmp_path / "two.csv")] == ["idnumber", "ADA", "Ada"]


def test_a_name_cannot_pass_for_the_row_of_points(history: History, tmp_path: Path) -> None:
    history.enrol("eve", "Points Possible")
    like = canvas_file(
        tmp_path, f"{HEAD},Values and names (1)", "Points Possible E,7,,eve,x,", "Points Possible,,,,,40"
    )
    write_canvas(history.view(), tmp_path / "alone.csv")
    write_canvas(history.view(), tmp_path / "like.csv", like=like)
    assert [row[0] for row in rows(tmp_path / "alone.csv")[1:]] == ["    Points Possible", "eve"]
    assert [[row[0], row[5]] for row in rows(tmp_path / "like.csv")[1:]] == [["    Points Possible", "40"], ["eve", ""]]


@pytest.mark.parametrize(
    ("share", "possible", "cell"),
    [
        pytest.param(None, 100, "", id="a blank"),
        pytest.param(0.0, 100, "0", id="zero is no blank"),
        pytest.param(1 / 3, 100, "33.33", id="two decimal places"),
        pytest.param(0.5, 1, "0.5", id="no zeros at the end"),
        pytest.param(1.0, 1_234_567, "1234567", id="many points"),
    ],
)
def test_how_a_grade_is_written(share: float | None, possible: float, cell: str) -> None:
    assert Grade(share, "").points(possible) == cell


def test_nobody_in_a_course_that_was_never_built(tmp_path: Path) -> None:
    view = History(write_course(tmp_path, build=False)).view()
    write_canvas(view, tmp_path / "canvas.csv")
    assert write_moodle(view, tmp_path / "moodle.csv") == 0
    assert rows(tmp_path / "canvas.csv") == [HEAD.split(","), ["    Points Possible", "", "", "", ""]]
    assert rows(tmp_path / "moodle.csv") == [["username", "fullname"]]


@pytest.mark.parametrize("write", [write_canvas, write_moodle])
def test_a_file_that_is_there_stays(cohort: History, tmp_path: Path, write) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "grades.csv").write_text("mine")
    with pytest.raises(KitError, match="is there already"):
        write(cohort.view(), tmp_path / "grades.csv")
    assert (tmp_path / "grades.csv").read_text() == "mine"
