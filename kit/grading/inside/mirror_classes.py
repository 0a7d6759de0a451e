"""Stand-ins for classes of the other side, and for their instances.

The class is a real one: `isinstance`, ``type(x) is C`` and ``except MyError`` need no help. Its instances hold nothing:
each attribute and method is asked of the original. Named tuples and enumerations are rebuilt, as they are plain data.
"""

from __future__ import annotations

import abc
import functools
from typing import Any

from .derived import PLAIN_COPIES
from .describing import OPERATORS, SPECIAL
from .hardening import NotAPlainValue
from .wire import Garbled

PLACE = "_kit_place"
"""Where a stand-in keeps (link, number, text): in its real ``__dict__``, which its class hides."""
_set = object.__setattr__
_get = object.__getattribute__
_class_get = type.__getattribute__


def put_away(instance, link, number, text=None):
    """Make *instance* the stand-in of *number*; text: what it says, where that was sent along."""
    _set(instance, PLACE, (link, number, text))


def _place(instance):
    try:
        return _get(instance, PLACE)
    except AttributeError:
        raise TypeError(f"this {type(instance).__name__} was not made by the answer's class") from None


def _class_place(cls):
    return _class_get(cls, PLACE)


# --- classes ----------------------------------------------------------------------------------------------------------


class MirrorClass(type):
    """The class of stand-in classes: calling one makes an instance on the other side."""

    def __new__(meta, name, bases, namespace, link=None):
        """Made by `Classes` only; link: the connection."""
        if link is None:
            raise TypeError("a test cannot derive a class from one of the answer's")
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, link=None):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kwargs):
        """An instance, made on the other side."""
        link, number = _class_place(cls)
        return link.call(number, args, kwargs)

    def __getattr__(cls, name):
        if name.startswith("__") and name not in _ASKED:
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        link, number = _class_place(cls)
        return link.attribute(number, name)

    def __setattr__(cls, name, value):
        if name in ("__abstractmethods__", "_abc_impl"):
            type.__setattr__(cls, name, value)
            return
        link, _ = _class_place(cls)
        link.builtin("setattr", cls, name, value)
        if name in vars(cls):
            type.__delattr__(cls, name)  # asked of the original from now on

    def __delattr__(cls, name):
        link, _ = _class_place(cls)
        link.builtin("delattr", cls, name)
        if name in vars(cls):
            type.__delattr__(cls, name)


class AbstractMirrorClass(MirrorClass, abc.ABCMeta):
    """For classes that derive from an abstract one of the standard library."""


_ASKED = frozenset({"__match_args__", "__slots__", "__len__"})


# --- instances --------------------------------------------------------------------------------------------------------


def _getattr(self, name):
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
    link, number, _ = _place(self)
    return link.attribute(number, name)


def _setattr(self, name, value):
    if name in ("__traceback__", "__cause__", "__context__", "__suppress_context__", "__notes__"):
        _set(self, name, value)
        return
    _place(self)[0].builtin("setattr", self, name, value)


def _delattr(self, name):
    _place(self)[0].builtin("delattr", self, name)


def _say(name):
    def say(self):
        link, _, text = _place(self)
        if text is not None and name == "str":
            return text
        said = link.builtin(name, self)
        if type(said) is not str:
            raise TypeError(f"{name}() of the answer's {type(self).__name__!r} is no text")
        return said

    return say


def _format(self, how):
    said = _place(self)[0].builtin("format", self, how)
    return said if type(said) is str else ""


def _dir(self):
    return _place(self)[0].builtin("dir", self)


def _copy(which):
    def copy(self, memory=None):
        return _place(self)[0].copy(which, self)

    return copy


def _no_pickle(self, protocol):
    raise TypeError(f"a test cannot pickle the answer's {type(self).__name__!r}")


ROOT = {
    "__getattr__": _getattr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__repr__": _say("repr"),
    "__str__": _say("str"),
    "__format__": _format,
    "__dir__": _dir,
    "__copy__": _copy("copy"),
    "__deepcopy__": _copy("deepcopy"),
    "__reduce_ex__": _no_pickle,
    "__dict__": property(lambda self: _place(self)[0].builtin("vars", self)),
}
"""What the first stand-in class of a line gives to all below it."""


def _forward(name):
    def forward(self, *args):
        return _place(self)[0].special(self, name, args)

    forward.__name__ = forward.__qualname__ = name
    return forward


def _exit(self, kind, error, trace):
    return _place(self)[0].special(self, "__exit__", (kind, error, None))


def _refuse(name):
    def refuse(self, *args):
        if len(args) == 1 and type(args[0]) is type(self):  # two of a kind: nothing the test expects is told
            return _place(self)[0].special(self, name, args)
        raise _refused(type(self))

    return refuse


def _refused(cls):
    return NotAPlainValue(
        f"the answer holds an object of the class {cls.__name__!r}, but this check needs plain values, "
        "such as a number, a text or a list"
    )


def _of_a_kind(name):
    """For a class the author asks for: among its own kind, or where the check is about it."""

    def ask(self, *args):
        link, kind = _place(self)[0], type(self)
        if not (args and _are_kin(kind, type(args[0]))) and not link.mentions(kind):
            raise _refused(kind)
        return link.special(self, name, args)

    return ask


def truth_of_length(self):
    """``bool`` of an instance that has a length and no truth of its own; refused unless the test names its class."""
    if not _place(self)[0].mentions(type(self)):
        raise _refused(type(self))
    return len(self) != 0


def _are_kin(one, other):
    return isinstance(other, MirrorClass) and (issubclass(one, other) or issubclass(other, one))


FORWARD = {name: _forward(name) for name in SPECIAL} | {"__exit__": _exit}
REFUSE = {name: _refuse(name) for name in OPERATORS}
OF_A_KIND = {name: _of_a_kind(name) for name in OPERATORS}

_CHANGING: dict[str, Any] = {kind.__name__: kind for kind in PLAIN_COPIES}


def _data_of(self, kind):
    data = _place(self)[0].builtin("plain", self)
    if type(data) is not kind:
        raise Garbled("other data than its class promises")
    return data


def _by_data(name, kind):
    """What *kind* itself makes of the data: an answer nobody else has a say in."""

    def compute(self, *args):
        if args and isinstance(type(args[0]), MirrorClass) and type(args[0]).__dict__.get("_kit_data") is kind:
            args = (_data_of(args[0], kind),)
        data = _data_of(self, kind)
        if name == "__bool__":
            return bool(data)
        if name == "__radd__":
            return args[0] + data
        return getattr(kind, name)(data, *args)

    return compute


def _data_members(kind):
    """Members of a stand-in class whose original derives from *kind* and leaves all operators to it."""
    names = {name for name in OPERATORS if hasattr(kind, name) and not name.startswith("__i")}
    names |= {"__bool__", "__radd__"} if kind is list else {"__bool__"}
    in_place = {name: FORWARD[name] for name in OPERATORS if hasattr(kind, name) and name.startswith("__i")}
    computed = {name: _by_data(name, kind) for name in names}
    return {**in_place, **computed, "_kit_data": kind, "__class__": _as_seen(kind)}


def _as_seen(kind):
    """What ``x.__class__`` says: a class of the same name that `isinstance` takes for a *kind*."""
    return property(lambda self: _seen_class(type(self), kind))  # type: ignore[arg-type]


@functools.lru_cache(maxsize=64)
def _seen_class(cls, kind):
    return type(cls.__name__, (kind,), {"__module__": cls.__module__, "__qualname__": cls.__qualname__})


BY_DATA = {name: _data_members(kind) for name, kind in _CHANGING.items()}
