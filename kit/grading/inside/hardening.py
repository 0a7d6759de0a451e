"""Checks compiled so that the learner's objects cannot answer for themselves.

An object whose ``__eq__`` always says True would pass ``assert answer == 4``. So in a check

- comparisons, arithmetic and truth go through functions that refuse an instance of a class the learner made up, where
  the other side is not of the same class; containers are looked through to the bottom;
- names of builtins and of the modules the author imported mean the real ones, even if the learner rebound them.

The replacements stand in the compiled code as constants: they have no name that could be rebound.
"""

from __future__ import annotations

import ast
import builtins
import collections
import enum
import operator
import sys
import types
import warnings

COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
ARITHMETIC = {
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
SPECIAL = frozenset(
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __contains__ __bool__ __len__ __iter__ __hash__ __class__ "
    "__getattribute__ __getitem__ __instancecheck__ __array__ __array_ufunc__ __array_function__ "
    "__add__ __sub__ __mul__ __truediv__ __floordiv__ __mod__ __pow__ __matmul__ __and__ __or__ __xor__ "
    "__radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__ __rmatmul__ __rand__ __ror__ __rxor__ "
    "__lshift__ __rshift__ __rlshift__ __rrshift__".split()
)
"""Methods with which an object could answer for itself in a comparison, a sum or a test of truth."""

DATA_MODULES = frozenset(
    "builtins abc _abc numbers decimal _decimal _pydecimal fractions datetime _datetime collections _collections "
    "_collections_abc array pathlib uuid enum ipaddress types typing re statistics zoneinfo numpy pandas".split()
)
"""Packages whose classes are plain values; those the author's notebook imports are added to them."""

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: only such classes can be written in Python or have their methods replaced
_KEPT = frozenset({"super"})  # the compiler itself looks for this name
_mro = type.__dict__["__mro__"].__get__
_members = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__
_real_isinstance = isinstance
_WRITTEN_IN_C = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.ClassMethodDescriptorType,
    type(None),
)
_ENUM_FILE = enum.__file__


class NotAPlainValue(AssertionError):
    """An object of a class of the learner's own where a check needs a plain value."""


class Hardening:
    """Compiles checks and holds what their operators became. `own_classes`: names the author asked learners to write."""

    def __init__(self, own_classes=(), modules=()):
        self.own_classes = frozenset(own_classes)
        self.packages = DATA_MODULES | {name.split(".")[0] for name in modules}

    # --- which values may not answer for themselves -------------------------------------------------------------------

    def is_foreign(self, kind):
        """Whether instances of the class *kind* could answer for themselves with code of the learner's."""
        if not _flags(kind) & _HEAP:  # written in C, but a proxy passes every question on
            return kind is types.MappingProxyType or self._package(kind) not in self.packages
        return any(_flags(cls) & _HEAP and not self._is_known(cls) for cls in _mro(kind))

    def _is_known(self, cls):
        members = _members(cls)
        special = [members[name] for name in SPECIAL.intersection(members) if name != "__hash__"]
        if not special:
            return True
        package = self._package(cls)
        if package == "__main__":
            return cls.__name__ in self.own_classes or all(_file_of(member) == _ENUM_FILE for member in special)
        return package in self.packages and all(_belongs_to(member, package) for member in special)

    @staticmethod
    def _package(cls):
        module = _members(cls).get("__module__")
        if type(module) is not str:  # classes in C carry it in their name
            module = type.__dict__["__module__"].__get__(cls)
        return module.split(".")[0] if type(module) is str else ""

    def foreign_classes(self, value):
        """Classes of the learner's own among *value* and everything in it that is a builtin container."""
        found, seen, waiting = set(), set(), [value]
        while waiting:
            value = waiting.pop()
            kind = type(value)
            if kind in _ATOMS:
                continue
            if self.is_foreign(kind):
                found.add(kind)
                continue
            if id(value) in seen:
                continue
            seen.add(id(value))
            waiting.extend(_contents(value))
        return found

    def _refuse(self, left, right):
        ours, theirs = self.foreign_classes(left), self.foreign_classes(right)
        if ours != theirs:
            self._say((ours or theirs).pop())

    @staticmethod
    def _say(kind):
        raise NotAPlainValue(
            f"the answer holds an object of the class {kind.__name__!r}, but this check needs plain values, "
            "such as a number, a text or a list"
        )

    # --- what operators become ----------------------------------------------------------------------------------------

    def compare(self, compare, left, right):
        """``left OP right`` for one comparison."""
        self._refuse(left, right)
        return compare(left, right)

    def chain(self, compares, left, *others):
        """``a < b < c``: each of *others* is a function without arguments, called only when it is its turn."""
        result = True
        for compare, other in zip(compares, others):
            right = other()
            result = self.compare(compare, left, right)
            if not result:
                return result
            left = right
        return result

    def calculate(self, calculate, left, right):
        """``left OP right`` for arithmetic; only the operands themselves are looked at."""
        ours, theirs = self.is_foreign(type(left)), self.is_foreign(type(right))
        if (ours or theirs) and type(left) is not type(right):
            self._say(type(left) if ours else type(right))
        return calculate(left, right)

    def plain(self, value):
        """*value* itself, where its truth or its sign is about to be asked."""
        if self.is_foreign(type(value)):
            self._say(type(value))
        return value

    def is_instance(self, value, kind):
        """`isinstance` by the real class: a class attribute that pretends to be another does not count."""
        if self.is_foreign(type(value)):
            return issubclass(type(value), kind)
        return _real_isinstance(value, kind)

    # --- compiling ----------------------------------------------------------------------------------------------------

    def compile(self, source, filename, names, flags=0):
        """Code of all statements, and of the last expression (or None), with operators and *names* replaced.

        names: what names mean that the check does not bind itself (builtins and the author's imports).
        """
        tree = ast.parse(source, filename)
        rewrite = _Rewrite({**names, "isinstance": self.is_instance} if "isinstance" in names else dict(names), self)
        rewrite.bound = _bound_names(tree)
        tree = ast.fix_missing_locations(rewrite.visit(tree))
        last = tree.body.pop() if tree.body and _real_isinstance(tree.body[-1], ast.Expr) else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # calling a constant looks odd to the compiler
            code = compile(tree, filename, "exec", flags, True)
            end = compile(ast.Expression(last.value), filename, "eval", flags, True) if last is not None else None
        fill = rewrite.constants
        return _with_constants(code, fill), (_with_constants(end, fill) if end is not None else None)


_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range, slice, types.FunctionType})


def _file_of(member):
    while type(member) in (property, classmethod, staticmethod):
        member = member.fget if type(member) is property else member.__func__
    return member.__code__.co_filename if type(member) is types.FunctionType else ""


def _belongs_to(member, package):
    """Whether a method was written in *package* itself (or in C)."""
    if type(member) in _WRITTEN_IN_C or type(member).__name__ == "cython_function_or_method":
        return True
    file = _file_of(member)
    home = getattr(sys.modules.get(package), "__file__", None) or ""
    return file.startswith("<frozen ") or bool(home) and file.startswith(home.removesuffix("__init__.py"))


def _contents(value):
    if type(value) is collections.deque:
        return list(value)
    if _real_isinstance(value, dict):
        return [*dict.keys(value), *dict.values(value)]
    for kind in (list, tuple, set, frozenset):
        if _real_isinstance(value, kind):
            return list(kind.__iter__(value))
    if type(value) in _VIEWS:
        return list(value)
    if type(value).__module__ == "numpy" and getattr(getattr(value, "dtype", None), "hasobject", False):
        return value.ravel().tolist()
    return ()


_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


def _bound_names(tree):
    bound = set()
    for node in ast.walk(tree):
        if _real_isinstance(node, ast.Name) and not _real_isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif _real_isinstance(node, ast.arg):
            bound.add(node.arg)
        elif _real_isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)):
            bound.add(node.name)
        elif _real_isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif _real_isinstance(node, (ast.Global, ast.Nonlocal)):
            bound.update(node.names)
        elif _real_isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
        elif _real_isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return bound


class _Rewrite(ast.NodeTransformer):
    """Puts marked constants where operators and known names stood; `constants` says what each mark becomes."""

    def __init__(self, names, hardening):
        self.names = names
        self.hardening = hardening
        self.bound = set()
        self.constants = {}

    def _constant(self, key, value):
        mark = f"\0kit {key} {id(self)}"
        self.constants[mark] = value
        return ast.Constant(mark)

    def _call(self, key, function, *arguments):
        return ast.Call(self._constant(key, function), list(arguments), [])

    def visit_Name(self, node):
        if _real_isinstance(node.ctx, ast.Load) and node.id in self.names and node.id not in self.bound | _KEPT:
            return ast.copy_location(self._constant(f"name {node.id}", self.names[node.id]), node)
        return node

    def visit_MatchClass(self, node):
        # The class in a pattern must stay a name.
        node.patterns = [self.visit(pattern) for pattern in node.patterns]
        node.kwd_patterns = [self.visit(pattern) for pattern in node.kwd_patterns]
        return node

    def visit_MatchValue(self, node):
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        kinds = [type(op) for op in node.ops]
        if all(kind in (ast.Is, ast.IsNot) for kind in kinds):
            return node
        operators = [COMPARISONS.get(kind) or _IDENTITY[kind] for kind in kinds]
        if len(operators) == 1:
            call = self._call(
                "compare", self.hardening.compare, self._constant(kinds[0].__name__, operators[0]), node.left,
                node.comparators[0],
            )  # fmt: skip
        else:
            label = "-".join(kind.__name__ for kind in kinds)
            call = self._call(
                "chain", self.hardening.chain, self._constant(label, tuple(operators)), node.left,
                *map(self._later, node.comparators),
            )  # fmt: skip
        return ast.copy_location(call, node)

    def _later(self, node):
        arguments = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        if any(_real_isinstance(n, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for n in ast.walk(node)):
            return self._call("now", _now, node)  # cannot stand in a lambda: evaluated at once
        return ast.Lambda(arguments, node)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        kind = type(node.op)
        call = self._call(
            "calculate", self.hardening.calculate, self._constant(kind.__name__, ARITHMETIC[kind]), node.left, node.right
        )
        return ast.copy_location(call, node)

    def _visit_truth(self, node, field):
        self.generic_visit(node)
        setattr(node, field, ast.copy_location(self._call("plain", self.hardening.plain, getattr(node, field)), node))
        return node

    def visit_Assert(self, node):
        return self._visit_truth(node, "test")

    def visit_UnaryOp(self, node):
        return self._visit_truth(node, "operand")

    def visit_AugAssign(self, node):
        return self._visit_truth(node, "value")

    def visit_JoinedStr(self, node):
        # Before 3.12 a constant mark inside an f-string is compiled like any other: nothing special to do.
        return self.generic_visit(node)


def _now(value):
    return lambda: value


_IDENTITY = {ast.Is: operator.is_, ast.IsNot: operator.is_not}


def _with_constants(code, fill):
    constants = tuple(
        _with_constants(value, fill)
        if _real_isinstance(value, types.CodeType)
        else fill.get(value, value)
        if type(value) is str
        else value
        for value in code.co_consts
    )
    return code.replace(co_consts=constants)


BUILTINS = {name: value for name, value in vars(builtins).items() if not name.startswith("_") or name == "__import__"}
"""The builtins as they were when this module was loaded, before any learner code."""
