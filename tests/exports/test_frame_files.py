"""The frames as files: nothing is lost on the way, and no spreadsheet carries out what a learner wrote."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from kit.errors import KitError
from kit.exports import Place, write_frames
from kit.exports.cells import told
from kit.exports.dictionary import FRAMES, entries
from kit.reports import CourseView
from tests.exports.conftest import FORMULA, in_sections
from tests.reports.written_history import History

PSEUDONYMS = {"ada": "L-4", "ben": "L-3", "cleo": "L-2", "dan": "L-1"}


def read(folder: Path, frame: str) -> list[dict[str, str]]:
    with (folder / f"{frame}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_and_cell_of_a_small_course_as_a_spreadsheet_gets_it(cohort: History, folder: Path) -> None:
    rows = write_frames(cohort.view(), Place(folder))
    assert rows == {
        "learners.csv": 4, "attempts.csv": 5, "items.csv": 40, "objectives.csv": 6, "units.csv": 8, "progress.csv": 12,
        "correctives.csv": 2, "events.csv": len(cohort.view().history),
    }  # fmt: skip
    assert read(folder, "learners")[0] == {
        "learner": "ada", "name": "Ada Lovelace", "section": "", "enrolled_at": "2026-03-02T09:00:00.000000Z",
        "last_active_at": "2026-03-02T18:00:00.000000Z", "units": "2", "mastered": "2",
    }  # fmt: skip
    columns = ("learner", "unit", "attempt", "score", "max", "share", "outcome", "graded")
    assert [tuple(row[name] for name in columns) for row in read(folder, "attempts")] == [
        ("ada", "01-values", "1", "10.0", "10.0", "1.0", "mastered", "True"),
        ("ada", "02-lists", "1", "3.0", "5.0", "0.6", "gaps", "True"),
        ("ada", "02-lists", "2", "4.0", "5.0", "0.8", "mastered", "True"),
        ("ben", "01-values", "1", "6.0", "10.0", "0.6", "gaps", "True"),
        ("cleo", "01-values", "1", "", "10.0", "", "", "True"),
    ]
    took = {(row["learner"], row["unit"]): row["time_to_mastery"] for row in read(folder, "units")}
    assert took["ada", "01-values"] == "7200.0"
    assert took["dan", "01-values"] == ""


@pytest.mark.parametrize("empty", [False, True], ids=["a cohort", "nobody and nothing"])
def test_parquet_gives_every_frame_back_with_its_dtypes(
    empty: bool, request: pytest.FixtureRequest, folder: Path
) -> None:
    made: History = request.getfixturevalue("history" if empty else "cohort")
    view = made.view()
    write_frames(view, Place(folder), "parquet")
    for name in FRAMES:
        back = pd.read_parquet(folder / f"{name}.parquet")
        assert [str(dtype) for dtype in back.dtypes] == [entry.dtype for entry in entries(name)]
        # Where there is no category at all, pandas reads back that there are none of another kind.
        pd.testing.assert_frame_equal(
            back, getattr(view.frames, name), check_categorical=not empty and name != "learners"
        )


def test_the_dictionary_has_every_column_that_is_in_the_files(cohort: History, folder: Path) -> None:
    write_frames(cohort.view(), Place(folder))
    told_of = read(folder, "data-dictionary")
    for name in FRAMES:
        head = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
        assert [row["name"] for row in told_of if row["frame"] == name] == head
    assert all(row["dtype"] and row["unit"] and row["meaning"] for row in told_of)
    page = (folder / "data-dictionary.md").read_text(encoding="utf-8")
    assert "| criterion | Float64 | 0–1 | share from which it counts as mastered, frozen at engagement |" in page


def test_what_a_learner_wrote_is_text_in_every_cell(cohort: History, folder: Path) -> None:
    cohort.enrol("eve", FORMULA)
    in_sections(cohort, eve="@SUM(1)")
    cohort.override("eve", "01-values", "mastered", 5, "=cmd|' /C calc'!A0")
    write_frames(cohort.view(), Place(folder))
    for name in FRAMES:
        for row in read(folder, name):
            assert [cell for cell in row.values() if re.match(r"[=@\t\r]|[+-](?![\d.]+$)", cell)] == []
    eve = read(folder, "learners")[-1]
    assert (told(eve["name"]), told(eve["section"])) == (FORMULA, "@SUM(1)")


def test_one_learner_and_an_empty_course_have_the_same_columns(history: History, tmp_path: Path) -> None:
    assert set(write_frames(history.view(), Place(tmp_path / "nobody")).values()) == {0}
    history.enrol("ada")
    write_frames(history.view(), Place(tmp_path / "one"))
    for name in FRAMES:
        heads = [(tmp_path / place / f"{name}.csv").read_text().splitlines()[0] for place in ("nobody", "one")]
        assert heads[0] == heads[1]
    assert [row["learner"] for row in read(tmp_path / "one", "learners")] == ["ada"]


def test_a_section_takes_nobody_elses_rows_or_events(cohort: History, folder: Path) -> None:
    in_sections(cohort, ada="monday", ben="friday")
    write_frames(cohort.view().only("monday"), Place(folder))
    assert {row["learner"] for name in FRAMES for row in read(folder, name)} == {"ada"}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_without_names_nothing_tells_who_it_was(cohort: History, folder: Path, kind: str) -> None:
    for learner, word in (("ben", "Benjamin"), ("dan", "Daniel")):
        cohort.enrol(learner, word, hours=1)
    cohort.override("ben", "01-values", "mastered", 10, "Benjamin showed it.", who="prof.grace")
    note = [{"item": "text-1", "objective": "text", "score": 1.0, "max": 1.0, "note": "Hello, Daniel"}]
    cohort.fetch("dan", "01-values.a", 11)
    submission = cohort.submit("dan", "01-values.a", 11)
    cohort.happen("graded", "dan", "01-values.a", 11, submission=submission, items=note, version=1)
    cohort.happen("set-aside", "dan", "01-values.a", 11, submission="s", reason="dan sent daniels.ipynb")
    write_frames(cohort.view(), Place(folder), kind, names=PSEUDONYMS)  # type: ignore[arg-type]
    words = re.compile(r"\b(ada|ben|cleo|dan)\b|benjamin|daniel|lovelace|grace", re.I)
    for name in FRAMES:
        path = folder / f"{name}.{kind}"
        found = pd.read_parquet(path) if kind == "parquet" else pd.read_csv(path, keep_default_na=False)
        assert not words.search(found.to_csv()), name
        categories = [str(c) for column in found.select_dtypes("category") for c in found[column].cat.categories]
        assert not words.search(" ".join(categories)), name
        assert set(found["learner"]) <= set(PSEUDONYMS.values())
        # The order of the rows is not that of the names.
        assert name == "events" or list(found["learner"]) == sorted(found["learner"])


def test_without_names_the_numbers_are_the_same(cohort: History, folder: Path) -> None:
    write_frames(cohort.view(), Place(folder), names=PSEUDONYMS)
    assert {(row["learner"], row["unit"], row["share"]) for row in read(folder, "attempts")} == {
        ("L-4", "01-values", "1.0"), ("L-4", "02-lists", "0.6"), ("L-4", "02-lists", "0.8"),
        ("L-3", "01-values", "0.6"), ("L-2", "01-values", ""),
    }  # fmt: skip
    graded = [json.loads(row["data"]) for row in read(folder, "events") if row["kind"] == "graded"]
    assert len(graded[0]["items"]) == 10


def test_a_file_that_is_not_ours_is_not_written_over(cohort: History, folder: Path) -> None:
    folder.mkdir()
    (folder / "learners.csv").write_text("my class list")
    with pytest.raises(KitError, match=r"learners\.csv is there already, and it is not one of an export"):
        write_frames(cohort.view(), Place(folder))
    assert [path.name for path in folder.iterdir()] == ["learners.csv"]
    assert (folder / "learners.csv").read_text() == "my class list"


def test_an_earlier_export_is_replaced(cohort: History, folder: Path) -> None:
    view: CourseView = cohort.view()
    write_frames(view, Place(folder))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_frames(view, Place(folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    cohort.enrol("eve")
    write_frames(cohort.view(), Place(folder))
    assert len(read(folder, "learners")) == 5


def test_what_parquet_needs_is_named_where_it_is_missing(
    cohort: History, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(KitError, match=r'pip install "mastery-kit\[parquet\]"'):
        write_frames(cohort.view(), Place(folder), "parquet")
    assert not folder.exists()
