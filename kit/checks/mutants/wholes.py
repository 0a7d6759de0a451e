"""Makers that change a statement: a branch, a loop, a return, the type of a result, a step left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.checks.mutants.kinds import kind_of
from kit.checks.mutants.makers import constant, with_fields


def branches(node: ast.AST) -> Iterator[ast.AST | list[ast.stmt]]:
    """`if a:` → `if not a:`; one of its branches left out; `[x for x in a if b]` → `[x for x in a]`."""
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield with_fields(node, test=_negated(node.test))
    if isinstance(node, ast.If):
        yield list(node.orelse)
        if node.orelse:
            yield with_fields(node, orelse=[])
            yield list(node.body)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield with_fields(node, ifs=[])


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(op=ast.Not(), operand=test)


def returns(node: ast.AST) -> Iterator[ast.AST]:
    """`return a` → `return`: what was computed is lost, as with a `print` in its place."""
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(value=None)


def types(node: ast.AST) -> Iterator[ast.AST]:
    """The result of another type: `return n + 1` → `return str(n + 1)`; `a = [1]` → `a = (1,)`; else `a = [b]`."""
    value = node.value if isinstance(node, (ast.Return, ast.Assign)) else None
    if value is None or (isinstance(node, ast.Return) and _is_none(value)):
        return
    if not (isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name)):
        yield with_fields(node, value=_retyped(value))


def _retyped(value: ast.expr) -> ast.expr:
    wrapper = {"number": "str", "truth": "str", "list": "tuple", "tuple": "list"}.get(kind_of(value))
    if wrapper is None:
        return ast.List(elts=[value], ctx=ast.Load())
    return ast.Call(func=ast.Name(id=wrapper, ctx=ast.Load()), args=[value], keywords=[])


def statements(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """A step left out: an assignment, `n += 1`, `found.append(n)`, `del a[0]`."""
    call = isinstance(node, ast.Expr) and isinstance(node.value, (ast.Call, ast.Await))
    if call or isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        yield []


def augmented(node: ast.AST) -> Iterator[ast.AST]:
    """`n += a` → `n = a`: what was there before is forgotten."""
    if isinstance(node, ast.AugAssign):
        yield ast.Assign(targets=[node.target], value=node.value)


def loops(node: ast.AST) -> Iterator[ast.AST | list[ast.stmt]]:
    """A loop that stops after its first round, misses the last or the first thing, or runs on after its `break`."""
    if isinstance(node, (ast.For, ast.While)):
        yield with_fields(node, body=[*node.body, ast.Break()])
    if isinstance(node, (ast.For, ast.comprehension)):
        yield with_fields(node, iter=_part(node.iter, upper=constant(-1)))
        yield with_fields(node, iter=_part(node.iter, lower=constant(1)))
    elif isinstance(node, (ast.Break, ast.Continue)):
        yield []


def _part(things: ast.expr, lower: ast.expr | None = None, upper: ast.expr | None = None) -> ast.expr:
    listed = ast.Call(func=ast.Name(id="list", ctx=ast.Load()), args=[things], keywords=[])
    return ast.Subscript(value=listed, slice=ast.Slice(lower=lower, upper=upper), ctx=ast.Load())


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None
