"""What the judge lets out of its hands: functions to be called, iterators, and objects a test made for the purpose.

The learner's process learns of each a name and a number, never the object; `rights` says what it may ask for by that
number. Everything else (a frame, a module, a lock) goes out as a number with no rights: it can be handed back, no more.
"""

from __future__ import annotations

import enum
import inspect
import io
import types

from .describing import SPECIAL, enumeration, flags_of, named_tuple, plain_name, plain_with_class
from .known import is_plain_namedtuple, name_of
from .mirror_classes import MirrorClass

CALL, STEP, OBJECT, FILE = "call", "step", "object", "file"
_FILES = (io.StringIO, io.BytesIO)
_FILE_METHODS = ("read", "readline", "readlines", "write", "writelines", "getvalue", "close", "seek", "tell", "flush")
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


class Sparing:
    """Describes the judge's objects; `rights` is filled by what was described."""

    def __init__(self):
        self.rights = {}
        """number → CALL, STEP, OBJECT or FILE."""

    def __call__(self, value, writer):
        """The node of *value*."""
        kind = type(value)
        number = writer.table.number(value)
        if number is not None:
            return ["r", number]
        if isinstance(value, MirrorClass) or isinstance(kind, MirrorClass):
            raise TypeError(f"this {kind.__name__} was made in another check: make a new one in this check")
        if isinstance(value, type):
            return self._class(value, writer)
        if isinstance(value, BaseException):
            return self._exception(value, writer)
        name = name_of(value) if kind in _FUNCTIONS or kind.__name__ == "ufunc" else None
        if name is not None:
            return ["G", name]
        if kind is types.MethodType and writer.table.number(value.__func__) is not None:
            return ["m", writer.node(value.__func__), writer.node(value.__self__)]
        if (node := plain_with_class(value, kind, writer)) is not None:
            return node
        number = writer.table.add(value)
        if kind in _FUNCTIONS:
            self.rights[number] = CALL
            return ["f", number, _function(value)]
        return self._object(value, kind, number, writer)

    def _object(self, value, kind, number, writer):
        if kind in _FILES:
            self.rights[number] = FILE
        elif kind is types.GeneratorType or (hasattr(kind, "__next__") and kind.__module__ != "__main__"):
            self.rights[number] = STEP
            return ["i", number, kind.__name__]
        elif kind.__module__ == "__main__":
            self.rights[number] = OBJECT
        return ["o", number, writer.node(kind)]

    def _class(self, value, writer):
        name = name_of(value)
        if name is not None:
            return ["G", name]
        if is_plain_namedtuple(value):
            return named_tuple(value, writer)
        if issubclass(value, enum.Enum) and (node := enumeration(value, writer, bare=True)):
            return node
        number = writer.table.add(value)
        writer.table.lasting.add(number)
        own = value.__module__ == "__main__"
        special = SPECIAL & {name for cls in value.__mro__[:-1] for name in vars(cls)} if own else set()
        if value in _FILES:
            special = {"__iter__", "__next__", "__enter__", "__exit__"}
        self.rights[number] = CALL
        bases = [writer.node(base) for base in value.__bases__ if issubclass(base, BaseException) or own]
        description = {
            "name": plain_name(value.__name__),
            "qualname": value.__qualname__,
            "module": str(value.__module__),
        }
        return ["k", number, {**description, "bases": bases, "special": sorted(special), "members": {}}]

    def _exception(self, value, writer):
        number = writer.table.add(value)
        try:
            arguments = writer.nodes(list(value.args))
        except TypeError:
            arguments = []
        return ["e", number, writer.node(type(value)), arguments, str(value), [], None]

    # --- what may be asked for ----------------------------------------------------------------------------------------

    def may_get(self, value, number, name):
        """The attribute *name* of an object that was handed out; AttributeError where it is none to be known."""
        right = self.rights.get(number)
        allowed = (right == FILE and name in _FILE_METHODS) or (right == OBJECT and not name.startswith("_"))
        if not allowed or type(name) is not str:
            raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}")
        return getattr(value, name)

    def special(self, number, name, args):
        """Call a special method of an object that was handed out."""
        if self.rights.get(number) not in (OBJECT, FILE) or name not in SPECIAL:
            raise TypeError(f"this has no {name}")
        return getattr(type(args[0]), name)(*args)

    def builtin(self, number, name, args):
        """`repr`, `str`, or setting an attribute; of what has no rights only the class is told."""
        right = self.rights.get(number)
        if name in ("repr", "str"):
            return (repr if name == "repr" else str)(args[0]) if right == OBJECT else f"<{type(args[0]).__name__}>"
        if name in ("setattr", "delattr") and right == OBJECT and type(args[1]) is str and args[1][:1] != "_":
            return (setattr if name == "setattr" else delattr)(*args)
        raise TypeError(f"{name}() of this is for the test alone")


def _function(value):
    code = getattr(value, "__code__", None)
    name = str(getattr(value, "__name__", "function"))
    description = {"name": name, "qualname": name, "module": "__main__", "doc": None, "flags": ""}
    if code is not None:
        description["flags"] = "" if flags_of(code) == "generator" else flags_of(code)
    return {**description, "parameters": _parameters(value)}


def _parameters(value):
    """As `describing.parameters_of`, without the values of defaults: these may tell what the test expects."""
    try:
        found = inspect.signature(value).parameters.values()
    except (ValueError, TypeError):
        return None
    return [
        [[each.name, int(each.kind), each.default is not inspect.Parameter.empty, None, None] for each in found],
        None,
    ]
