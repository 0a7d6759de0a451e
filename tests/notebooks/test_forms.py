"""Forms: what `{{name}}` becomes, what goes out with which form, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.notebooks import FormError, instantiate, read_notebook, read_variants, substitute
from tests.courses import cell


def notebook(*cells):  # type: ignore[no-untyped-def]
    return {"cells": [{"id": f"c{n}", **c} for n, c in enumerate(cells)], "metadata": {}}


VARIANTS = cell('variants = {"a": {"x": 1, "s": "hi"}, "b": {"x": 2, "s": "yo"}}', "variants")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = {{x}}", "x = 7", id="a value as it prints"),
        pytest.param("s = {{s!r}}", 's = "it\'s"', id="!r gives a Python literal"),
        pytest.param("say {{s}}", "say it's", id="without !r the bare text"),
        pytest.param("{{ x }}{{x}}", "77", id="spaces inside do not matter"),
        pytest.param(r"write \{{x}} like this", "write {{x}} like this", id="a backslash keeps it"),
        pytest.param("f'{x} and {{}}'", "f'{x} and {{}}'", id="single and empty braces are Python's own"),
        pytest.param("{{t!r}}", "(1, [2.5, None, {'k': True}])", id="containers keep their kind"),
    ],
)
def test_what_a_place_becomes(text: str, expected: str) -> None:
    assert substitute(text, {"x": 7, "s": "it's", "t": (1, [2.5, None, {"k": True}])}) == expected


def test_every_undefined_name_is_told_with_its_cell() -> None:
    book = notebook(VARIANTS, cell("{{x}} {{y}}"), cell("{{z}}", kind="markdown"))
    with pytest.raises(FormError, match=r"cell 2: \{\{y\}\}.*cell 3: \{\{z\}\}"):
        instantiate(book, {"x": 1, "s": ""}, first=True)


def test_variants_never_go_out_and_instruction_only_with_the_first_form() -> None:
    book = notebook(VARIANTS, cell("Read this.", "instruction", kind="markdown"), cell("y = {{x}}"))
    first = instantiate(book, {"x": 1, "s": ""}, first=True)
    second = instantiate(book, {"x": 2, "s": ""}, first=False)
    assert [c["source"] for c in first["cells"]] == ["Read this.", "y = 1"]
    assert [c["source"] for c in second["cells"]] == ["y = 2"]


def test_a_notebook_without_variants_is_one_form_and_its_braces_stay() -> None:
    book = notebook(cell("print('{{x}}')"))
    assert read_variants(book) == {"a": {}}
    assert instantiate(book, {}, first=True)["cells"][0]["source"] == "print('{{x}}')"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param("variants = {1: {}}", "must be a dict from names", id="a form that is no name"),
        pytest.param("variants = {'a': {'x': {1, 2}}}", "form a, x is of type set", id="a set has no order"),
        pytest.param("variants = {'a': {'x': object()}}", "of type object", id="an object has an address"),
        pytest.param(
            "variants = {'a': {'x': 1}, 'b': {'y': 1}}", "do not give the same names: x, y", id="names differ"
        ),
        pytest.param("variants = {'r2': {}}", "cannot be the name of a form", id="r2 marks a revision"),
        pytest.param("variants = {'enrichment': {}}", "cannot be the name of a form", id="enrichment is taken"),
        pytest.param("1 / 0", "ZeroDivisionError", id="the cell fails"),
        pytest.param("pass", "must define variants", id="nothing defined"),
    ],
)
def test_a_variants_cell_that_cannot_be_used_says_why(source: str, said: str) -> None:
    with pytest.raises(FormError, match=said):
        read_variants(notebook(cell(source, "variants")))


def test_two_variants_cells_are_refused() -> None:
    with pytest.raises(FormError, match="2 cells are tagged"):
        read_variants(notebook(VARIANTS, VARIANTS))


def test_what_the_cell_prints_does_not_matter() -> None:
    assert read_variants(notebook(cell("print('hello')\nvariants = {'a': {'x': 1}}", "variants"))) == {"a": {"x": 1}}


def test_values_do_not_depend_on_the_hash_seed() -> None:
    script = (
        "import json; from kit.notebooks import read_variants\n"
        'source = \'variants = {"a": {"order": list({str(i) for i in range(50)})}}\'\n'
        "cell = {'cell_type': 'code', 'metadata': {'tags': ['variants']}, 'source': source}\n"
        "print(json.dumps(read_variants({'cells': [cell]})))"
    )
    seen = {
        subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
                       text=True, check=True).stdout
        for seed in ("1", "2", "random")
    }  # fmt: skip
    assert len(seen) == 1


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(plain)
def test_repr_of_any_value_is_the_value(value: object) -> None:
    assert eval(substitute("{{v!r}}", {"v": value})) == value


PERCENT = """\
# %% [markdown]
# A title

# %% tags=["variants"]
variants = {"a": {"x": 1}}

# %% nbgrader={"grade": true, "grade_id": "one", "points": 1, "schema_version": 3, "solution": false}
assert {{x}} == 1
"""


def test_a_percent_file_reads_like_the_notebook_and_always_with_the_same_ids(tmp_path: Path) -> None:
    path = tmp_path / "unit.py"
    path.write_text(PERCENT)
    once, again = read_notebook(path), read_notebook(path)
    assert once == again
    assert [c["cell_type"] for c in once["cells"]] == ["markdown", "code", "code"]
    assert once["cells"][2]["id"] == "one"
    assert once["cells"][2]["metadata"]["nbgrader"]["points"] == 1
    json.dumps(once)
