"""What the names of the learner's notebook mean at the place of a check, although later cells will change them.

Plain data a check uses is copied. Where functions or objects it uses can reach something a later cell may change in
place, a copy is not enough: the view is *moving*, and a fork of the process answers for that check. Nothing of the
learner's is called to find out.
"""

from __future__ import annotations

import abc
import collections
import dis
import enum
import functools
import random
import types
from dataclasses import dataclass, field
from typing import Any

from . import leaves
from .known import is_plain_namedtuple, name_of

_members = type.__dict__["__dict__"].__get__
_name = type.__dict__["__name__"].__get__
_bases = type.__dict__["__bases__"].__get__
_ATOMS = frozenset(
    {int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented), range, slice}
)
_MOVING_NAMES = frozenset(
    {"random", "open", "next", "input", "iter", "__next__", "send", "setattr", "delattr", "globals"}
)
_WRITES = frozenset(dis.opmap[name] for name in ("STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF"))
_METHODS = (staticmethod, classmethod, property)
_WRITTEN_IN_C = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)
_MISSING = object()


@dataclass
class View:
    """What names mean to one check."""

    names: dict
    """All names of the notebook."""
    data: dict = field(default_factory=dict)
    """Those of them whose plain data was copied."""
    moving: bool = False
    """Whether later cells could change what the check's names lead to."""


def take(namespace, reads):
    """The view of a check that uses the names *reads*."""
    look = _Look(namespace)
    data = {}
    for name in reads:
        value = namespace.get(name, _MISSING)
        if value is _MISSING or type(value) in _ATOMS:
            continue
        try:
            data[name] = look.frozen(value)
        except Exception:  # too deep to follow, or a key that will not be hashed
            look.moving = True
        if look.moving:
            return View(dict(namespace), {}, True)
    data = {name: value for name, value in data.items() if value is not namespace[name]}
    return View({**namespace, **data}, data)


class _Look:
    """One look through what a check's names lead to."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.moving = False
        self._copies = {}
        self._seen = set()
        self._kept = []

    # --- plain data ---------------------------------------------------------------------------------------------------

    def frozen(self, value):
        """A copy of *value* as far as it is plain data; what else is in it is looked at."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        known = self._copies.get(id(value), _MISSING)
        if known is not _MISSING:
            return known
        copy = _COPIES.get(kind)
        if copy is not None:
            return copy(self, value)
        packed = leaves.pack(value, lambda item: self._inner(item))
        if packed is not None:
            self._kept.append(value)
            made = self._copies[id(value)] = leaves.unpack(packed[0], packed[1], self._kept.__getitem__)
            return made
        self.look(value)
        return value

    def _inner(self, item):
        self._kept.append(self.frozen(item))
        return len(self._kept) - 1

    def _list(self, value):
        made = self._copies[id(value)] = (
            type(value)() if type(value) is list else collections.deque(maxlen=value.maxlen)
        )
        made.extend([self.frozen(item) for item in value])
        return made

    def _dict(self, value):
        made = self._copies[id(value)] = type(value)()
        if type(value) is collections.defaultdict:
            made.default_factory = value.default_factory
            self.frozen(value.default_factory)
        for key, item in list(dict.items(value)):
            made[self.frozen(key)] = self.frozen(item)
        return made

    def _set(self, value):
        items = {self.frozen(item) for item in value}
        made = self._copies[id(value)] = items if type(value) is set else frozenset(items)
        return made

    def _tuple(self, value):
        items = tuple([self.frozen(item) for item in value])
        return value if all(a is b for a, b in zip(items, value, strict=True)) else items

    def _bytearray(self, value):
        made = self._copies[id(value)] = bytearray(value)
        return made

    # --- everything else ----------------------------------------------------------------------------------------------

    def look(self, value):
        """Find out whether *value* leads to something that can change."""
        if self.moving or id(value) in self._seen:
            return
        self._seen.add(id(value))
        kind = type(value)
        if kind is types.FunctionType:
            self._function(value)
        elif kind in _WRITTEN_IN_C:
            self.moving = type(getattr(value, "__self__", None)) not in (types.ModuleType, type(None))
        elif kind is types.ModuleType:
            self.moving = value is random
        elif issubclass(kind, type):
            self._class(value)
        elif kind is functools.partial:
            self._all((value.func, *value.args, *value.keywords.values()))
        elif issubclass(kind, tuple) and is_plain_namedtuple(kind):
            self._all(tuple.__iter__(value))
        elif kind in _TYPES_OF_TYPES or issubclass(kind, enum.Enum):
            return
        else:
            self.moving = _name(kind) != "ufunc"

    def _all(self, values):
        for value in values:
            if type(value) not in _ATOMS:
                self._reach(value)

    def _reach(self, value):
        """Something a function leads to: data in it must not be such as can change."""
        kind = type(value)
        if kind in _ATOMS or self.moving:
            return
        if kind is tuple or kind is frozenset:
            self._all(value)
        elif kind in _COPIES or (leaves.pack(value, lambda item: 0) is not None and kind.__hash__ is None):
            self.moving = True
        elif leaves.pack(value, lambda item: 0) is None:
            self.look(value)

    def _function(self, function):
        if function.__globals__ is not self.namespace:
            self.moving = self.moving or (function.__module__ == "__main__" and name_of(function) is None)
            return
        facts = _facts(function.__code__)
        attributes = {name for name in function.__dict__ if name != "__wrapped__"}
        if facts.writes or attributes or facts.names & _MOVING_NAMES:
            self.moving = True
            return
        self._all(function.__defaults__ or ())
        self._all((function.__kwdefaults__ or {}).values())
        for cell in function.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:
                continue
            if type(content) in _ATOMS:  # a function beside it may write the variable
                self.moving = True
            self._reach(content)
        for name in facts.names:
            found = self.namespace.get(name, _MISSING)
            if found is not _MISSING:
                self._reach(found)

    def _class(self, value):
        if type(value) not in (type, abc.ABCMeta, enum.EnumMeta):  # it may do anything when it is asked
            self.moving = True
            return
        if name_of(value) is not None:
            return
        if issubclass(value, enum.Enum) or is_plain_namedtuple(value):
            return
        for name, member in list(_members(value).items()):
            kind = type(member)
            if kind is types.FunctionType:
                self.look(member)
            elif kind in _METHODS:
                self._all(part for part in _parts(member) if part is not None)
            elif not (name.startswith("__") and name.endswith("__")) and kind not in _SLOTS and name != "_abc_impl":
                self.moving = True
        self._all(_bases(value))


def _parts(member):
    return (member.fget, member.fset, member.fdel) if type(member) is property else (member.__func__,)


_SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)
_TYPES_OF_TYPES = (types.GenericAlias, types.UnionType)
_COPIES: dict[Any, Any] = {
    list: _Look._list,
    collections.deque: _Look._list,
    dict: _Look._dict,
    collections.Counter: _Look._dict,
    collections.OrderedDict: _Look._dict,
    collections.defaultdict: _Look._dict,
    set: _Look._set,
    frozenset: _Look._set,
    tuple: _Look._tuple,
    bytearray: _Look._bytearray,
}


# --- code -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Facts:
    names: frozenset
    """Of globals, builtins and attributes, in functions within it too."""
    writes: bool
    """Whether it writes globals or variables of a function around it."""


_known: dict[int, tuple[types.CodeType, _Facts]] = {}


def _facts(code):
    found = _known.get(id(code))
    if found is None:
        names, writes, waiting = set(), False, [code]
        while waiting:
            part = waiting.pop()
            names.update(part.co_names)
            writes = writes or _writes(part, part is code)
            waiting += [constant for constant in part.co_consts if type(constant) is types.CodeType]
        found = _known[id(code)] = code, _Facts(frozenset(names), writes)
    return found[1]


def _writes(code, outermost):
    if not _WRITES.intersection(code.co_code[::2]):
        return False
    # A function may write its own variables, also those that functions within it use.
    free = set(code.co_freevars) if outermost else set()
    return any(
        (step.opname.endswith("_GLOBAL") and not step.opname.startswith("LOAD"))
        or (step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in free)
        for step in dis.get_instructions(code)
    )
