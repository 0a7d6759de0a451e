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


def test_formgraders_own_template_renders_it(graded: Graded, tmp_path: Path) -> None:
    path = tmp_path / "unit.ipynb"
    path.write_text(json.dumps(graded.notebook), encoding="utf-8")
    templates = Path(formgrader.__file__).parent / "templates"
    exporter = HTMLExporter(template_name="formgrade", extra_template_basedirs=[str(templates)])
    resources = {
        **dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student"), "x"),
        **dict.fromkeys(("last_name", "first_name", "notebook_path"), "x"),
        "index": 0,
        "total": 1,
    }
    html, _ = exporter.from_filename(str(path), resources=resources)
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
