"""Classes of the learner's that derive from a builtin one, such as ``class Row(list)``: their data is plain.

An operator that such a class leaves to the builtin is computed on the judge's side, from the data: nobody else has a
say in it.
"""

from __future__ import annotations

from typing import Any

from .hardening import SPECIAL as ANSWERING
from .known import name_of

IMMUTABLE: dict[Any, Any] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    complex: complex.__complex__,
    bytes: bytes.__bytes__,
    tuple: lambda value: (*tuple.__iter__(value),),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
"""An instance of a class that derives from one of these goes with its data, and is computed with on the other side."""
PLAIN_COPIES: dict[Any, Any] = {list: list.copy, dict: dict.copy, set: lambda value: set(set.__iter__(value))}
"""As these can change, their data is asked for where an operator needs it; but see `answers_itself`."""

_members = type.__dict__["__dict__"].__get__
_mro = type.__dict__["__mro__"].__get__


def builtin_below(cls, builtins):
    """The one of *builtins* that a class of the learner's derives from, with nothing of the library's in between."""
    for base in _mro(cls):
        if base in builtins:
            return base
        if name_of(base) is not None:
            return None
    return None


def answers_itself(cls, data):
    """Whether *cls* or a class between it and the builtin *data* has an operator of its own."""
    lines = _mro(cls)
    return any(ANSWERING.intersection(_members(each)) for each in lines[: lines.index(data)])


def plain_copy(value):
    """The data of an instance of a class derived from `list`, `dict` or `set`."""
    return PLAIN_COPIES[builtin_below(type(value), PLAIN_COPIES)](value)
