"""`kit export` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.courses import write_course
from tests.exports.xapi_rules import faults
from tests.reports.written_history import History


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_without_a_wish_every_frame_is_written_as_csv(terminal: Terminal) -> None:
    assert "8 frames as csv are in" in terminal.kit("export")
    folder = terminal.folder / "gradebook" / "export"
    assert {"learners.csv", "events.csv", "data-dictionary.md", "export.json"} <= names(folder)
    assert not any(name.endswith(".parquet") for name in names(folder))


def test_everything_at_once(terminal: Terminal) -> None:
    said = terminal.kit(
        "export", "--into", "out", "--frames", "csv", "--frames", "parquet", "--xapi", "--home", "https://hub.example.org",
        "--canvas", "canvas.csv", "--moodle", "moodle.csv",
    )  # fmt: skip
    assert "40 xAPI statements are in out" in said
    assert "The grades of 4 learners for Canvas are in canvas.csv" in said
    listed = json.loads((terminal.folder / "out/export.json").read_text())["files of mastery-kit"]
    assert listed["xapi.jsonl"] == {"statements": 40}
    assert listed["units.parquet"] == {"rows": 8}
    assert names(terminal.folder / "out") == {*listed, "export.json"}
    assert terminal.kit("export", "--into", "out")  # again, over its own files


def test_a_section_is_all_there_is_of_it(terminal: Terminal) -> None:
    terminal.kit("export", "--into", "out", "--section", "monday", "--canvas", "canvas.csv", "--frames", "csv",
                 "--xapi", "--home", "https://hub.example.org")  # fmt: skip
    text = "".join(path.read_text() for path in (terminal.folder / "out").iterdir())
    assert "cleo" not in text + (terminal.folder / "canvas.csv").read_text()
    assert "ben" in text
    said = terminal.kit("export", "--section", "tuesday", ok=False)
    assert "Nobody is in a section 'tuesday'. There are: monday." in said


def test_pseudonyms_are_the_same_in_every_file_and_every_time(terminal: Terminal) -> None:
    for folder in ("one", "two"):
        terminal.kit(
            "export", "--into", folder, "--anonymous", "--frames", "csv", "--xapi", "--home", "https://h.example"
        )
    one, two = terminal.folder / "one", terminal.folder / "two"
    assert {path.name: path.read_bytes() for path in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}
    statements = json.loads((one / "xapi.json").read_text())
    actors = {s["actor"]["account"]["name"] for s in statements} - {"mastery-kit"}
    learners = {line.partition(",")[0] for line in (one / "learners.csv").read_text().splitlines()[1:]}
    assert actors == learners
    assert "Lovelace" not in "".join(path.read_text() for path in one.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--xapi"], "--xapi needs --home URL", id="statements without a home"),
        pytest.param(["--xapi", "--home", "hub"], "cannot be where accounts are at home", id="a home that is none"),
        pytest.param(["--canvas-from", "course.toml"], "goes with --canvas FILE", id="nothing to write"),
        pytest.param(["--canvas", "c.csv", "--anonymous"], "leave --anonymous out", id="grades without names"),
        pytest.param(["--canvas", "course.toml"], "course.toml is there already", id="over another file"),
        pytest.param(
            ["--canvas", "c.csv", "--canvas-from", "course.toml"], "not an export of Canvas", id="no Canvas file"
        ),
        pytest.param(["--into", "course.toml"], "is a file", id="into a file"),
        pytest.param(["--into", "course.toml/x"], "could not be stored", id="below a file"),
    ],
)
def test_what_makes_no_sense_is_told_and_writes_nothing(terminal: Terminal, words: list[str], said: str) -> None:
    before = names(terminal.folder), (terminal.folder / "course.toml").read_text()
    output = " ".join(terminal.kit("export", *words, ok=False).split())
    assert said in output
    assert "Traceback" not in output
    assert (names(terminal.folder), (terminal.folder / "course.toml").read_text()) == before


def test_whom_canvas_does_not_have_is_named(terminal: Terminal) -> None:
    (terminal.folder / "like.csv").write_text("Student,ID,SIS User ID,SIS Login ID,Section\nA,1,,ada,x\nB,2,,ben,x\n")
    said = " ".join(terminal.kit("export", "--canvas", "c.csv", "--canvas-from", "like.csv").split())
    assert "Not in the Canvas file, and left out: cleo, dan" in said
    assert "assignments that it does not have: Values and names, Lists and slicing" in said


def test_nothing_has_happened_yet(history: History) -> None:
    terminal = Terminal(history.course.root)
    terminal.kit("export", "--xapi", "--home", "https://hub.example.org", "--frames", "csv", "--canvas", "c.csv")
    assert json.loads((history.course.gradebook_dir / "export/xapi.json").read_text()) == []
    assert not (history.course.gradebook_dir / "mastery.db").exists()


def test_status_of_one_section(terminal: Terminal) -> None:
    said = terminal.kit("status", "--section", "monday")
    assert "2 learners" in said
    assert "cleo" not in said
    assert "There are: monday." in terminal.kit("status", "--section", "x", ok=False)


def test_the_record_says_the_section(terminal: Terminal) -> None:
    assert "UTC, section monday" in terminal.kit("record", "ada")
    assert "section" not in terminal.kit("record", "dan")


def test_what_a_real_run_writes_is_told_by_the_rules(tmp_path: Path) -> None:
    teacher = Terminal(write_course(tmp_path / "course", items=1))
    teacher.kit("build")
    (teacher.folder / "class.csv").write_text("learner,name,section\nada,=1+1,monday\nben,Ben,friday\n")
    teacher.kit("enrol", "--csv", "class.csv")
    desk = tmp_path / "desk"
    desk.mkdir()
    ada = Terminal(desk, KIT_COURSE=str(teacher.folder), KIT_LEARNER="ada")
    ada.kit("fetch")
    ada.kit("submit")
    teacher.kit("run")
    teacher.kit(
        "export", "--into", "out", "--section", "monday", "--frames", "csv", "--xapi", "--home", "https://h.example"
    )
    statements = json.loads((teacher.folder / "out/xapi.json").read_text())
    assert [faults(statement) for statement in statements if faults(statement)] == []
    words = [s["verb"]["display"]["en"] for s in statements]
    # What was handed in untouched leaves every gap, and a corrective is opened for each.
    assert words[:7] == ["registered", "assigned", "attempted", "initialized", "submitted", "scored", "failed"]
    assert set(words[7:]) == {"assigned"}
    assert (teacher.folder / "out/learners.csv").read_text().splitlines()[1].startswith("ada,'=1+1,monday,")
