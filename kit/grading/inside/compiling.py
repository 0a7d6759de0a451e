"""Compiles a check so that operators and known names in it cannot be bent by learner code.

Operators become calls of `hardening`; names of builtins and of what the author imported mean the real things. What they
became stands in the compiled code as constants: it has no name that could be rebound.
"""

from __future__ import annotations

import ast
import builtins
import operator
import types
import warnings

from .hardening import is_in, is_not_in

BUILTINS = {name: value for name, value in vars(builtins).items() if not name.startswith("_") or name == "__import__"}
"""The builtins as they were when this module was loaded, before any learner code."""

_COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: is_in,
    ast.NotIn: is_not_in,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_KEPT = frozenset({"super"})  # the compiler itself looks for this name


def compile_check(source, filename, names, hardening, flags=0):
    """Code of all statements, and of the last expression (or None).

    names: what names mean that the check does not bind itself. SyntaxError as from `compile`.
    """
    tree = ast.parse(source, filename)
    names = {name: value for name, value in names.items() if name not in _bound_names(tree) | _KEPT}
    if "isinstance" in names:
        names["isinstance"] = hardening.is_instance
    rewrite = _Rewrite(names, hardening)
    tree = ast.fix_missing_locations(rewrite.visit(tree))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # calling a constant looks odd to the compiler
        body = compile(tree, filename, "exec", flags, True)
        end = compile(ast.Expression(last.value), filename, "eval", flags, True) if last else None
    fill = rewrite.constants
    return _with_constants(body, fill), (_with_constants(end, fill) if end else None)


def _with_constants(code, fill):
    """*code* with marks replaced by what they stand for, in functions within it too."""
    constants = []
    for value in code.co_consts:
        if type(value) is types.CodeType:
            value = _with_constants(value, fill)
        elif type(value) is str:
            value = fill.get(value, value)
        constants.append(value)
    return code.replace(co_consts=tuple(constants))


def _bound_names(tree):
    """Every name the check gives a value to, anywhere in it."""
    bound: set[str | None] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            bound.update(node.names)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)):
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping):
            bound.add(node.rest)
    return bound


class _Rewrite(ast.NodeTransformer):
    """Puts marks where operators and known names stood; `constants` says what each mark stands for."""

    def __init__(self, names, hardening):
        self.names = names
        self.hardening = hardening
        self.constants = {}

    def _constant(self, label, value):
        mark = f"\0kit {id(self)} {label}"
        self.constants[mark] = value
        return ast.Constant(mark)

    def _call(self, node, function, *arguments):
        call = ast.Call(self._constant(function.__name__, function), list(arguments), [])
        return ast.copy_location(call, node)

    def visit_Name(self, node):
        """A known name becomes what it means."""
        if isinstance(node.ctx, ast.Load) and node.id in self.names:
            return ast.copy_location(self._constant(f"name {node.id}", self.names[node.id]), node)
        return node

    def visit_MatchClass(self, node):
        """The class in a pattern must stay a name."""
        node.patterns = [self.visit(pattern) for pattern in node.patterns]
        node.kwd_patterns = [self.visit(pattern) for pattern in node.kwd_patterns]
        return node

    def visit_MatchValue(self, node):
        """A value in a pattern must stay as it is."""
        return node

    def visit_Compare(self, node):
        """Every comparison but ``is`` goes through the hardening."""
        self.generic_visit(node)
        kinds = [type(op) for op in node.ops]
        if all(kind in (ast.Is, ast.IsNot) for kind in kinds):
            return node
        label = " ".join(kind.__name__ for kind in kinds)
        comparisons = tuple(_COMPARISONS[kind] for kind in kinds)
        if len(kinds) == 1:
            which = self._constant(label, comparisons[0])
            return self._call(node, self.hardening.compare, which, node.left, node.comparators[0])
        later = map(self._later, node.comparators)
        return self._call(node, self.hardening.chain, self._constant(label, comparisons), node.left, *later)

    def _later(self, node):
        """An operand that is computed only when it is its turn, where it may stand in a function of its own."""
        if any(isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for part in ast.walk(node)):
            return self._call(node, _already, node)
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        return ast.copy_location(ast.Lambda(arguments, node), node)

    def visit_BinOp(self, node):
        """Arithmetic goes through the hardening."""
        self.generic_visit(node)
        kind = type(node.op)
        which = self._constant(kind.__name__, _ARITHMETIC[kind])
        return self._call(node, self.hardening.calculate, which, node.left, node.right)

    def _guarded(self, node, part):
        self.generic_visit(node)
        setattr(node, part, self._call(node, self.hardening.plain, getattr(node, part)))
        return node

    def visit_Assert(self, node):
        """The truth of what is asserted is asked of plain values only."""
        return self._guarded(node, "test")

    def visit_UnaryOp(self, node):
        """``not x`` and ``-x`` likewise."""
        return self._guarded(node, "operand")

    def visit_AugAssign(self, node):
        """``total -= x`` likewise."""
        return self._guarded(node, "value")


def _already(value):
    return lambda: value
