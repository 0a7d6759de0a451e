"""What an expression must come to, as far as its own text says: a number, a text, a list."""

from __future__ import annotations

import ast
from typing import Literal

ValueKind = Literal["number", "text", "truth", "list", "tuple", "unknown"]

_NUMBERS = frozenset({"len", "int", "float", "round", "abs", "sum"})
_TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "replace", "join", "format", "zfill"}
)
_KINDS_OF_CALL: dict[str, ValueKind] = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(("str", "input", "repr", "chr"), "text"),
    **dict.fromkeys(("bool", "isinstance", "any", "all", "callable"), "truth"),
    **dict.fromkeys(("list", "sorted", "dir"), "list"),
    "tuple": "tuple",
}


def kind_of(value: ast.expr) -> ValueKind:
    """What *value* must be, as far as its own text says; a name may hold anything."""
    if isinstance(value, ast.Call):
        if isinstance(value.func, ast.Attribute):
            return "text" if value.func.attr in _TEXT_METHODS else "unknown"
        return _KINDS_OF_CALL.get(called(value), "unknown")
    if isinstance(value, ast.Constant):
        return _kind_of_constant(value.value)
    if isinstance(value, ast.BinOp):
        sides = {kind_of(value.left), kind_of(value.right)}
        certain = next((kind for kind in ("text", "list", "tuple") if kind in sides), None)
        if certain is not None:
            return certain
        number = isinstance(value.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.Pow))
        return "number" if number or sides == {"number"} else "unknown"
    if isinstance(value, ast.UnaryOp):
        return "truth" if isinstance(value.op, ast.Not) else "number"
    return _KINDS_OF_NODE.get(type(value), "unknown")


_KINDS_OF_NODE: dict[type[ast.expr], ValueKind] = {
    ast.JoinedStr: "text",
    ast.Compare: "truth",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
}


def _kind_of_constant(value: object) -> ValueKind:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, (int, float)) else "text" if isinstance(value, str) else "unknown"


def is_joining(node: ast.BinOp) -> bool:
    """Whether *node* joins texts or lists: `", " + name`."""
    return isinstance(node.op, ast.Add) and kind_of(node) in ("text", "list", "tuple")


def called(node: ast.Call) -> str:
    """The name a call goes to; empty for anything but a plain name."""
    return node.func.id if isinstance(node.func, ast.Name) else ""
