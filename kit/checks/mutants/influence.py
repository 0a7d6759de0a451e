"""Which names an answer changes and which ones an item depends on: whether two mistakes may share a notebook."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from kit import syntax

_BUILTINS = frozenset(dir(builtins))


def changes(source: str) -> frozenset[str]:
    """Names that *source* binds, and names of things it may change in place (method calls, arguments, items)."""
    return frozenset(_changed(syntax.parse(source)))


def _changed(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            yield from _root(node)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield from _root(node.func)
            if not (isinstance(node.func, ast.Name) and node.func.id in _BUILTINS):
                for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
                    yield from _root(argument)


def _root(node: ast.expr) -> Iterator[str]:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def mentions(sources: Iterable[str]) -> frozenset[str]:
    """Every name in *sources*, built-in ones apart; of a text that is no Python, none."""
    found: set[str] = set()
    for source in sources:
        try:
            tree = syntax.parse(source)
        except (SyntaxError, ValueError):
            continue
        found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        # `globals()["total"]` and `"total" in globals()` name it as a text.
        found |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return frozenset(found) - _BUILTINS


def may_run_on(source: str) -> bool:
    """Whether a mistake in *source* may never end: it has a `while`, or a function that calls itself."""
    for node in ast.walk(syntax.parse(source)):
        if isinstance(node, ast.While):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            if any(name.id == node.name for name in inner):
                return True
    return False
