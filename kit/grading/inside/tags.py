"""The table of types that travel as tagged data, and the checks every tag starts from.

A *leaf* is one value of a known type, told apart by that exact type. It is packed as ``["tag", part, …]``: JSON values,
and bytes in a list of blobs beside it. An *atom* is a label in a table or a name: a JSON value, or a list that stands
for one. What is unpacked may have been forged: everything here raises ValueError (or an error `leaves.unpack` makes one
of) rather than guess.
"""

from __future__ import annotations

import re
import warnings

from .wire import MESSAGE_BYTES

LONGEST = MESSAGE_BYTES
"""Bytes of data a leaf may have."""
_SMALL = 2**53  # what every JSON reader keeps exact
_DEEPEST = 20
_HEX = re.compile(r"-?0x[0-9a-f]+")

_packers: dict = {}
_unpackers: dict = {}
_kept: list = []


class NotPlain(Exception):
    """What is to be packed holds something that is no data, or is more than any message may be."""


def knows(kind, pack):
    """From now on values of exactly the class *kind* are packed by ``pack(value, blobs, inner)``."""
    _kept.append(kind)  # so that its id stays its own
    _packers[id(kind)] = pack


def is_known(kind):
    """Whether values of exactly the class *kind* can be packed. Runs nothing of the class or its metaclass."""
    return id(kind) in _packers


def reads(tag, unpack):
    """From now on ``[tag, *parts]`` is unpacked by ``unpack(blobs, inner, *parts)``."""
    _unpackers[tag] = unpack


def encode(value, blobs, inner):
    """The tagged form of a leaf; its bytes are appended to *blobs*. NotPlain.

    inner: encodes what a leaf holds of other values; None where only atoms may be held.
    """
    pack = _packers.get(id(type(value)))
    if pack is None:
        raise NotPlain
    return pack(value, blobs, inner)


def decode(tagged, blobs, inner):
    """What a tagged form stands for; takes its bytes out of *blobs*."""
    if type(tagged) is not list or not tagged or type(tagged[0]) is not str:
        raise ValueError("no tagged value")
    unpack = _unpackers.get(tagged[0])
    if unpack is None:
        raise ValueError("an unknown tag")
    return unpack(blobs, inner, *tagged[1:])


def keep(blobs, data):
    """The number under which *data* stands in *blobs* from now on."""
    blobs.append(data)
    return len(blobs) - 1


def take(blobs, number):
    """Blob *number*, once only: nobody makes much out of little by naming it again."""
    if type(number) is not int or not 0 <= number < len(blobs) or blobs[number] is None:
        raise ValueError("no such blob")
    blob, blobs[number] = blobs[number], None
    return blob


def must(condition, message="not as this tag has it"):
    """ValueError unless *condition*."""
    if not condition:
        raise ValueError(message)


def of(kind, value):
    """*value*, which must be of exactly the class *kind*."""
    if type(value) is not kind:
        raise ValueError(f"not of type {kind.__name__}")
    return value


def calmly(unpack):
    """*unpack* without any warnings: what a learner made is nothing the author of a test should be told about."""

    def calm(blobs, inner, *parts):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return unpack(blobs, inner, *parts)

    return calm


def atom(value, blobs, depth=0):
    """JSON for None, bool, int, float, complex, str, bytes, tuples of atoms, and leaves. NotPlain for all else."""
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is float:
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else ["int", hex(value)]
    if kind is tuple:
        if depth >= _DEEPEST:
            raise NotPlain
        return ["tuple", [atom(part, blobs, depth + 1) for part in value]]
    if kind is bytes:
        return ["bytes", value.decode("latin-1")]
    if kind is complex:
        return ["complex", value.real, value.imag]
    return ["leaf", encode(value, blobs, None)]


def from_atom(coded, blobs, depth=0):
    """The value an atom stands for."""
    if coded is None or type(coded) in (str, bool, float, int):
        return coded
    must(type(coded) is list and depth <= _DEEPEST)
    if len(coded) == 3 and coded[0] == "complex":
        return complex(of(float, coded[1]), of(float, coded[2]))
    tag, part = coded
    if tag == "leaf":
        return decode(part, blobs, None)
    if tag == "tuple":
        return tuple([from_atom(one, blobs, depth + 1) for one in of(list, part)])
    if tag == "int":
        return whole(part)
    must(tag == "bytes")
    return of(str, part).encode("latin-1")


def whole(text):
    """An int of any size from its hexadecimal digits: a decimal number as long would be slow to read."""
    must(_HEX.fullmatch(of(str, text)))
    return int(text, 16)
