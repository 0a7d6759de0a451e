"""Where the names of a notebook come from: which module an expression means, and which names hold a library's objects.

Guessed from the author's code, never by running it; `kit check` runs the reference, which shows a wrong guess.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping

from kit.grading.reasons import DRAWING, NOT_PLAIN, WORKS_APART

_BUILTINS = frozenset(dir(builtins))
_MADE_PLAIN = frozenset(("int", "float", "str", "len", "bool", "round", "sum", "repr", "type", "isinstance", "hash"))
_PLAIN_METHODS = frozenset(
    ("tolist", "item", "numpy", "predict", "predict_proba", "score", "transform", "fit_transform", "fit_predict",
     "toarray", "todense", "to_numpy", "to_dict", "get_text", "evalf", "json")
)  # fmt: skip
"""Methods of libraries' objects that give plain values, as far as anybody can tell from outside."""


def place_of(node: ast.AST, imports: Mapping[str, str], bound: frozenset[str] = frozenset()) -> str:
    """``numpy.random.seed`` for ``np.random.seed``, ``builtins.open`` for ``open``; empty for anything else.

    bound: names that mean something of the notebook's own.
    """
    if isinstance(node, ast.Attribute):
        owner = place_of(node.value, imports, bound)
        return f"{owner}.{node.attr}" if owner else ""
    if isinstance(node, ast.Name):
        if node.id in imports:
            return imports[node.id]
        return f"builtins.{node.id}" if node.id in _BUILTINS and node.id not in bound else ""
    return ""


def library_of(place: str) -> str:
    """``draws`` or ``library`` for a module whose objects have no stand-in; empty for the others."""
    root = place.partition(".")[0]
    if root in DRAWING:
        return "draws"
    if any(place == part or place.startswith(f"{part}.") for part in NOT_PLAIN):
        return "library"
    return "" if root in WORKS_APART or root in sys.stdlib_module_names or not root else "library"


def not_plain(trees: Iterable[ast.Module], imports: Mapping[str, str]) -> dict[str, str]:
    """Names that the cells give objects of a library, and functions that return some → ``draws`` or ``library``."""
    found = _Values(imports)
    for tree in trees:
        for statement in tree.body:
            found.visit(statement)
    return {name: kind for name, kind in found.names.items() if kind}


class _Values(ast.NodeVisitor):
    """Goes through statements and remembers what kind of value each name has."""

    def __init__(self, imports: Mapping[str, str], names: dict[str, str] | None = None) -> None:
        self.imports = imports
        self.names: dict[str, str] = names or {}
        self.returned = ""

    # --- statements ---------------------------------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._give(target, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._give(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._give(node.target, node.value)

    def visit_For(self, node: ast.For) -> None:
        self._give(node.target, node.iter)
        self.generic_visit(node)

    def visit_withitem(self, node: ast.withitem) -> None:
        if node.optional_vars is not None:
            self._give(node.optional_vars, node.context_expr)

    def visit_Return(self, node: ast.Return) -> None:
        self.returned = self.returned or (self.kind(node.value) if node.value is not None else "")

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = _Values(self.imports, dict(self.names))
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                inner.names[argument.arg] = ""
        for statement in node.body:
            inner.visit(statement)
        self.names[node.name] = inner.returned

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.names[node.name] = next(filter(None, map(self.kind, node.bases)), "")

    def _give(self, target: ast.expr, value: ast.expr) -> None:
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for one, other in pairs:
            kind = self.kind(other)
            for name in _stored(one):
                self.names[name] = kind

    # --- expressions --------------------------------------------------------------------------------------------------

    def kind(self, node: ast.expr) -> str:
        """What *node* comes to: empty for a plain value."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id) or library_of(self.imports.get(node.id, ""))
        if isinstance(node, ast.Call):
            return self._called(node.func)
        if isinstance(node, (ast.Compare, ast.JoinedStr, ast.Constant)):
            return ""
        if isinstance(node, ast.Lambda):
            return self.kind(node.body)
        parts = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return next(filter(None, map(self.kind, parts)), "")

    def _called(self, function: ast.expr) -> str:
        if isinstance(function, ast.Name) and function.id in _MADE_PLAIN:
            return ""
        if isinstance(function, ast.Attribute):
            if function.attr in ("plot", "hist", "boxplot") and not place_of(function, self.imports):
                return "draws"  # pandas' own
            if function.attr in _PLAIN_METHODS:
                return ""
        return self.kind(function)


def _stored(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
