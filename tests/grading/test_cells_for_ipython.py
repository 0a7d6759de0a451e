"""Cells that IPython would leave as they are go past its transformers: never one that it would not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from kit.grading.inside import shell as inside

SPECIAL = {
    "a magic": "x = 1\n%time y",
    "a magic after spaces": "for i in x:\n    %ls\n",
    "a magic's value": "x = %time 1\n2",
    "a command": "if 1:\n  !ls",
    "a command's value": "a = !ls\nb = 1",
    "a command after a continued line": "a = \\\n!ls\n",
    "help": "a?\nb",
    "help at the end": "b\na.b??",
    "a prompt of Python's": ">>> a\n>>> b",
    "a prompt of IPython's": "In [1]: a\n   ...: b",
    "a call without brackets": "b\n/f x\n",
    "a call with quoted words": "b\n,f x\n;g y",
    "an indented cell": " a\n b",
    "empty lines first": "\n\na = 1\nb",
    "a blank line of spaces": "a\n   \nb",
    "a blank line of spaces in a text": "a = '''\n   \n'''\nb",
    "a cell magic": "%%timeit\nx = 1\ny = 2",
    "one line": "ls",
    "nothing": "",
}
PIECES = [
    "a",
    "=",
    " ",
    "\n",
    "%",
    "!",
    "?",
    "'",
    '"""',
    "\\",
    "(",
    ")",
    "/",
    ",",
    ";",
    ">>> ",
    "...",
    "In [1]: ",
    ":",
    "\t",
]


@pytest.fixture(scope="module")
def shell() -> Iterator[inside.Shell]:
    streams, main = (sys.stdout, sys.stderr), sys.modules["__main__"]
    hook = sys.displayhook
    made = inside.make_shell()
    yield made
    inside.Shell.clear_instance()
    sys.stdout, sys.stderr = streams
    sys.displayhook, sys.modules["__main__"] = hook, main


def same(shell: inside.Shell, source: str) -> None:
    outcomes = []
    for transform in (lambda: InteractiveShell.transform_cell(shell, source), lambda: shell.transform_cell(source)):
        try:
            outcomes.append(transform())
        except Exception as error:
            outcomes.append(repr(error))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("source", SPECIAL.values(), ids=SPECIAL.keys())
def test_what_is_ipythons_goes_to_it(shell: inside.Shell, source: str) -> None:
    same(shell, source)
    assert InteractiveShell.transform_cell(shell, source) != source or source in ("", "b\na.b??")


def test_every_program_of_ours_is_what_ipython_makes_of_it(shell: inside.Shell) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(Path(inside.__file__).parent.glob("*.py"))]
    parts = [part for text in texts for part in text.split("\n\n\n")]
    for part in parts:
        same(shell, part)
    past = [part for part in parts if "\n" in part.strip() and not inside._SPECIAL.search(part)]
    assert len(past) > len(parts) / 2, "most cells are plain Python"


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_a_cell_holds_it_is_what_ipython_makes_of_it(shell: inside.Shell, source: str) -> None:
    same(shell, source)


def test_a_transformer_of_the_learners_is_asked(shell: inside.Shell) -> None:
    shell.input_transformers_post.append(lambda lines: [line.replace("euro", "dollar") for line in lines])
    try:
        assert shell.transform_cell("a = 'euro'\nb = 1\n") == "a = 'dollar'\nb = 1\n"
    finally:
        shell.input_transformers_post.pop()
