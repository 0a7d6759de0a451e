"""No cell of a CSV file is a formula, and nothing that stood in one is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.exports.cells import csv_bytes, harmless, told


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0", id="a formula that begins with a plus"),
        pytest.param("-2+3", "'-2+3", id="a sum that begins with a minus"),
        pytest.param("@SUM(A1)", "'@SUM(A1)", id="a function"),
        pytest.param("\t=1", "'\t=1", id="behind a tab"),
        pytest.param("\rx", "'\rx", id="behind a return"),
        pytest.param("  =1", "'  =1", id="behind blanks"),
        pytest.param("＝1+1", "'＝1+1", id="signs of full width"),
        pytest.param("'=1", "''=1", id="an apostrophe that was there before"),
        pytest.param("-5", "-5", id="a number below zero"),
        pytest.param("+4.5e-3", "+4.5e-3", id="a number with an exponent"),
        pytest.param("a=1", "a=1", id="a sign inside"),
        pytest.param("O'Hara", "O'Hara", id="an apostrophe inside"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_cell_is_text_or_a_number_and_never_a_formula(text: str, cell: str) -> None:
    assert harmless(text) == cell
    assert told(cell) == text


@given(st.text(alphabet="'=+-@\t\r\n 1.eEx＝", max_size=8))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert told(harmless(text)) == text
    assert not harmless(text).startswith(("=", "@", "\t", "\r"))


def test_a_table_is_read_back_with_its_quotes_commas_and_lines() -> None:
    row = ['a "b"', "c,d", "e\nf", "=g", "-1"]
    assert list(csv.reader(io.StringIO(csv_bytes([row]).decode(), newline=""))) == [[harmless(cell) for cell in row]]
