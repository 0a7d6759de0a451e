"""The autograded notebook: what nbgrader's formgrader expects, and safe to open for an instructor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.server_extensions.formgrader as formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum, determine_grade

from kit.grading import Graded
from kit.grading.executors import Executor
from tests.grading.notebooks import Exercise, answer, check, exercise, given, locked, task, text, written


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Exercise:
    cells = [
        text("# Mixed"),
        given("import math"),
        answer("one-answer", "one = 1"),
        check("one", "assert one == 1", "assert type(one) is int, 'whole'"),
        check("part", "1.5", points=2),
        written("why"),
        written("how", code=True),
        task("plan", "Plan it."),
        locked("end", "end = True"),
    ]
    return exercise(tmp_path_factory.mktemp("mixed"), cells, executor)


@pytest.fixture(scope="module")
def graded(mixed: Exercise) -> Graded:
    def edit(notebook: dict[str, Any]) -> None:
        extra = {"cell_type": "markdown", "id": "mine", "metadata": {"x": 1}, "source": "My own words"}
        notebook["cells"].insert(2, extra)
        notebook["cells"] = [c for c in notebook["cells"] if c["id"] != "part"]
        notebook["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "Bash"}

    return mixed.grade({"one-answer": "print('<b>1</b>')\none = 2", "why": "Because"}, edit)


def cell(graded: Graded, grade_id: str) -> Any:
    notebook = nbformat.from_dict(graded.notebook)
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def test_it_is_a_valid_notebook_with_valid_nbgrader_metadata(graded: Graded) -> None:
    notebook = nbformat.from_dict(json.loads(json.dumps(graded.notebook)))
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)


def test_the_kernel_is_the_authors(graded: Graded) -> None:
    assert graded.notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_it_holds_the_learners_text_and_the_authors_checks(graded: Graded) -> None:
    assert cell(graded, "one-answer").source.endswith("one = 2")
    assert "assert type(one) is int" in cell(graded, "one").source
    assert "put back" in json.dumps(cell(graded, "part"))
    assert any(c["source"] == "My own words" and c["metadata"] == {} for c in graded.notebook["cells"])


def test_no_solution_of_the_author_is_in_it(graded: Graded) -> None:
    assert "the model answer" not in json.dumps(graded.notebook)


def test_checksums_are_nbgraders(graded: Graded, mixed: Exercise) -> None:
    for grade_id in ("one", "part", "end"):
        assert cell(graded, grade_id).metadata.nbgrader.checksum == compute_checksum(cell(graded, grade_id))
    released = nbformat.from_dict(mixed.released())
    for before in released.cells:
        marks = before.metadata.get("nbgrader", {})
        if marks.get("solution"):
            assert cell(graded, marks["grade_id"]).metadata.nbgrader.checksum == marks["checksum"]


NBGRADER_AGREES = {"one": (0, 1), "part": (1.5, 2), "why": (None, 2), "how": (0, 2)}


@pytest.mark.parametrize(("grade_id", "expected"), NBGRADER_AGREES.items(), ids=NBGRADER_AGREES.keys())
def test_nbgraders_own_rule_gives_the_same_for_an_honest_submission(
    graded: Graded, grade_id: str, expected: tuple[float | None, float]
) -> None:
    assert determine_grade(cell(graded, grade_id)) == expected
    assert [(i.score, i.max) for i in graded.items if i.item == grade_id] == [expected]


def in_formgrader(notebook: dict[str, Any], path: Path) -> str:
    """The page formgrader makes of *notebook*, with nbconvert's own settings."""
    path.write_text(json.dumps(notebook), encoding="utf-8")
    templates = Path(formgrader.__file__).parent / "templates"
    exporter = HTMLExporter(template_name="formgrade", extra_template_basedirs=[str(templates)])
    resources = {
        **dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student"), "x"),
        **dict.fromkeys(("last_name", "first_name", "notebook_path"), "x"),
        "index": 0,
        "total": 1,
    }
    html: str = exporter.from_filename(str(path), resources=resources)[0]
    return html


def test_formgraders_own_template_renders_it(graded: Graded, tmp_path: Path) -> None:
    html = in_formgrader(graded.notebook, tmp_path / "unit.ipynb")
    for grade_id in ("one", "part", "why", "how", "plan"):
        assert f'class="score tabbable" id="{grade_id}"' in html
    assert "AssertionError" in html


HOSTILE = "<script>alert(1)</script>"
DISPLAYS = {
    "HTML": f"from IPython.display import *\ndisplay(HTML({HOSTILE!r}))",
    "JavaScript": "from IPython.display import *\ndisplay(Javascript('alert(1)'))",
    "SVG": f"from IPython.display import *\ndisplay(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\">{HOSTILE}</svg>'))",
    "Markdown": f"from IPython.display import *\ndisplay(Markdown({HOSTILE!r}))",
    "an unknown type": f"from IPython.display import *\ndisplay({{'text/x-mine': {HOSTILE!r}}}, raw=True)",
}


@pytest.mark.parametrize("source", DISPLAYS.values(), ids=DISPLAYS.keys())
def test_a_display_that_could_run_code_is_left_out(mixed: Exercise, source: str) -> None:
    outputs = cell(mixed.grade({"one-answer": source}), "one-answer").outputs
    assert {mime for output in outputs for mime in output.get("data", {})} <= {"text/plain"}


def test_tables_and_pictures_are_kept(mixed: Exercise) -> None:
    source = "import pandas as pd, matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\npd.DataFrame({'a': [1]})"
    outputs = cell(mixed.grade({"one-answer": source}), "one-answer").outputs
    assert [sorted(output.data) for output in outputs] == [["image/png", "text/plain"], ["text/plain"]]


MARKED = "<img src=x onerror=alert(1)> [x](javascript:alert(2)) **bold**"


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_text_cell_of_a_learners_holds_no_script(mixed: Exercise, kind: str, tmp_path: Path) -> None:
    def edit(notebook: dict[str, Any]) -> None:
        notebook["cells"].append({"cell_type": kind, "id": "mine", "metadata": {}, "source": MARKED})
        notebook["cells"][0]["source"] = MARKED  # the author's text, changed

    graded = mixed.grade({"one-answer": "one = 1", "why": MARKED}, edit)
    for source in (nb["source"] for nb in graded.notebook["cells"] if "bold" in nb["source"]):
        assert "<img" not in source
        assert "](javascript" not in source
    html = in_formgrader(graded.notebook, tmp_path / "unit.ipynb")
    assert "<img src=x" not in html
    assert 'href="javascript' not in html
    assert "<strong>bold</strong>" in html


def test_the_authors_own_text_is_left_as_it_is(tmp_path: Path, executor: Executor) -> None:
    drawn = '<div style="color: red">Read this.</div>'
    made = exercise(
        tmp_path, [text(drawn), answer("a", "a = 1"), check("A", "assert a == 1"), written("why")], executor
    )
    assert made.grade({"a": "a = 1"}).notebook["cells"][0]["source"] == drawn


def test_pictures_in_a_text_cell_are_kept_and_missing_ones_named(mixed: Exercise, tmp_path: Path) -> None:
    bundles = {
        "a.png": {"image/png": "iVBORw0KGgo="},
        "my picture.jpg": {"image/jpeg": "/9j/4AAQ"},
        "x.svg": {"image/svg+xml": "<svg onload=alert(1)></svg>"},
        "y.png": {"image/png": '" onerror="alert(1)'},
    }
    asked = "![a](attachment:a.png) ![b](attachment:my%20picture.jpg) ![x](attachment:x.svg) ![y](attachment:y.png)"

    def edit(notebook: dict[str, Any]) -> None:
        cell = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": asked, "attachments": bundles}
        notebook["cells"].append(cell)

    graded = mixed.grade({"one-answer": "one = 1"}, edit)
    nbformat.validate(nbformat.from_dict(graded.notebook))
    html = in_formgrader(graded.notebook, tmp_path / "unit.ipynb")
    assert "data:image/png;base64,iVBORw0KGgo=" in html
    assert "data:image/jpeg;base64,/9j/4AAQ" in html
    assert "[picture x.svg left out] [picture y.png left out]" in html
    assert "onerror=" not in html


def test_a_picture_missing_from_the_authors_text_does_not_stop_formgrader(tmp_path: Path, executor: Executor) -> None:
    cells = [
        text("![x](attachment:x.png)"),
        answer("a", "a = 1"),
        check("A", "assert a == 1"),
        task("plan", "![y](attachment:y.svg)"),
    ]
    made = exercise(tmp_path, cells, executor)
    html = in_formgrader(made.grade({"a": "a = 1"}).notebook, tmp_path / "unit.ipynb")
    assert "[picture x.png left out]" in html
    assert "[picture y.svg left out]" in html
