"""Values as data between the judge and the learner's process: JSON nodes with sharing, by exact type.

A number, text, bool or None is itself; everything else is a list that begins with a tag. What can change (a list, an
array) and what stays behind (a function, an object) has a *number* on the connection: odd ones are given by the
learner's process, even ones by the judge. Such a value is written once; later mentions are ``["r", number]``, and
every message carries first what has changed since the last one (`Codec.changes`). So identity is kept, and what a
call does to its arguments in place is seen on the other side.

This is the writing side; `reading` is the other.
"""

from __future__ import annotations

import collections
import operator
import sys
import types
from typing import Any

from . import leaves
from .wire import DeepDown

DEPTH = 340
"""Containers within containers; on Python's stack each takes a few frames, see `wire.DeepDown`."""
STEEP = 60
"""From this depth on Python's own limit of recursion may be in the way."""
ELEMENTS = 6_000_000
"""In one message."""
_CONTAINER = 5
"""Elements that a container counts for itself: a million empty lists are much."""
CHARACTERS = 48 * 1024**2

_WHOLE = 2**53
_VIEWS: dict[Any, str] = {type({}.keys()): "keys", type({}.values()): "values", type({}.items()): "items"}
DICTS: dict[Any, str] = {
    dict: "d",
    collections.Counter: "C",
    collections.OrderedDict: "O",
    collections.defaultdict: "D",
}


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
        self.highest = 0
        """The highest number the other side gave that was understood."""
        self.watched = {}
        """number → entry, of values that can change and were mentioned in this check."""
        self.put_by = {}
        """The same of other checks, by their keys."""
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
        elif number > self.highest:
            self.highest = number
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

    def turn_to(self, key, last):
        """Watch what check *key* mentioned so far; put by what check *last* did."""
        self.put_by[last] = self.watched
        kept = self.put_by.pop(key, {})
        self.watched = {number: entry for number, entry in kept.items() if self.entries.get(number) is entry}

    def forget(self, number):
        """Give a number up."""
        entry = self.entries.pop(number, None)
        self.watched.pop(number, None)
        if entry is not None:
            self.numbers.pop(id(entry.value), None)

    def forget_above(self, last):
        """Give up this side's numbers after *last*, and send in full again what was watched."""
        for number in [number for number in self.entries if number > last and self.mine(number)]:
            self.forget(number)
        self.watched.clear()
        self.put_by.clear()

    def misread(self, last):
        """Give up the other side's numbers after *last*: the message that brought them was not read to its end."""
        for number in [number for number in self.entries if number > last and not self.mine(number)]:
            self.forget(number)
        self.watched.clear()
        self.put_by.clear()
        self.highest = last

    def sweep(self, spared=()):
        """Numbers of values that nothing but this table holds any more; they are given up, but for those *spared*."""
        if len(self.entries) < self._swept:
            return []
        count, dropped = sys.getrefcount, []
        for number, entry in self.entries.items():
            # Held by the entry, and as an argument of getrefcount.
            if count(entry.value) <= 2 and number not in self.lasting and number not in spared:
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
        self.open = set()
        """Numbers of values being written that the reader does not have yet: not to be mentioned by number."""
        self.dressing = set()
        """Numbers of functions and exceptions that the reader has, while the rest of them is written."""
        self._mentioned = []
        self._start = self.mark()
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
            if self.depth == STEEP:
                with DeepDown():
                    return write(self, value) if write else self._other(value)
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
        self.back_to(self._start)

    def mark(self):
        """A place to go `back_to`."""
        return self.table.next, len(self._mentioned), len(self.blobs)

    def back_to(self, mark):
        """Forget what was written since `mark` gave *mark*."""
        first, mentioned, blobs = mark
        for number in range(first, self.table.next, 2):
            self.table.forget(number)
        for number in self._mentioned[mentioned:]:
            self.table.watched.pop(number, None)
        del self._mentioned[mentioned:], self.blobs[blobs:]

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
        if not leaves.is_leaf(type(value)):
            return None
        number, mark = 0, self.mark()
        if changes(type(value)):
            number, done = self.shared(value, anew, leaf_state)
            if number in self.open:
                raise TypeError("a table that holds itself")
            if done:
                return ["r", number]
            self.open.add(number)
        packed = leaves.pack(value, self.node)
        self.open.discard(number)
        if packed is None:
            self.back_to(mark)  # nobody will read what was written of its inside
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
    number, done = writer.shared(value, anew, dict_state)
    if done:
        return ["r", number]
    node = [DICTS[type(value)], number, writer.nodes(list(dict.keys(value))), writer.nodes(list(dict.values(value)))]
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


_WRITERS: dict[Any, Any] = {
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
    **dict.fromkeys(DICTS, _write_dict),
    **dict.fromkeys(_VIEWS, _write_view),
}


# --- what a value held ------------------------------------------------------------------------------------------------


def dict_state(value):
    """Keys and values, to be compared by identity."""
    return [*dict.keys(value), *dict.values(value)]


def leaf_state(value):
    """The packed form; objects in an array are compared by identity."""
    inner = []

    def note(item):
        inner.append(item)
        return len(inner)

    packed = leaves.pack(value, note)
    return packed and (packed[0], packed[1], inner)


def changes(kind):
    """Whether leaves of exactly the class *kind* can change in place."""
    found = _CHANGE.get(id(kind))  # by id: a learner's metaclass is not asked
    if found is None:
        if not leaves.is_leaf(kind):
            return False
        found = _CHANGE[id(kind)] = leaves.can_change(kind)
    return found


_CHANGE: dict[int, bool] = {}
"""Of leaves only: their classes stay where they are."""


def _is_same(value, kept):
    kind = type(value)
    if kind is list or kind is collections.deque:
        return len(value) == len(kept) and all(map(operator.is_, value, kept))
    if kind in DICTS:
        now = dict_state(value)
        return len(now) == len(kept) and all(map(operator.is_, now, kept))
    if kind is set:
        return len(value) == len(kept) and _identities(value) == _identities(kept)
    if kind is bytearray:
        return value == kept
    now = leaf_state(value)
    if now is None or now[0] != kept[0] or now[1] != kept[1] or len(now[2]) != len(kept[2]):
        return now is None
    return all(map(operator.is_, now[2], kept[2]))


def _identities(values):
    return set(map(id, values))
