"""`kit items`, `forms`, `correctives` and `decisions`, as they are typed."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import kit.analysis
from kit.analysis.views import VIEWS
from kit.cli import main
from kit.reports import CourseView
from tests.reports.written_history import History, write_course

SAYS = {
    "items": ["counting-2", "nobody of 200 fails it", "NULL"],
    "forms": ["nesting is harder than on form a by", "linear eq.", "Early against late"],
    "correctives": ["does not help", "a mere retest would give"],
    "decisions": ["every objective", "a second would repeat it for", "How sure, the oftener one comes"],
}


def kit_(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def one_line(text: str) -> str:
    """Without the breaks that the width of a terminal makes."""
    return " ".join(text.split())


@pytest.mark.parametrize(("name", "words"), SAYS.items())
def test_the_command_says_in_words_what_is_wrong(name: str, words: list[str], faulty: CourseView) -> None:
    said = one_line(kit_("-C", str(faulty.course.root), name))
    assert [one for one in words if one not in said] == []
    assert ("▲" in said) == (name != "decisions")


@pytest.mark.parametrize("name", VIEWS)
def test_the_frame_goes_into_a_csv_file_as_it_is(name: str, faulty: CourseView, tmp_path: Path) -> None:
    file = tmp_path / "frame.csv"
    kit_("-C", str(faulty.course.root), name, "--csv", str(file))
    frame = getattr(kit.analysis, name)(faulty)
    read = pd.read_csv(file)
    assert list(read.columns) == list(frame.columns)
    assert len(read) == len(frame)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", VIEWS)
def test_the_page_holds_tables_and_a_plot_and_needs_nothing_from_elsewhere(
    name: str, faulty: CourseView, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    kit_("-C", str(faulty.course.root), name, "--html", str(file))
    page = _Page()
    page.feed(file.read_text())
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == len(VIEWS[name].parts)
    assert "script" not in tags
    pictures = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert [source[:22] for source in pictures] == ["data:image/png;base64,"]
    assert all("http" not in (value or "") for _, attributes in page.tags for key, value in attributes.items()
               if key in ("src", "href"))  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_before_anything_happened_the_command_says_so(name: str, tmp_path: Path) -> None:
    course = write_course(tmp_path)
    assert kit_("-C", str(course.root), name).strip() == VIEWS[name].nothing


def test_one_unit_alone(tmp_path: Path) -> None:
    history = History(write_course(tmp_path))
    history.enrol("ada")
    history.attempt("ada", "01-values.a", 2, {"names": 5, "text": 5})
    history.attempt("ada", "02-lists.a", 4, {"slicing": 3})
    history.view()
    said = kit_("-C", str(tmp_path), "items", "--unit", "02-lists")
    assert "slicing-1" in said
    assert "names-1" not in said


def test_a_unit_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["-C", str(write_course(tmp_path).root), "items", "--unit", "nowhere"])
    assert done.exit_code == 1
    assert "01-values, 02-lists" in done.output
