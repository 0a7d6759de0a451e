"""`kit report`, and the notebook that it writes."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient import NotebookClient

from kit.cli import main
from tests.reports.written_history import History


def kit_(*arguments: str) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def test_the_page_is_written_where_it_is_asked_for(cohort: History, tmp_path: Path) -> None:
    cohort.view()
    file = tmp_path / "page.html"
    assert str(file) in kit_("-C", str(cohort.course.root), "report", "-o", str(file))
    text = file.read_text()
    assert "Ada Lovelace" in text
    kit_("-C", str(cohort.course.root), "report", "-o", str(file), "--anonymous")
    assert "Ada Lovelace" not in file.read_text()


@pytest.mark.parametrize("empty", [True, False], ids=["an empty course", "a small cohort"])
def test_the_notebook_runs_from_top_to_bottom_and_shows_the_numbers(
    empty: bool, history: History, request: pytest.FixtureRequest
) -> None:
    course = history if empty else request.getfixturevalue("cohort")
    course.view()
    root = course.course.root
    file = root / "mastery-report.ipynb"
    assert str(file) in kit_("-C", str(root), "report", "--notebook")
    text = file.read_text()
    assert str(root) not in text, "it can be moved with its course"
    notebook = nbformat.reads(text, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(root)}}).execute()
    shown = "\n".join(
        output.get("text", "") + output.get("data", {}).get("text/plain", "")
        for cell in notebook.cells if cell.cell_type == "code"
        for output in cell.outputs
    )  # fmt: skip
    assert f"{0 if empty else 4} learners" in shown
    assert empty or "slicing" in shown


def test_a_notebook_that_is_there_already_is_never_written_over(cohort: History) -> None:
    cohort.view()
    file = cohort.course.root / "mastery-report.ipynb"
    file.write_text("mine")
    done = CliRunner().invoke(main, ["-C", str(cohort.course.root), "report", "--notebook"])
    assert done.exit_code == 1
    assert "there already" in done.output
    assert file.read_text() == "mine"
