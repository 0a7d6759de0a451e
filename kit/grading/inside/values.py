"""Values as data between the judge and the learner's process: JSON nodes with sharing, by exact type.

A number, text, bool or None is itself; everything else is a list that begins with a tag. What can change (a list, an
array) and what stays behind (a function, an object) has a *number* on the connection: odd ones are given by the
learner's process, even ones by the judge. Such a value is written once; later mentions are ``["r", number]``, and
every message carries first what has changed since the last one (`Codec.changes`). So identity is kept, and what a
call does to its arguments in place is seen on the other side.

What comes from the learner's process is believed by nobody: exact tags make exact builtin types, anything else is
`Garbled`.
"""

from __future__ import annotations

import array
import collections
import contextlib
import operator
import sys
import types

from . import leaves
from .wire import Garbled

DEPTH = 150
"""Containers within containers."""
ELEMENTS = 3_000_000
"""In one message."""
_CONTAINER = 9
"""Elements that a container counts for itself: a million empty lists are much."""
CHARACTERS = 48 * 1024**2

_WHOLE = 2**53
_VIEWS = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
_DICTS = {dict: "d", collections.Counter: "C", collections.OrderedDict: "O", collections.defaultdict: "D"}
_DICT_TAGS = {tag: kind for kind, tag in _DICTS.items()}
_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class TooLarge(Exception):
    """A value that is too much to be sent."""


class Entry:
    """A value that has a number, and what it held when it was last sent or received (None: not watched)."""

    __slots__ = ("kept", "value")

    def __init__(self, value):
        self.value = value
        self.kept = None


class Table:
    """The numbered values of a connection, of both sides."""

    def __init__(self, first):
        self.next = first
        self.entries = {}
        self.numbers = {}
        """id of the value → number."""
        self.watched = {}
        """number → entry, of values that can change and were mentioned in this check."""
        self.lasting = set()
        """Numbers that are never given up: classes, and what has a memory of its own elsewhere."""
        self._swept = 64

    def mine(self, number):
        """Whether this side gave *number*."""
        return number % 2 == self.next % 2

    def number(self, value):
        """The number of *value*; None if it has none."""
        return self.numbers.get(id(value))

    def add(self, value, number=None):
        """Give *value* a number, or the one the other side gave it."""
        if number is None:
            number, self.next = self.next, self.next + 2
        self.entries[number] = Entry(value)
        self.numbers[id(value)] = number
        return number

    def replace(self, number, value):
        """*number* means another object from now on."""
        entry = self.entries[number]
        self.numbers.pop(id(entry.value), None)
        self.numbers[id(value)] = number
        entry.value = value

    def watch(self, number, kept):
        """Remember what a value holds."""
        entry = self.entries[number]
        entry.kept = kept
        self.watched[number] = entry

    def forget(self, number):
        """Give a number up."""
        entry = self.entries.pop(number, None)
        self.watched.pop(number, None)
        if entry is not None:
            self.numbers.pop(id(entry.value), None)

    def sweep(self):
        """Numbers of values that nothing but this table holds any more; they are given up."""
        if len(self.entries) < self._swept:
            return []
        count, dropped = sys.getrefcount, []
        for number, entry in self.entries.items():
            # Held by the entry, and as an argument of getrefcount.
            if number not in self.lasting and count(entry.value) <= 2:
                dropped.append(number)
        for number in dropped:
            self.forget(number)
        self._swept = len(self.entries) + len(self.entries) // 4 + 64
        return dropped


class Codec:
    """Writes and reads the values of one connection.

    export(value, writer): the node of what is no plain data. build(node, reader): what such a node stands for.
    """

    def __init__(self, first, export, build):
        self.table = Table(first)
        self.export = export
        self.build = build

    def changes(self, writer):
        """Nodes of the watched values that changed since they were last sent or received."""
        watched = self.table.watched
        changed = [number for number, entry in watched.items() if not _is_same(entry.value, entry.kept)]
        return [writer.again(number) for number in changed]


# --- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """Writes the values of one message; `blobs` goes with it."""

    def __init__(self, codec):
        self.codec = codec
        self.table = codec.table
        self.blobs = []
        self.depth = 0
        self._first = self.table.next
        self._mentioned = []
        self.elements = ELEMENTS
        self.characters = CHARACTERS

    def node(self, value):
        """The JSON node of *value*; TooLarge."""
        kind = type(value)
        if kind is str:
            self.characters -= len(value)
            if self.characters < 0:
                raise TooLarge
            return value
        if kind is int:
            return value if -_WHOLE < value < _WHOLE else ["I", hex(value)]
        if value is None or kind is float or kind is bool:
            return value
        write = _WRITERS.get(kind)
        if self.depth >= DEPTH:
            raise TooLarge
        self.depth += 1
        try:
            return write(self, value) if write else self._other(value)
        finally:
            self.depth -= 1

    def nodes(self, values):
        """The nodes of several."""
        self.elements -= len(values) + _CONTAINER
        if self.elements < 0:
            raise TooLarge
        node = self.node
        return [node(value) for value in values]

    def again(self, number):
        """The full node of a value that has a number already."""
        value = self.table.entries[number].value
        write = _WRITERS.get(type(value))
        return write(self, value, True) if write else self._leaf(value, True)

    def undo(self):
        """Forget what was written: the message will not be sent, so the other side knows no number given in it."""
        for number in range(self._first, self.table.next, 2):
            self.table.forget(number)
        for number in self._mentioned:
            self.table.watched.pop(number, None)

    def shared(self, value, anew, kept):
        """(number, whether that says it all): for a value that can change."""
        table = self.table
        number = table.numbers.get(id(value))
        if number is None:
            number = table.add(value)
        elif number in table.watched and not anew:
            return number, True
        table.watch(number, kept(value))
        self._mentioned.append(number)
        return number, False

    def _other(self, value):
        node = self._leaf(value, False)
        return self.codec.export(value, self) if node is None else node

    def _leaf(self, value, anew):
        number = 0
        if type(value) in _changing():
            number, done = self.shared(value, anew, _leaf_state)
            if done:
                return ["r", number]
        packed = leaves.pack(value, self.node)
        if packed is None:
            return None
        start = len(self.blobs)
        self.blobs += packed[1]
        return ["x", number, start, len(packed[1]), packed[0]]


def _write_list(writer, value, anew=False):
    number, done = writer.shared(value, anew, list)
    return ["r", number] if done else ["l", number, writer.nodes(value)]


def _write_tuple(writer, value):
    return ["t", writer.nodes(value)]


def _write_dict(writer, value, anew=False):
    number, done = writer.shared(value, anew, _dict_state)
    if done:
        return ["r", number]
    node = [_DICTS[type(value)], number, writer.nodes(list(dict.keys(value))), writer.nodes(list(dict.values(value)))]
    if type(value) is collections.defaultdict:
        node.append(writer.node(value.default_factory))
    return node


def _write_set(writer, value, anew=False):
    number, done = writer.shared(value, anew, set)
    return ["r", number] if done else ["s", number, writer.nodes(list(value))]


def _write_deque(writer, value, anew=False):
    number, done = writer.shared(value, anew, list)
    return ["r", number] if done else ["q", number, writer.nodes(list(value)), value.maxlen]


def _write_bytearray(writer, value, anew=False):
    number, done = writer.shared(value, anew, bytes)
    if done:
        return ["r", number]
    writer.blobs.append(bytes(value))
    return ["B", number, len(writer.blobs) - 1]


def _write_bytes(writer, value):
    if len(value) < 200:
        return ["b", value.decode("latin-1")]
    writer.blobs.append(value)
    return ["y", len(writer.blobs) - 1]


def _write_view(writer, value):
    items = list(value)
    return ["V", _VIEWS[type(value)], writer.nodes(items)]


_WRITERS = {
    list: _write_list,
    tuple: _write_tuple,
    set: _write_set,
    frozenset: lambda writer, value: ["z", writer.nodes(list(value))],
    collections.deque: _write_deque,
    bytearray: _write_bytearray,
    bytes: _write_bytes,
    complex: lambda writer, value: ["c", value.real, value.imag],
    range: lambda writer, value: ["R", *writer.nodes((value.start, value.stop, value.step))],
    slice: lambda writer, value: ["S", *writer.nodes((value.start, value.stop, value.step))],
    type(Ellipsis): lambda writer, value: ["..."],
    type(NotImplemented): lambda writer, value: ["N"],
    types.GenericAlias: lambda writer, value: ["a", writer.node(value.__origin__), writer.nodes(value.__args__)],
    types.UnionType: lambda writer, value: ["u", writer.nodes(value.__args__)],
    **dict.fromkeys(_DICTS, _write_dict),
    **dict.fromkeys(_VIEWS, _write_view),
}


# --- what a value held ------------------------------------------------------------------------------------------------


def _dict_state(value):
    return [*dict.keys(value), *dict.values(value)]


def _leaf_state(value):
    """The packed form; objects in an array are compared by identity."""
    inner = []

    def note(item):
        inner.append(item)
        return len(inner)

    packed = leaves.pack(value, note)
    return packed and (packed[0], packed[1], inner)


def _changing():
    """Leaves that can change; numpy's and pandas' only where these were imported."""
    stage = "numpy" in sys.modules, "pandas" in sys.modules
    found = _CHANGING.get(stage)
    if found is None:
        numpy, pandas = (sys.modules.get(name) for name in ("numpy", "pandas"))
        kinds = [array.array]
        with contextlib.suppress(AttributeError):  # the learner's own numpy.py may be called numpy, too
            kinds += [numpy.ndarray] if numpy else []
            kinds += [pandas.Series, pandas.DataFrame] if pandas else []
        found = _CHANGING[stage] = frozenset(kinds)
    return found


_CHANGING: dict[tuple[bool, bool], frozenset[type]] = {}


def _is_same(value, kept):
    kind = type(value)
    if kind is list or kind is collections.deque:
        return len(value) == len(kept) and all(map(operator.is_, value, kept))
    if kind in _DICTS:
        now = _dict_state(value)
        return len(now) == len(kept) and all(map(operator.is_, now, kept))
    if kind is set:
        return len(value) == len(kept) and _identities(value) == _identities(kept)
    if kind is bytearray:
        return value == kept
    now = _leaf_state(value)
    if now is None or now[0] != kept[0] or now[1] != kept[1] or len(now[2]) != len(kept[2]):
        return now is None
    return all(map(operator.is_, now[2], kept[2]))


def _identities(values):
    return set(map(id, values))


# --- reading ----------------------------------------------------------------------------------------------------------


class Reader:
    """Reads the values of one message; Garbled if it is none."""

    def __init__(self, codec, blobs):
        self.codec = codec
        self.table = codec.table
        self.blobs = blobs

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
        return [value(node) for node in nodes]

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
        reader.table.watch(number, _dict_state(value))
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
    changing = type(value) in _changing()
    if type(number) is not int or not changing:
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
    reader.table.watch(number, _leaf_state(value))
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
