"""Class lists as spreadsheets write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.course import load_course
from kit.records import fold_all
from kit.stages.opened import open_ledger
from kit.stages.roster import read_roster
from tests.cli.terminal import Terminal


@pytest.mark.parametrize(
    ("data", "people"),
    [
        pytest.param(b"learner,name\nada,Ada L\n", {"ada": "Ada L"}, id="commas"),
        pytest.param(b"learner;name\r\nada;L, Ada\r\n", {"ada": "L, Ada"}, id="semicolons"),
        pytest.param(b"name\tlearner\nAda\tada\n", {"ada": "Ada"}, id="tabs, in another order"),
        pytest.param(b"learner\nada\nben\n", {"ada": "", "ben": ""}, id="accounts alone"),
        pytest.param(b"learner,name\nada\nben,Ben\n", {"ada": "", "ben": "Ben"}, id="a row without its name"),
        pytest.param(b"learner,name,note\nada,Ada\n", {"ada": "Ada"}, id="a row that ends early"),
        pytest.param(b"learner,name\n\nada,Ada\n,\n", {"ada": "Ada"}, id="empty rows"),
        pytest.param(b"\n Learner , Name \nada , Ada \n", {"ada": "Ada"}, id="blanks and capitals"),
        pytest.param(b'"learner","name"\n"ada","L, Ada"\n', {"ada": "L, Ada"}, id="everything in quotes"),
        pytest.param(b"learner;name\nada;Ada;;\n", {"ada": "Ada"}, id="empty cells at the end"),
        pytest.param(b"learner,name\nada,Ada\nada,\n", {"ada": "Ada"}, id="twice, once without a name"),
        pytest.param(b"learner,name\nada,Adda\nada,Ada\n", {"ada": "Ada"}, id="twice: the later name"),
        pytest.param("\ufefflearner\njo\n".encode(), {"jo": ""}, id="UTF-8 with a mark"),
        pytest.param("learner,name\njo,Jörg\n".encode(), {"jo": "Jörg"}, id="UTF-8"),
        pytest.param("learner,name\njo,Jörg\n".encode("utf-16"), {"jo": "Jörg"}, id="UTF-16"),
        pytest.param("learner;name\njo;Jörg\n".encode("latin-1"), {"jo": "Jörg"}, id="Latin-1"),
    ],
)
def test_a_roster_is_read_as_it_comes(tmp_path: Path, data: bytes, people: dict[str, str]) -> None:
    (tmp_path / "roster.csv").write_bytes(data)
    assert read_roster(tmp_path / "roster.csv").people == people


@pytest.mark.parametrize(
    ("data", "sections"),
    [
        pytest.param(b"learner,name\nada,Ada\n", {}, id="no such column"),
        pytest.param(b"section,learner\nmonday,ada\n,ben\n", {"ada": "monday"}, id="in another order, one without"),
        pytest.param(b"learner;Section\nada; Group 2 \n", {"ada": "Group 2"}, id="blanks and capitals"),
        pytest.param(b"learner,section\nada,x\nada,y\nada,\n", {"ada": "y"}, id="the last one given"),
    ],
)
def test_sections_are_read_where_there_are_any(tmp_path: Path, data: bytes, sections: dict[str, str]) -> None:
    (tmp_path / "roster.csv").write_bytes(data)
    assert read_roster(tmp_path / "roster.csv").sections == sections


def test_who_is_in_which_section_is_kept_changed_and_shown(teacher: Terminal) -> None:
    listed = teacher.folder / "roster.csv"
    assert "section" not in teacher.kit("status")
    listed.write_text("learner,name,section\nada,Ada,monday\nzoe,Zoe,friday\n")
    moved = "1 enrolled, 1 were already. 1 name changed. 1 section changed."
    assert moved in teacher.kit("enrol", "--csv", "roster.csv")
    listed.write_text("learner,section\nada,friday\nzoe,\n")
    assert "0 enrolled, 2 were already. 1 section changed." in teacher.kit("enrol", "--csv", "roster.csv")
    teacher.kit("enrol", "ada")  # being named again moves nobody
    with open_ledger(load_course(teacher.folder)) as ledger:
        records = fold_all(ledger.events())
    assert {name: record.section for name, record in records.items()} == {"ada": "friday", "ben": "", "zoe": "friday"}
    assert records["ada"].name == "Ada"
    shown = teacher.kit("status")
    assert "friday: 2 learners" in shown
    assert "in no section: 1 learner" in shown


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "roster.csv is empty", id="nothing in it"),
        pytest.param(b"name\nAda\n", "no column `learner`. Its first line should be: learner,name", id="no accounts"),
        pytest.param(b"learner,name\nada,A\nthe ben,B\n", "line 3: 'the ben'", id="a name that cannot be"),
        pytest.param(b"learner,name\n,Ada\n", "line 2: no learner", id="a name without an account"),
        pytest.param(b"learner,name\nada,L, Ada\n", "line 2: 3 values, but the first line names 2", id="a bare comma"),
        pytest.param(b'learner,name\nada,A\nben,"B\ncy,C\n', "line 3: unexpected end of data", id="an open quote"),
        pytest.param(b"learner,name\nada,A\nben,\x81\n", "line 3: its letters cannot be read", id="unknown letters"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(teacher: Terminal, data: bytes, said: str) -> None:
    (teacher.folder / "roster.csv").write_bytes(data)
    output = " ".join(teacher.kit("enrol", "--csv", "roster.csv", ok=False).split())
    assert said in output
    assert "Traceback" not in output
    with open_ledger(load_course(teacher.folder)) as ledger:
        assert sorted(fold_all(ledger.events())) == ["ada", "ben"]


def test_letters_that_are_not_utf_8_are_mentioned(teacher: Terminal) -> None:
    (teacher.folder / "roster.csv").write_bytes("learner;name\nada;Ada\njo;Jörg\n".encode("latin-1"))
    output = " ".join(teacher.kit("enrol", "--csv", "roster.csv").split())
    assert "not UTF-8 (line 3)" in output
    assert "1 enrolled, 1 were already. 1 name changed." in output
    assert "Jörg" in teacher.kit("record", "jo")


def test_a_corrected_name_replaces_the_earlier_one_also_back_again(teacher: Terminal) -> None:
    for name in ("Ada Byron", "Ada Lovelace", "Ada Byron"):
        (teacher.folder / "roster.csv").write_text(f"learner,name\nada,{name}\n")
        assert "0 enrolled, 1 were already. 1 name changed." in teacher.kit("enrol", "--csv", "roster.csv")
        assert name in teacher.kit("record", "ada")
    again = teacher.kit("enrol", "--csv", "roster.csv")
    assert "0 enrolled, 1 were already." in again
    assert "changed" not in again


def test_a_name_once_known_is_not_lost_by_enrolling_without_one(teacher: Terminal) -> None:
    (teacher.folder / "roster.csv").write_text("learner,name\nada,Ada Byron\n")
    teacher.kit("enrol", "--csv", "roster.csv")
    teacher.kit("enrol", "ada")
    assert "Ada Byron" in teacher.kit("record", "ada")
