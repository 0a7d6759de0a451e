"""What operators in a check become, so that the learner's objects cannot answer for themselves.

An object whose ``__eq__`` always says True would pass ``assert answer == 4``. So comparisons, arithmetic and truth in a
check refuse an instance of a class the learner made up, unless the other side is of the same class; containers are
looked through to the bottom. `compiling` puts these functions where the operators stand.
"""

from __future__ import annotations

import collections
import enum
import re
import sys
import types

# Bound here and now: learner code may rebind the builtins later, even while a check runs.
from builtins import all, any, bool, dict, getattr, id, isinstance, issubclass, list, set, tuple, type, zip  # noqa: UP029

SPECIAL = frozenset(
    {
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__bool__", "__len__"),
        *("__iter__", "__class__", "__getattribute__", "__getitem__", "__instancecheck__"),
        *("__array__", "__array_ufunc__", "__array_function__", "__array_interface__"),
        *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__matmul__"),
        *("__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rfloordiv__", "__rmod__", "__rpow__", "__rmatmul__"),
        *("__and__", "__or__", "__xor__", "__lshift__", "__rshift__"),
        *("__rand__", "__ror__", "__rxor__", "__rlshift__", "__rrshift__"),
    }
)
"""Methods with which an object could answer for itself in a comparison, a sum or a test of truth."""

DATA_MODULES = frozenset(
    {
        *("builtins", "abc", "_abc", "numbers", "decimal", "_decimal", "_pydecimal", "fractions", "statistics"),
        *("datetime", "_datetime", "zoneinfo", "collections", "_collections", "_collections_abc", "enum", "types"),
        *("array", "typing", "re", "pathlib", "uuid", "ipaddress", "numpy", "pandas"),
    }
)
"""Packages whose classes are plain values; those the author's notebook imports are added to them."""

_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: only such classes can be written in Python or have their methods replaced
_mro = type.__dict__["__mro__"].__get__
_members = type.__dict__["__dict__"].__get__
_flags = type.__dict__["__flags__"].__get__
_module = type.__dict__["__module__"].__get__
_name = type.__dict__["__name__"].__get__
_ENUM_FILE = enum.__file__
_WRITTEN_IN_C = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.ClassMethodDescriptorType,
    type(None),
)
_ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None), type(Ellipsis), range, slice})
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))


def is_in(left, right):
    """``left in right``."""
    return left in right


def is_not_in(left, right):
    """``left not in right``."""
    return left not in right


class NotAPlainValue(AssertionError):
    """An object of a class of the learner's own where a check needs a plain value."""


class Hardening:
    """The operators of checks.

    own_classes: names of classes the author asks learners to write; they may define operators as they like.
    modules: what the author's notebook imports; classes written there are plain values.
    """

    def __init__(self, own_classes=(), modules=()):
        self.asked_for = self.own_classes = frozenset(own_classes)
        self.packages = DATA_MODULES | {name.split(".")[0] for name in modules}

    def turn_to(self, source):
        """Own classes answer for themselves only in a check that names them in its *source*."""
        self.own_classes = self.asked_for.intersection(re.findall(r"\w+", source))

    # --- which values may not answer for themselves -------------------------------------------------------------------

    def is_foreign(self, kind):
        """Whether instances of the class *kind* could answer for themselves with code of the learner's."""
        if not _flags(kind) & _HEAP:  # written in C, but a proxy passes every question on
            return kind is types.MappingProxyType or self._package(kind) not in self.packages
        return any(_flags(cls) & _HEAP and not self._is_known(cls) for cls in _mro(kind))

    def _is_known(self, cls):
        members = _members(cls)
        special = [members[name] for name in SPECIAL.intersection(members)]
        if not special:
            return True
        package = self._package(cls)
        if package == "__main__":  # an Enum is given its operators by the standard library
            return _name(cls) in self.own_classes or all(_file_of(member) == _ENUM_FILE for member in special)
        return package in self.packages and all(_belongs_to(member, package) for member in special)

    @staticmethod
    def _package(cls):
        module = _members(cls).get("__module__")
        if type(module) is not str:  # classes in C carry it in their name
            module = _module(cls)
        return module.split(".")[0] if type(module) is str else ""

    def foreign_classes(self, value):
        """Classes of the learner's own among *value* and everything in it that is a builtin container."""
        found, seen, waiting = set(), set(), [value]
        while waiting:
            value = waiting.pop()
            kind = type(value)
            if kind in _ATOMS or id(value) in seen:
                continue
            if self.is_foreign(kind):
                found.add(kind)
                continue
            seen.add(id(value))
            waiting.extend(_contents(value))
        return found

    @staticmethod
    def _say(kind):
        raise NotAPlainValue(
            f"the answer holds an object of the class {_name(kind)!r}, but this check needs plain values, "
            "such as a number, a text or a list"
        )

    # --- what operators become ----------------------------------------------------------------------------------------

    def compare(self, comparison, left, right):
        """``left OP right`` for one comparison."""
        ours = self.foreign_classes(left)
        # ``"total" in globals()`` asks the keys only.
        asked = list(dict.keys(right)) if comparison in (is_in, is_not_in) and type(right) is dict else right
        theirs = self.foreign_classes(asked)
        if ours != theirs:
            self._say((ours or theirs).pop())
        return comparison(left, right)

    def chain(self, comparisons, left, *others):
        """``a < b < c``: each of *others* is a function without arguments, called only when it is its turn."""
        result = True
        for comparison, other in zip(comparisons, others, strict=True):
            right = other()
            result = self.compare(comparison, left, right)
            if not result:
                return result
            left = right
        return result

    def calculate(self, operation, left, right):
        """``left OP right`` for arithmetic; only the operands themselves are looked at."""
        ours, theirs = self.is_foreign(type(left)), self.is_foreign(type(right))
        if (ours or theirs) and type(left) is not type(right):
            self._say(type(left) if ours else type(right))
        return operation(left, right)

    def plain(self, value):
        """*value* itself, where its truth or its sign is about to be asked."""
        if self.is_foreign(type(value)):
            self._say(type(value))
        return value

    def is_instance(self, value, kind):
        """`isinstance` by the real class: a ``__class__`` that pretends to be another does not count."""
        return issubclass(type(value), kind) if self.is_foreign(type(value)) else isinstance(value, kind)


def _file_of(member):
    while type(member) in (property, classmethod, staticmethod):
        member = member.fget if type(member) is property else member.__func__
    return member.__code__.co_filename if type(member) is types.FunctionType else ""


def _belongs_to(member, package):
    """Whether a method was written in *package* itself (or in C)."""
    if type(member) in _WRITTEN_IN_C or _name(type(member)) == "cython_function_or_method":
        return True
    file = _file_of(member)
    home = getattr(sys.modules.get(package), "__file__", None) or ""
    return file.startswith("<frozen ") or (bool(home) and file.startswith(home.removesuffix("__init__.py")))


def _contents(value):
    if type(value) is collections.deque:
        return list(value)
    if isinstance(value, dict):
        return [*dict.keys(value), *dict.values(value)]
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return list(kind.__iter__(value))  # type: ignore[arg-type]
    if type(value) in _VIEWS:
        return list(value)
    if _module(type(value)) == "numpy" and getattr(getattr(value, "dtype", None), "hasobject", False):
        return value.ravel().tolist()
    return ()
