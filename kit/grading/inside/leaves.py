"""Plain values of the standard library, numpy and pandas as strict data between a hostile process and the judge.

`pack` knows a value by its exact type, and calls nothing a learner could have put in the way of that type.
`unpack` makes values of these types only, out of JSON and bytes that may have been forged; nothing is unpickled.
What the types are: `moments` (standard library), `arrays` (numpy), `frames` (pandas).
"""

from __future__ import annotations

import array

from . import arrays, columns, frames, moments  # noqa: F401 (moments makes its types known)
from .tags import NotPlain, decode, encode, is_known

__all__ = ["can_change", "is_leaf", "pack", "ready", "same_in_place", "unpack"]


def ready():
    """Know the types of numpy and pandas, where these have been imported: best called before any learner's code."""
    arrays.masked_ready()
    frames.ready()


def is_leaf(kind):
    """Whether `pack` knows values of exactly the class *kind*. Runs nothing of that class."""
    if not is_known(kind):
        ready()
    return is_known(kind)


def can_change(kind):
    """Whether values of exactly the class *kind* are leaves that can change in place."""
    ready()
    return kind is array.array or any(has(kind) for has in (arrays.is_array, frames.is_table, columns.is_array))


def pack(value, inner=None):
    """``(json, blobs)``; None unless *value* is exactly of a known type, and fits into a message.

    inner: gives JSON for what an object array or column holds. Without it that may be plain numbers, texts, tuples and
    leaves only, else None comes back.
    """
    if not is_leaf(type(value)):
        return None
    blobs: list = []
    try:
        return encode(value, blobs, inner), blobs
    except (NotPlain, AttributeError, TypeError, RecursionError):  # the insides of a table may have been tampered with
        return None


def unpack(tagged, blobs, inner=None):
    """The value that `pack` was given; ValueError for anything `pack` does not make.

    inner: what gave JSON to a nested value, the other way round; given if and only if `pack` had one.
    """
    left = list(blobs)
    try:
        value = decode(tagged, left, inner)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"no such value: {type(error).__name__}") from None
    if any(blob is not None for blob in left):
        raise ValueError("more bytes than belong to the value")
    return value


def same_in_place(old, new):
    """Make *old* equal to *new*, of the same type, without making another object; False where that cannot be.

    An array keeps its length and dtype, a table may change both. *old* holds what *new* holds, not copies of it.
    """
    kind = type(old)
    if type(new) is not kind:
        return False
    if kind is bytearray or kind is array.array:
        return _same_buffer(old, new)
    ready()
    if arrays.is_array(kind):
        return arrays.same_in_place(old, new)
    if frames.is_table(kind):
        return frames.same_in_place(old, new)
    return columns.is_array(kind) and columns.same_in_place(old, new)


def _same_buffer(old, new):
    try:
        old[:] = new
    except (BufferError, TypeError):  # another's view of it is open, or the typecode differs
        return False
    return True


ready()
