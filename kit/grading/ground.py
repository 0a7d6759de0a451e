"""What the checks of a notebook rely on, found by reading the author's code (never by running it)."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache

from kit import syntax
from kit.grading.executors.job import Ground
from kit.grading.trusted import KEPT, SourceCell, Trusted
from kit.syntax import ONE_AT_A_TIME

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)
_QUESTION = re.compile(r"\s*[\w.]+\?{1,2}\s*$")
_GIVEN_BY_MAGIC = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*[!%]")
_CLASS_MAKERS = {"namedtuple", "NamedTuple", "make_dataclass", "type", "Enum", "IntEnum", "new_class"}


@lru_cache(maxsize=KEPT)
def find_ground(trusted: Trusted) -> Ground:
    """Modules, imports, names and classes of the author's notebook; empty for languages other than Python.

    What a check binds is its own affair: to the other checks a builtin's name means the builtin all the same.
    """
    if trusted.language != "python":
        return Ground()
    code = [(cell, tree) for cell in trusted.cells if cell.type == "code" and (tree := parse(cell.source)) is not None]
    trees = [tree for _, tree in code]
    bound = {name for cell, tree in code if cell.role != "check" for name in _bound(tree)}
    offered = (tree for cell, tree in code if cell.role not in ("answer", "manual"))
    imports = {name: origin for tree in offered for name, origin in imports_of(tree)}
    return Ground(
        modules=tuple(sorted({module for tree in trees for module in _modules(tree)})),
        imports={name: origin for name, origin in sorted(imports.items()) if name not in bound},
        own_names=tuple(sorted(bound & set(dir(builtins)))),
        own_classes=tuple(sorted({name for tree in trees for name in _classes(tree)})),
    )


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell with its magics left out; None where that is not Python."""
    if source.startswith("%%"):
        return None
    tree = _parsed(source)
    return tree if tree is not None else _parsed("\n".join(map(_without_magic, source.split("\n"))))


def has_magic(source: str) -> bool:
    """Whether a cell has IPython's own syntax: magics, shell commands, questions."""
    return source.startswith("%%") or (_parsed(source) is None and parse(source) is not None)


def _parsed(source: str) -> ast.Module | None:
    try:
        with ONE_AT_A_TIME, warnings.catch_warnings():  # filters, too, belong to the whole process
            warnings.simplefilter("ignore")  # an author's ``"\d"`` is no business of the grader's
            return syntax.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magic(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    if line.lstrip().startswith(("%", "!", "?")) or _QUESTION.match(line):
        return indent + "pass"
    given = _GIVEN_BY_MAGIC.match(line)
    return f"{indent}{given[1]} = None" if given else line


@lru_cache(maxsize=KEPT)
def broken_check(trusted: Trusted) -> SourceCell | None:
    """The first check that the author wrote with a syntax error: no learner may lose points by it."""
    checks = (cell for cell in trusted.cells if cell.role == "check" and cell.type == "code")
    return next((cell for cell in checks if trusted.language == "python" and _is_broken(cell.source)), None)


def _is_broken(source: str) -> bool:
    magic = any(line.lstrip().startswith(("%", "!", "?")) or "!" in line for line in source.split("\n"))
    return not magic and parse(source) is None


def _top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run in the notebook's own scope: not those inside functions and classes."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, _SCOPES):
            yield from _top_level(node)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in _top_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def imports_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names that a cell imports in the notebook's own scope, each with its origin: ``np`` numpy, ``pi`` math:pi."""
    for node in _top_level(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
            for alias in node.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, f"{node.module}:{alias.name}"


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module and node.module != "__future__":
            yield node.module


def _classes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _maker(node.value) in _CLASS_MAKERS:
            yield from _names(node.targets)


def _maker(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _names(targets: Iterable[ast.expr]) -> Iterator[str]:
    return (target.id for target in targets if isinstance(target, ast.Name))
