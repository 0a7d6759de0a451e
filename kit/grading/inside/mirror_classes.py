"""Stand-ins for classes of the other side, and for their instances.

The class is a real one: `isinstance`, ``type(x) is C`` and ``except MyError`` need no help. Its instances hold nothing:
each attribute and method is asked of the original. Named tuples and enumerations are rebuilt, as they are plain data.
"""

from __future__ import annotations

import abc
import functools
from typing import Any

from .derived import IMMUTABLE, PLAIN_COPIES
from .describing import OPERATORS, SPECIAL
from .hardening import NotAPlainValue
from .known import is_plain_namedtuple
from .rebuilt import dataclass_members, plain_name
from .wire import Garbled

_PLACE = "_kit_place"
"""Where a stand-in keeps (link, number, text): in its real ``__dict__``, which its class hides."""
_set = object.__setattr__
_get = object.__getattribute__
_class_get = type.__getattribute__


def put_away(instance, link, number, text=None):
    """Make *instance* the stand-in of *number*; text: what it says, where that was sent along."""
    _set(instance, _PLACE, (link, number, text))


def _place(instance):
    try:
        return _get(instance, _PLACE)
    except AttributeError:
        raise TypeError(f"this {type(instance).__name__} was not made by the answer's class") from None


def _class_place(cls):
    return _class_get(cls, _PLACE)


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


_ROOT = {
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


def _truth_of_length(self):
    if not _place(self)[0].mentions(type(self)):
        raise _refused(type(self))
    return len(self) != 0


def _are_kin(one, other):
    return isinstance(other, MirrorClass) and (issubclass(one, other) or issubclass(other, one))


_FORWARD = {name: _forward(name) for name in SPECIAL} | {"__exit__": _exit}
_REFUSE = {name: _refuse(name) for name in OPERATORS}
_OF_A_KIND = {name: _of_a_kind(name) for name in OPERATORS}

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
    in_place = {name: _FORWARD[name] for name in OPERATORS if hasattr(kind, name) and name.startswith("__i")}
    computed = {name: _by_data(name, kind) for name in names}
    return {**in_place, **computed, "_kit_data": kind, "__class__": _as_seen(kind)}


def _as_seen(kind):
    """What ``x.__class__`` says: a class of the same name that `isinstance` takes for a *kind*."""
    return property(lambda self: _seen_class(type(self), kind))  # type: ignore[arg-type]


@functools.lru_cache(maxsize=64)
def _seen_class(cls, kind):
    return type(cls.__name__, (kind,), {"__module__": cls.__module__, "__qualname__": cls.__qualname__})


_BY_DATA = {name: _data_members(kind) for name, kind in _CHANGING.items()}


# --- building ---------------------------------------------------------------------------------------------------------


class Classes:
    """Builds classes and instances for one connection."""

    def __init__(self, link, builder, answers_for_itself):
        self.link = link
        self.builder = builder
        self.answers_for_itself = answers_for_itself

    @staticmethod
    def is_mirror(cls):
        """Whether *cls* stands for a class of the other side."""
        return isinstance(cls, MirrorClass)

    def plain(self, reader, number, description):
        """A class."""
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        bases = self._bases([reader.value(base) for base in description["bases"]])
        own = self.answers_for_itself(description)
        below = any(self.is_mirror(base) for base in bases) and not any(base in IMMUTABLE for base in bases)
        namespace = {
            **({} if below else _ROOT),
            **self._special(description["special"], own),
            **_BY_DATA.get(description.get("data"), {}),
            "__module__": str(description["module"]),
            "__qualname__": str(description["qualname"]),
            "__doc__": description.get("doc") if type(description.get("doc")) is str else None,
            _PLACE: (self.link, number),
        }
        abstract = any(isinstance(base, abc.ABCMeta) for base in bases)
        meta = AbstractMirrorClass if abstract else MirrorClass
        name = plain_name(description["name"])
        try:
            made = meta(name, bases, namespace, link=self.link)
        except TypeError:  # without the bases that stay there, the others have no order, or no common layout
            first = tuple(base for base in bases if issubclass(base, BaseException))[:1]
            made = MirrorClass(name, first, {**_ROOT, **namespace}, link=self.link)
        reader.table.add(made, number)
        reader.table.lasting.add(number)
        self._fill(made, description, reader)
        return made

    @staticmethod
    def _bases(found):
        kept = []
        for base in found:
            if not isinstance(base, type):
                raise Garbled("no class to derive from")
            known = issubclass(base, BaseException) or base.__module__ in _INTERFACES or base in IMMUTABLE
            if isinstance(base, MirrorClass) or known:
                kept.append(base)
            elif is_plain_namedtuple(base):
                kept.append(tuple)
        return tuple(dict.fromkeys(kept))

    @staticmethod
    def _special(names, own):
        found = {}
        for name in names:
            if name not in _FORWARD:
                raise Garbled("no such special method")
            found[name] = _FORWARD[name] if name not in OPERATORS else (_OF_A_KIND if own else _REFUSE)[name]
        if "__len__" in found and not (own and "__bool__" in found):
            found["__bool__"] = _truth_of_length if own else _REFUSE["__bool__"]
        return found

    def _fill(self, made, description, reader):
        put = type.__setattr__
        for name, member in self.members(description["members"], reader):
            put(made, name, member)
        annotations = reader.value(description.get("annotations"))
        if type(annotations) is dict:
            put(made, "__annotations__", annotations)
        if description.get("parameters") is not None:
            from .mirrors import signature

            put(made, "__signature__", signature(description["parameters"], reader))
        if description.get("dataclass") is not None:
            fields, parameters = dataclass_members(description["dataclass"], reader)
            put(made, "__dataclass_fields__", fields)
            put(made, "__dataclass_params__", parameters)

    def members(self, described, reader):
        """(name, function, property, …) of each described member; Garbled."""
        for name, (how, what) in described.items():
            if not name.isidentifier() or name == _PLACE or (name.startswith("__") and name != "__init__"):
                raise Garbled("no name of a member")
            if how == "property":
                yield name, self._property(name, *what)
            else:
                function = reader.value(what)
                yield name, _WRAPPERS[how](function)

    def _property(self, name, can_set, can_delete, doc):
        link = self.link

        def get(self):
            return link.builtin("getattr", self, name)

        def put(self, value):
            link.builtin("setattr", self, name, value)

        def delete(self):
            link.builtin("delattr", self, name)

        return _Property(get, put if can_set else None, delete if can_delete else None, doc)

    def instance(self, reader, number, kind, data=None):
        """An instance of a class of theirs; data: what it holds, if the class derives from a builtin one."""
        cls = reader.value(kind)
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        if not self.is_mirror(cls):
            cls = self._shell(cls)
        below = next((kind for kind in IMMUTABLE if issubclass(cls, kind)), None)
        if below is None:
            made = object.__new__(cls)
        else:
            data = reader.value(data)
            if type(data) is not below:
                raise Garbled("other data than its class promises")
            made = below.__new__(cls, data)
        put_away(made, self.link, number)
        reader.table.add(made, number)
        return made

    def opaque(self, reader, number, name):
        """An object of which only attributes are of interest."""
        made = object.__new__(self._shell(type(name, (), {})))
        put_away(made, self.link, number)
        reader.table.add(made, number)
        return made

    def _shell(self, real):
        """A class that is called like *real*, which lives on both sides, for an object of it that stays there."""
        if not isinstance(real, type):
            raise Garbled("no class")
        special = {name for cls in real.__mro__[:-1] for name in vars(cls)} & SPECIAL
        namespace = {**_ROOT, **self._special(special, False), "__module__": real.__module__, _PLACE: (self.link, 0)}
        return MirrorClass(real.__name__, (), namespace, link=self.link)


class _Property(property):
    """`property`, under a class of its own so that it may carry what it likes."""


def _same(value):
    return value


_WRAPPERS: dict[str, Any] = {"": _same, "static": staticmethod, "class": classmethod}
_INTERFACES = frozenset({"abc", "collections.abc"})
