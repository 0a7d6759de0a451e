"""Reads what `values` wrote: exact tags into exact builtin types, or `Garbled`.

What is read may come from the learner's process: nothing in it is called, and no number it gives is believed.
"""

from __future__ import annotations

import collections
import types

from . import leaves
from .values import DICTS, STEEP, changes, dict_state, leaf_state
from .wire import DeepDown, Garbled

_DICT_TAGS = {tag: kind for kind, tag in DICTS.items()}
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class Reader:
    """Reads the values of one message; Garbled if it is none."""

    def __init__(self, codec, blobs):
        self.codec = codec
        self.table = codec.table
        self.blobs = blobs
        self.depth = 0

    def value(self, node):
        """What *node* stands for."""
        kind = type(node)
        if kind is str or kind is int or kind is float or kind is bool or node is None:
            return node
        try:
            return _READERS[node[0]](self, *node[1:]) if node[0] in _READERS else self.codec.build(node, self)
        except _BROKEN as error:
            raise Garbled(f"{type(error).__name__}: {error}") from None

    def values(self, nodes):
        """What several stand for."""
        if type(nodes) is not list:
            raise Garbled("no list of values")
        value = self.value
        self.depth += 1
        if self.depth == STEEP:
            with DeepDown():
                found = [value(node) for node in nodes]
        else:
            found = [value(node) for node in nodes]
        self.depth -= 1
        return found

    def known(self, number):
        """The value that has *number* already."""
        return self.table.entries[number].value

    def place(self, number, make, kind):
        """The object to be filled: the one that has *number*, or a new one."""
        if type(number) is not int:
            raise Garbled("no number")
        entry = self.table.entries.get(number)
        if entry is not None:
            if type(entry.value) is not kind:
                raise Garbled("another kind of value has this number")
            return entry.value
        if self.table.mine(number):
            raise Garbled("not a number to give")
        value = make()
        self.table.add(value, number)
        return value


def _read_list(reader, number, nodes):
    value = reader.place(number, list, list)
    value[:] = reader.values(nodes)
    reader.table.watch(number, list(value))
    return value


def _read_dict_of(tag):
    kind = _DICT_TAGS[tag]

    def read(reader, number, keys, values, factory=None):
        value = reader.place(number, kind, kind)
        keys, values = reader.values(keys), reader.values(values)
        if len(keys) != len(values):
            raise Garbled("keys without values")
        dict.clear(value)
        for key, item in zip(keys, values, strict=True):
            dict.__setitem__(value, key, item)
        if kind is collections.OrderedDict:  # keeps an order of its own
            collections.OrderedDict.clear(value)
            for key, item in zip(keys, values, strict=True):
                value[key] = item
        if tag == "D":
            value.default_factory = reader.value(factory)
        reader.table.watch(number, dict_state(value))
        return value

    return read


def _read_set(reader, number, nodes):
    value = reader.place(number, set, set)
    items = reader.values(nodes)
    value.clear()
    for item in items:  # one by one: a signal can come between, whatever their hashes are
        value.add(item)
    reader.table.watch(number, set(value))
    return value


def _read_frozenset(reader, nodes):
    value = set()
    for item in reader.values(nodes):
        value.add(item)
    return frozenset(value)


def _read_deque(reader, number, nodes, most):
    if not (most is None or (type(most) is int and 0 <= most < 2**62)):
        raise Garbled("no length")
    value = reader.place(number, lambda: collections.deque(maxlen=most), collections.deque)
    items = reader.values(nodes)
    value.clear()
    value.extend(items)
    reader.table.watch(number, list(value))
    return value


def _read_bytearray(reader, number, at):
    value = reader.place(number, bytearray, bytearray)
    value[:] = reader.blobs[_index(at)]
    reader.table.watch(number, bytes(value))
    return value


def _read_leaf(reader, number, start, count, tagged):
    blobs = reader.blobs[_index(start) : start + _index(count)]
    value = leaves.unpack(tagged, blobs, reader.value)
    if number == 0:
        return value
    if type(number) is not int or not changes(type(value)):
        raise Garbled("no such number")
    entry = reader.table.entries.get(number)
    if entry is None:
        reader.place(number, lambda: value, type(value))
    elif type(entry.value) is not type(value):
        raise Garbled("another kind of value has this number")
    elif leaves.same_in_place(entry.value, value):
        value = entry.value
    else:
        reader.table.replace(number, value)
    reader.table.watch(number, leaf_state(value))
    return value


def _read_view(reader, which, nodes):
    items = reader.values(nodes)
    if which == "values":
        return dict(enumerate(items)).values()
    made = {}
    for item in items:
        key, value = item if which == "items" else (item, None)
        made[key] = value
    return made.items() if which == "items" else made.keys()


def _index(number):
    if type(number) is not int or number < 0:
        raise Garbled("no index")
    return number


def _ints(reader, nodes):
    values = reader.values(list(nodes))
    if any(type(value) is not int for value in values):
        raise Garbled("no whole numbers")
    return values


def _exactly(kind, value):
    if type(value) is not kind:
        raise Garbled(f"not exactly {kind.__name__}")
    return value


def _union(members):
    made = members[0]
    for member in members[1:]:
        made = made | member
    return made


def _classes(values):
    if not all(isinstance(value, (type, types.GenericAlias, types.UnionType)) or value is None for value in values):
        raise Garbled("no classes")
    return values


_READERS = {
    "r": lambda reader, number: reader.known(_exactly(int, number)),
    "l": _read_list,
    "t": lambda reader, nodes: tuple(reader.values(nodes)),
    "s": _read_set,
    "z": _read_frozenset,
    "q": _read_deque,
    "B": _read_bytearray,
    "b": lambda reader, text: _exactly(str, text).encode("latin-1"),
    "y": lambda reader, at: bytes(reader.blobs[_index(at)]),
    "x": _read_leaf,
    "V": _read_view,
    "I": lambda reader, text: int(_exactly(str, text), 16),
    "c": lambda reader, real, imag: complex(_exactly(float, real), _exactly(float, imag)),
    "R": lambda reader, *nodes: range(*_ints(reader, nodes)),
    "S": lambda reader, start, stop, step: slice(*reader.values([start, stop, step])),
    "...": lambda reader: Ellipsis,
    "N": lambda reader: NotImplemented,
    "a": lambda reader, origin, nodes: types.GenericAlias(
        _classes([reader.value(origin)])[0], tuple(reader.values(nodes))
    ),
    "u": lambda reader, nodes: _union(_classes(reader.values(nodes))),
    **{tag: _read_dict_of(tag) for tag in _DICT_TAGS},
}
