"""Builds the stand-ins of `mirror_classes`: a class from its description, an instance of it, an opaque object."""

from __future__ import annotations

import abc
from typing import Any

from .derived import IMMUTABLE
from .describing import OPERATORS, SPECIAL
from .known import is_plain_namedtuple
from .mirror_classes import (
    BY_DATA,
    FORWARD,
    OF_A_KIND,
    PLACE,
    REFUSE,
    ROOT,
    AbstractMirrorClass,
    MirrorClass,
    put_away,
    truth_of_length,
)
from .rebuilt import dataclass_members, plain_name
from .wire import Garbled


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
            **({} if below else ROOT),
            **self._special(description["special"], own),
            **BY_DATA.get(description.get("data"), {}),
            "__module__": str(description["module"]),
            "__qualname__": str(description["qualname"]),
            "__doc__": description.get("doc") if type(description.get("doc")) is str else None,
            PLACE: (self.link, number),
        }
        abstract = any(isinstance(base, abc.ABCMeta) for base in bases)
        meta = AbstractMirrorClass if abstract else MirrorClass
        name = plain_name(description["name"])
        try:
            made = meta(name, bases, namespace, link=self.link)
        except TypeError:  # without the bases that stay there, the others have no order, or no common layout
            first = tuple(base for base in bases if issubclass(base, BaseException))[:1]
            made = MirrorClass(name, first, {**ROOT, **namespace}, link=self.link)
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
            if name not in FORWARD:
                raise Garbled("no such special method")
            found[name] = FORWARD[name] if name not in OPERATORS else (OF_A_KIND if own else REFUSE)[name]
        if "__len__" in found and not (own and "__bool__" in found):
            found["__bool__"] = truth_of_length if own else REFUSE["__bool__"]
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
            if not name.isidentifier() or name == PLACE or (name.startswith("__") and name != "__init__"):
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
        namespace = {**ROOT, **self._special(special, False), "__module__": real.__module__, PLACE: (self.link, 0)}
        return MirrorClass(real.__name__, (), namespace, link=self.link)


class _Property(property):
    """`property`, under a class of its own so that it may carry what it likes."""


def _same(value):
    return value


_WRAPPERS: dict[str, Any] = {"": _same, "static": staticmethod, "class": classmethod}
_INTERFACES = frozenset({"abc", "collections.abc"})
