"""Leaks: nothing in a release tells an answer, a hidden test or another form.

What nbgrader's converter takes out must not stand anywhere else in the same assignment: a whole solution in one piece,
or a statement of a hidden test with its values. What is too plain to give anything away (`x = 1`) is not looked for.
"""

from __future__ import annotations

import ast
import json
import keyword
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kit import syntax
from kit.checks.base import Check
from kit.checks.material import Material
from kit.errors import Fault, KitError
from kit.notebooks import Cell, cells_of, read_notebook
from kit.notebooks.cells import VARIANTS
from kit.notebooks.source import Notebook

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|\"[^\"]*\"|'[^']*'")
_WORD = re.compile(r"[^\W\d]\w*")
_TRIVIAL = {*keyword.kwlist, "print", "len", "self", "assert", "None", "0", "1"}
_VALUE = re.compile(r"'[^']+'|\b(?:[2-9]|\d{2,}|\d+\.\d+)\b")
_TELLING = 3
"""Tokens that give something away; `total = price * people` has three of them."""
_MARKS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
_TEXT_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing in a release that should not be there."""

    code: str
    cell: str
    """The released cell, as a person finds it; empty where it is about the file."""
    what: str
    id: str = ""
    """The cell's id, the same in the source it was made from."""


class _Leaked(Check):
    """Common part: the leaks of one code, in a build made aside and in release/ as it is."""

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell."""
        for rehearsal in material.rehearsals.values():
            yield from (fault for fault in rehearsal.faults if fault.code == self.code)
        yield from (fault for fault in material.released if fault.code == self.code)


class SolutionLeaked(_Leaked):
    """A released notebook must not contain its solution;
    example: the reference repeated in a text cell below the task.
    """

    code = "solution-leaked"


class HiddenTestLeaked(_Leaked):
    """A hidden test that can be read is no longer one;
    example: its lines copied into the visible part of another cell.
    """

    code = "hidden-test-leaked"


class VariantsLeaked(_Leaked):
    """The variants cell has the values of every form, so it stays with the author; example: release/ edited by hand."""

    code = "variants-leaked"


class OutputsReleased(_Leaked):
    """Outputs of the author's run may show the answers; example: release/ with a notebook that was run and saved."""

    code = "outputs-released"


def released_leaks(material: Material) -> tuple[Fault, ...]:
    """The leaks in release/ as it lies there, whoever made it."""
    root = material.course.release_dir
    faults = []
    for path in sorted(p for p in root.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts):
        where = path.relative_to(material.root).as_posix()
        source = material.course.gradebook_dir / "source" / path.relative_to(root)
        for leak in leaks_in_file(path, source if source.is_file() else None):
            place = f"{where}, {leak.cell}" if leak.cell else where
            step = "Delete release/ and run `kit build`; if it is still there then, take it out of the source."
            faults.append(Fault(leak.code, place, leak.what, step))
    return tuple(faults)


def leaks_in_file(path: Path, instructor: Path | None) -> list[Leak]:
    """The leaks in one released file; *instructor* is the notebook it was made from, where there is one."""
    if path.suffix == ".ipynb":
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            private = read_notebook(instructor) if instructor else None
            return list(leaks(read_notebook(path), private, stored["cells"]))
        except (KitError, ValueError, KeyError, TypeError, AttributeError, OSError):
            return []  # not a notebook: nothing that a learner could open
    if path.stat().st_size > _TEXT_BYTES:
        return []
    mark = _MARKS.search(path.read_bytes().decode("utf-8", errors="ignore"))
    return [Leak(_code_of(mark[2]), "", f"The file contains a part marked {mark[0]}.")] if mark else []


def leaks(released: Notebook, instructor: Notebook | None, stored: list[dict[str, object]]) -> Iterator[Leak]:
    """The leaks of one released notebook; *stored* are its cells as they lie on disk."""
    cells = cells_of(released)
    for cell, raw in zip(cells, stored, strict=True):
        mark = _MARKS.search(cell.source)
        if mark:
            yield Leak(_code_of(mark[2]), cell.name, f"It contains a part marked {mark[0]}.", cell.id)
        if VARIANTS in cell.tags:
            yield Leak("variants-leaked", cell.name, "The cell with the values of all forms is in it.", cell.id)
        if raw.get("outputs") or raw.get("execution_count") is not None:
            yield Leak("outputs-released", cell.name, "It was released with outputs.", cell.id)
    if instructor is not None:
        yield from _private_parts(cells, cells_of(instructor))


def _private_parts(released: tuple[Cell, ...], instructor: tuple[Cell, ...]) -> Iterator[Leak]:
    shown = [cell for cell in released if not _MARKS.search(cell.source)]
    for private in instructor:
        visible = _visible(private.source)
        for part in _marked(private.source, "SOLUTION"):
            if _weight(part) < _TELLING or shows(visible, part):
                continue
            for cell in shown:
                if shows(cell.source, part):
                    yield Leak("solution-leaked", cell.name, f"It shows the solution of {private.grade_id}.", cell.id)
        hidden = [
            statement
            for part in _marked(private.source, "HIDDEN TESTS")
            for statement in statements(part) or ()
            if _weight(statement) >= _TELLING and _VALUE.search(statement) and not shows(visible, statement)
        ]
        for cell in shown:
            found = next((statement for statement in hidden if shows(cell.source, statement)), None)
            if found:
                what = f"It shows a hidden test of {private.grade_id}: {found[:80]}"
                yield Leak("hidden-test-leaked", cell.name, what, cell.id)


def shows(text: str, secret: str) -> bool:
    """Whether *text* has the Python lines *secret* in one piece.

    Where both can be read as Python, layout, comments and assertion messages do not matter. Elsewhere, as in the words
    of a task, every line must be there with its indentation: broken lines that a learner is to mend give nothing away.
    """
    if not _names_in(secret) <= _words_in(text):
        return False
    there, wanted = statements(text), statements(secret)
    if there is not None and wanted is not None:
        return any(there[i : i + len(wanted)] == wanted for i in range(len(there) - len(wanted) + 1)) and bool(wanted)
    lines = [line.rstrip() for line in text.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", text)
    block = [line.rstrip() for line in textwrap.dedent(secret).splitlines() if line.strip() and line.strip()[0] != "#"]
    pieces = (textwrap.dedent("\n".join(lines[i : i + len(block)])) for i in range(len(lines) - len(block) + 1))
    return bool(block) and "\n".join(block) in pieces


@lru_cache(maxsize=4096)
def statements(source: str) -> tuple[str, ...] | None:
    """The simple statements of *source* in order, written one way; None where it is no Python."""
    try:
        tree = syntax.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError):
        return None
    simple = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")),
        key=lambda node: (node.lineno, node.col_offset),
    )
    for node in simple:
        if isinstance(node, ast.Assert):
            node.msg = None
    return tuple(ast.unparse(node) for node in simple)


@lru_cache(maxsize=4096)
def _names_in(secret: str) -> frozenset[str]:
    """Names that any text which shows *secret* must have as words, however it is laid out; of no Python, none."""
    trees = (syntax.parse(statement) for statement in statements(secret) or ())
    return frozenset(node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name))


@lru_cache(maxsize=4096)
def _words_in(text: str) -> frozenset[str]:
    # Names are compared as Python compares them: two ways to write one letter are one letter.
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text)))


def _marked(source: str, name: str) -> list[str]:
    return re.findall(rf"BEGIN {name}[^\n]*\n(.*?)[^\n]*END {name}", source, flags=re.S)


def _visible(source: str) -> str:
    # An emptied block keeps its place, so that what is left can still be read as Python.
    return re.sub(
        r"^([ \t]*)[^\n]*BEGIN (SOLUTION|HIDDEN TESTS)[^\n]*\n.*?END \2[^\n]*", r"\1...", source, flags=re.S | re.M
    )


def _weight(statement: str) -> int:
    return sum(token not in _TRIVIAL for token in _TOKEN.findall(statement))


def _code_of(mark: str) -> str:
    return "solution-leaked" if mark == "SOLUTION" else "hidden-test-leaked"
