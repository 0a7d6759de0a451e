"""Makers that change a part of an expression: an operator, a constant, an index, a call.

A maker takes one node of the tree and yields other nodes for its place. It changes nothing in what it is given.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import TypeVar

from kit.checks.mutants.kinds import called, is_joining

Node = TypeVar("Node", bound=ast.AST)

_ARITHMETIC: Mapping[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ANY_ORDER = frozenset({"max", "min", "print", "isinstance", "set", "isclose", "gcd"})
"""Calls in which the order of the arguments makes no difference, or none that an item is about."""
_CONVERSIONS = frozenset({"int", "float", "str", "bool", "list", "tuple", "set"})
_DIRECTED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def operators(node: ast.AST) -> Iterator[ast.AST]:
    """`a + b` → `a - b`; `a < b` → `a <= b`; `a and b` → `a or b`; `not a` → `a`."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        if isinstance(node, ast.BinOp) and is_joining(node):
            return  # texts cannot be subtracted; `swaps` turns them round
        for operator in _ARITHMETIC.get(type(node.op), ()):
            yield with_fields(node, op=operator())
    elif isinstance(node, ast.Compare):
        for place, old in enumerate(node.ops):
            for comparison in _COMPARISONS[type(old)]:
                yield with_fields(node, ops=[*node.ops[:place], comparison(), *node.ops[place + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield with_fields(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def constants(node: ast.AST) -> Iterator[ast.AST]:
    """`3` → `4`, `2`; `-3` → `-2`, `-4`, `3`; `True` → `False`; `"ab"` → `""`; `[a, b]` → `[]`; `None` → `0`."""
    number = _number(node)
    if number is not None:
        yield constant(number + 1)
        yield constant(number - 1)
        if number < 0:
            yield constant(-number)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield constant(not node.value)
        elif node.value is None:
            yield constant(0)
        elif isinstance(node.value, str):
            yield constant("" if node.value else "x")
    elif isinstance(node, ast.List) and isinstance(node.ctx, ast.Load) and node.elts:
        yield ast.List(elts=[], ctx=ast.Load())
    elif isinstance(node, ast.Dict) and node.keys:
        yield ast.Dict(keys=[], values=[])


def bounds(node: ast.AST) -> Iterator[ast.AST]:
    """`a[n]` → `a[n + 1]`; `a[n:m]` → `a[n:m + 1]`, `a[:m]`; `range(n)` → `range(n + 1)`, `range(1, n)`."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        if isinstance(node.slice, ast.Slice):
            for moved in _slices(node.slice):
                yield with_fields(node, slice=moved)
        elif not (isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)):
            for index in _beside(node.slice):
                yield with_fields(node, slice=index)
    elif isinstance(node, ast.Call) and called(node) == "range" and not node.keywords:
        for place, argument in enumerate(node.args[:2]):
            for moved_argument in _beside(argument):
                yield with_fields(node, args=[*node.args[:place], moved_argument, *node.args[place + 1 :]])
        if len(node.args) == 1:
            yield with_fields(node, args=[constant(1), *node.args])


def _slices(piece: ast.Slice) -> Iterator[ast.Slice]:
    for name in ("lower", "upper"):
        bound = getattr(piece, name)
        if bound is not None:
            for moved in _beside(bound):
                yield with_fields(piece, **{name: moved})
            yield with_fields(piece, **{name: None})
    if piece.step is not None:
        yield with_fields(piece, step=None)


def _beside(bound: ast.expr) -> Iterator[ast.expr]:
    """One more and one less."""
    number = _number(bound)
    if number is not None:
        yield constant(number + 1)
        yield constant(number - 1)
    else:
        yield ast.BinOp(left=bound, op=ast.Add(), right=constant(1))
        yield ast.BinOp(left=bound, op=ast.Sub(), right=constant(1))


def swaps(node: ast.AST) -> Iterator[ast.AST]:
    """`f(a, b)` → `f(b, a)`; `a - b` → `b - a`; `", " + a` → `a + ", "`; `f(x=a, y=b)` → `f(x=b, y=a)`."""
    if isinstance(node, ast.BinOp) and (isinstance(node.op, _DIRECTED) or is_joining(node)):
        yield with_fields(node, left=node.right, right=node.left)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield with_fields(node, elts=[node.elts[1], node.elts[0], *node.elts[2:]])
    elif isinstance(node, ast.Call) and called(node) not in _ANY_ORDER:
        plain = not any(isinstance(argument, ast.Starred) for argument in node.args)
        for first in range(len(node.args) - 1 if plain else 0):
            pair = [node.args[first + 1], node.args[first]]
            yield with_fields(node, args=[*node.args[:first], *pair, *node.args[first + 2 :]])
        named = [keyword for keyword in node.keywords if keyword.arg is not None]
        if len(named) > 1:
            one, other = named[:2]
            changed = [with_fields(one, value=other.value), with_fields(other, value=one.value)]
            yield with_fields(node, keywords=[*changed, *(k for k in node.keywords if k not in (one, other))])


def conversions(node: ast.AST) -> Iterator[ast.AST]:
    """`int(a)` → `a`, `float(a)`; `list(a)` → `a`, `tuple(a)`."""
    if isinstance(node, ast.Call) and called(node) in _CONVERSIONS and len(node.args) == 1 and not node.keywords:
        yield node.args[0]
        other = {"int": "float", "float": "int", "list": "tuple", "tuple": "list"}.get(called(node))
        if other:
            yield with_fields(node, func=ast.Name(id=other, ctx=ast.Load()))


def calls(node: ast.AST) -> Iterator[ast.AST]:
    """A call left out: `text.strip()` → `text`; `sorted(a)` → `a`; `round(a, 2)` → `a`."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Constant):
        yield node.func.value
    elif node.args and called(node) not in _CONVERSIONS | {"range", "print"} and called(node):
        yield node.args[0]


def _number(node: ast.AST) -> int | float | None:
    """The number that *node* writes down, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        below = _number(node.operand)
        return None if below is None else -below
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return node.value
    return None


def constant(value: object) -> ast.expr:
    """*value* as it would be written: a negative number has its sign in front."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=-value))
    return ast.Constant(value=value)  # type: ignore[arg-type]


def with_fields(node: Node, **fields: object) -> Node:
    """A copy of *node* with other *fields*; what it holds is shared with the old one."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
