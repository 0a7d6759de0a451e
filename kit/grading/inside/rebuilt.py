"""Classes that are plain data, made anew on the other side: named tuples, enumerations, the fields of dataclasses."""

from __future__ import annotations

import collections
import dataclasses
import enum
import keyword
from typing import Any

from .wire import Garbled

_ENUMS: dict[str, Any] = {
    kind.__name__: kind for kind in (enum.Enum, enum.IntEnum, enum.StrEnum, enum.Flag, enum.IntFlag)
}

_MIXED: dict[str, Any] = {"str": str, "int": int, "float": float}


class Rebuilt:
    """Makes such classes, and their instances, for one connection; classes: `mirror_building.Classes`."""

    def __init__(self, link, builder, classes):
        self.link = link
        self.builder = builder
        self.classes = classes

    def namedtuple(self, reader, number, name, fields, defaults, doc):
        """A class of named tuples, made anew."""
        made = self.builder.claim(reader, number)
        if made is not None:
            return made
        defaults = reader.value(defaults)
        if type(fields) is not list or type(defaults) is not dict:
            raise Garbled("no fields")
        given = [defaults[field] for field in fields if field in defaults]
        make: Any = collections.namedtuple
        # rename: a field may be called _1, because the learner's names were renamed; others are not.
        made = make(plain_name(name), fields, rename=True, defaults=given, module="__main__")
        if list(made._fields) != fields:
            raise Garbled("no names of fields")
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
        members = [(plain_name(name), reader.value(node)) for name, node, _ in description["members"]]
        if any(key.startswith("_") and key.endswith("_") for key, _ in members):
            raise Garbled("no name of a member")
        name = plain_name(description["name"])
        bases = (_MIXED[description["mixed"]], kind) if description.get("mixed") else (kind,)
        namespace = type(kind).__prepare__(name, bases)
        for key, value in members:
            namespace[key] = value
        functions = description["functions"]
        for key, member in self.classes.members(functions, reader):
            namespace[key] = member
        how = {"boundary": enum.FlagBoundary[description["boundary"]]} if issubclass(kind, enum.Flag) else {}
        made = type(kind)(name, bases, namespace, **how)
        made.__module__, made.__qualname__ = str(description["module"]), str(description["qualname"])
        reader.table.add(made, number)
        reader.table.lasting.add(number)
        for name, _, node in description["members"]:
            for key, value in zip(node[0], reader.values(node[1]), strict=True):
                vars(made[name])[plain_name(key)] = value
        return made

    def member(self, reader, kind, name):
        """A member of an enumeration."""
        cls = reader.value(kind)
        if self.classes.is_mirror(cls):
            return self.link.attribute(reader.table.number(cls), name)
        if not isinstance(cls, enum.EnumMeta):
            raise Garbled("no enumeration")
        return cls[name] if name in cls.__members__ else cls(name)


def dataclass_members(description, reader):
    """``__dataclass_fields__`` and ``__dataclass_params__`` of a class with the same fields."""
    fields = []
    for name, kind, init, shown, compared in description["fields"]:
        field = dataclasses.field(default=None, init=bool(init), repr=bool(shown), compare=bool(compared))
        fields.append((plain_name(name), reader.value(kind), field))
    sample: Any = dataclasses.make_dataclass("Sample", fields, frozen=bool(description["frozen"]))
    return sample.__dataclass_fields__, sample.__dataclass_params__


def plain_name(value):
    """*value*, if it is a name a class or field may have; Garbled."""
    if type(value) is not str or not value.isidentifier() or keyword.iskeyword(value):
        raise Garbled("no name")
    return value
