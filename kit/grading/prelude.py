"""Functions that the author gives out and that checks use: made anew for a check, whatever a learner made of them.

Without this a learner could put another function in the place of ``def same(a, b): assert a == b``, which says yes to
everything and is handed what is expected. Taken out of the learner's hands is a plain function that one cell of the
author's makes, no answer and no check binds or changes, and that means the same on both sides: it looks up only
builtins, the author's imports and other such functions, draws no random numbers, and could stand in a check.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kit.grading.ground import has_magic, parse
from kit.grading.names import names_of
from kit.grading.outside import Surroundings, reason_in
from kit.grading.trusted import SourceCell

_WORD = re.compile(r"[^\W\d]\w*")
_LOOKING_AROUND = frozenset(("globals", "locals", "vars", "dir", "eval", "exec", "input", "timeit"))
_FIXED = (ast.Constant, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.Name, ast.Attribute,
          ast.operator, ast.unaryop, ast.expr_context)  # fmt: skip
"""What a default may be made of: it has no state that one call could leave to the next."""

Read = tuple[SourceCell, ast.Module | None]
"""A code cell of the author's with its syntax tree."""


@dataclass(frozen=True, slots=True)
class Helper:
    """One such function."""

    name: str
    text: str
    position: int
    """Of its cell among the code cells."""
    uses: frozenset[str]
    """Names it looks up in the notebook, its own among them if it calls itself."""


def find_helpers(cells: Sequence[Read], known: frozenset[str], around: Surroundings) -> dict[str, Helper]:
    """Name → function, in the author's order; known: builtins and imports that mean the same on both sides."""
    changes = Counter(name for cell, tree in cells for name in _changed(cell, tree))
    found = {
        helper.name: helper
        for position, (cell, tree) in enumerate(cells)
        if cell.role in ("plain", "locked") and tree is not None
        for node in tree.body
        if (helper := _helper(node, cell, position, around)) is not None and changes[helper.name] == 1
    }
    while lost := {name for name, helper in found.items() if not helper.uses <= known | found.keys()}:
        found = {name: helper for name, helper in found.items() if name not in lost}
    return found


def used_by(reads: frozenset[str], helpers: Mapping[str, Helper], position: int) -> tuple[Helper, ...]:
    """The functions that a check at *position* which reads these names is given, in the author's order."""
    wanted: set[str] = set()
    for name in reads & helpers.keys():
        together = _together(name, helpers)
        if all(helpers[other].position < position for other in together):
            wanted |= together
    return tuple(helper for name, helper in helpers.items() if name in wanted)


def _together(name: str, helpers: Mapping[str, Helper]) -> set[str]:
    """A function and all those it leads to."""
    found, open_ = {name}, [name]
    while open_:
        more = (helpers[open_.pop()].uses & helpers.keys()) - found
        found |= more
        open_ += more
    return found


def _changed(cell: SourceCell, tree: ast.Module | None) -> Iterator[str]:
    """Every name a cell binds, deletes or changes in place, once for each statement that does."""
    if tree is None:
        yield from _WORD.findall(cell.source) * 2  # whatever it does with them
        return
    for statement in tree.body:
        yield from names_of([statement]).touches
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            while isinstance(node, (ast.Attribute, ast.Subscript)):
                node = node.value
            if isinstance(node, ast.Name):
                yield node.id


def _helper(node: ast.stmt, cell: SourceCell, position: int, around: Surroundings) -> Helper | None:
    """The function that *node* makes, if it means the same on both sides as far as itself shows."""
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return None
    text = ast.get_source_segment(cell.source, node) or ""
    tree = parse(text)
    if tree is None or has_magic(text) or "random" in text:
        return None
    defaults = (*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None))
    if not all(isinstance(part, _FIXED) for default in defaults for part in ast.walk(default)):
        return None
    names = names_of([node])
    parameters = {part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg)}
    theirs = replace(names, reads=names.reads | parameters)  # what it is given may be the learner's
    if names.touches != {node.name} or names.reads & _LOOKING_AROUND or reason_in(tree, theirs, around):
        return None
    return Helper(node.name, text, position, names.reads)
