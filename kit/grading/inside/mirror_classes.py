"""Stand-ins for classes of the other side, and for their instances.

The class is a real one: `isinstance`, ``type(x) is C`` and ``except MyError`` need no help. Its instances hold nothing:
each attribute and method is asked of the original. Named tuples and enumerations are rebuilt, as they are plain data.
"""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import keyword

from .describing import OPERATORS, SPECIAL
from .hardening import NotAPlainValue
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
        if link is None:
            raise TypeError("a test cannot derive a class from one of the answer's")
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace, link=None):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kwargs):
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
        link, number = _class_place(cls)
        link.builtin("setattr", cls, name, value)
        if name in vars(cls):
            type.__delattr__(cls, name)  # asked of the original from now on

    def __delattr__(cls, name):
        link, number = _class_place(cls)
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
        raise NotAPlainValue(
            f"the answer holds an object of the class {type(self).__name__!r}, but this check needs plain values, "
            "such as a number, a text or a list"
        )

    return refuse


_FORWARD = {name: _forward(name) for name in SPECIAL} | {"__exit__": _exit}
_REFUSE = {name: _refuse(name) for name in OPERATORS}


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
        namespace = {
            **({} if any(self.is_mirror(base) for base in bases) else _ROOT),
            **self._special(description["special"], own),
            "__module__": str(description["module"]),
            "__qualname__": str(description["qualname"]),
            "__doc__": description.get("doc") if type(description.get("doc")) is str else None,
            _PLACE: (self.link, number),
        }
        abstract = any(isinstance(base, abc.ABCMeta) for base in bases)
        meta = AbstractMirrorClass if abstract else MirrorClass
        made = meta(_name(description["name"]), bases, namespace, link=self.link)
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
            if isinstance(base, MirrorClass) or issubclass(base, BaseException) or base.__module__ in _INTERFACES:
                kept.append(base)
        return tuple(dict.fromkeys(kept))

    @staticmethod
    def _special(names, own):
        found = {}
        for name in names:
            if name not in _FORWARD:
                raise Garbled("no such special method")
            found[name] = _FORWARD[name] if own or name not in OPERATORS else _REFUSE[name]
        if not own and "__len__" in found:
            found["__bool__"] = _REFUSE["__bool__"]
        return found

    def _fill(self, made, description, reader):
        put = type.__setattr__
        for name, member in self._members(description["members"], reader):
            put(made, name, member)
        annotations = reader.value(description.get("annotations"))
        if type(annotations) is dict:
            put(made, "__annotations__", annotations)
        if description.get("parameters") is not None:
            from .mirrors import signature

            put(made, "__signature__", signature(description["parameters"], reader))
        if description.get("dataclass") is not None:
            fields, parameters = _dataclass(description["dataclass"], reader)
            put(made, "__dataclass_fields__", fields)
            put(made, "__dataclass_params__", parameters)

    def _members(self, described, reader):
        for name, (how, what) in described.items():
            if not name.isidentifier() or name == _PLACE or (name.startswith("__") and name != "__init__"):
                raise Garbled("no name of a member")
            if how == "property":
                yield name, self._property(name, *what)
            else:
                function = reader.value(what)
                yield name, {"": _same, "static": staticmethod, "class": classmethod}[how](function)

    def _property(self, name, can_set, can_delete, doc):
        link = self.link

        def get(self):
            return link.attribute(_place(self)[1], name)

        def put(self, value):
            link.builtin("setattr", self, name, value)

        def delete(self):
            link.builtin("delattr", self, name)

        return _Property(get, put if can_set else None, delete if can_delete else None, doc)

    def instance(self, reader, number, kind):
        """An instance of a class of theirs."""
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        cls = reader.value(kind)
        if not self.is_mirror(cls):
            cls = self._shell(cls)
        made = object.__new__(cls)
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

    # --- plain data with a class --------------------------------------------------------------------------------------

    def namedtuple(self, reader, number, name, fields, defaults, doc):
        """A class of named tuples, made anew."""
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        defaults = reader.value(defaults)
        if type(fields) is not list or type(defaults) is not dict:
            raise Garbled("no fields")
        given = [defaults[field] for field in fields if field in defaults]
        made = collections.namedtuple(_name(name), fields, defaults=given, module="__main__")
        if type(doc) is str:
            made.__doc__ = doc
        reader.table.add(made, number)
        reader.table.lasting.add(number)
        return made

    def tuple_of(self, reader, kind, values):
        """A named tuple."""
        cls = reader.value(kind)
        if not (isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")):
            raise Garbled("no class of named tuples")
        found = reader.values(values)
        if len(found) != len(cls._fields):
            raise Garbled("another number of fields")
        return tuple.__new__(cls, found)

    def enumeration(self, reader, number, base, description):
        """An enumeration, made anew: its members are plain data, its methods are asked."""
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        kind = _ENUMS[base]
        members = [(_name(name), reader.value(node)) for name, node in description["members"]]
        name = _name(description["name"])
        namespace = type(kind).__prepare__(name, (kind,))
        for key, value in members:
            namespace[key] = value
        functions = description["functions"]
        for key, member in self._members(functions, reader):
            namespace[key] = member
        made = type(kind)(name, (kind,), namespace)
        made.__module__, made.__qualname__ = str(description["module"]), str(description["qualname"])
        reader.table.add(made, number)
        reader.table.lasting.add(number)
        return made

    def member(self, reader, kind, name):
        """A member of an enumeration."""
        cls = reader.value(kind)
        if isinstance(cls, MirrorClass):
            return self.link.attribute(reader.table.number(cls), name)
        if not isinstance(cls, enum.EnumMeta):
            raise Garbled("no enumeration")
        return cls[name] if name in cls.__members__ else cls(name)


class _Property(property):
    """`property`, under a class of its own so that it may carry what it likes."""


def _dataclass(description, reader):
    """``__dataclass_fields__`` and ``__dataclass_params__`` of a class with the same fields."""
    fields = []
    for name, kind, init, shown, compared in description["fields"]:
        field = dataclasses.field(default=None, init=bool(init), repr=bool(shown), compare=bool(compared))
        fields.append((_name(name), reader.value(kind), field))
    sample = dataclasses.make_dataclass("Sample", fields, frozen=bool(description["frozen"]))
    return sample.__dataclass_fields__, sample.__dataclass_params__


def _name(value):
    if type(value) is not str or not value.isidentifier() or keyword.iskeyword(value):
        raise Garbled("no name")
    return value


def _same(value):
    return value


_INTERFACES = frozenset({"abc", "collections.abc"})
_ENUMS = {"Enum": enum.Enum, "IntEnum": enum.IntEnum, "StrEnum": enum.StrEnum, "Flag": enum.Flag, "IntFlag": enum.IntFlag}
