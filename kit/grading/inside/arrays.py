"""Leaves of numpy: arrays, scalars, dtypes and masked arrays.

An array's elements travel as its bytes, copied once each way. A dtype travels as a short text (``"d"``, ``">i"``,
``"<U5"``, ``"<M8[ns]"``) or, with fields, as a list; object arrays element by element.
"""

from __future__ import annotations

import functools
import math
import re
import sys
import types

from .tags import LONGEST, NotPlain, atom, decode, encode, from_atom, keep, knows, must, of, reads, take

_CHARS = "?bBhHiIlLqQefdgFDG"
_UNITS = "Y|M|W|D|h|m|s|ms|us|μs|ns|ps|fs|as"
_TEXT = re.compile(rf"[<>]?[{_CHARS}]|[<>]U\d{{1,8}}|\|[SV]\d{{1,8}}|[<>][mM]8(\[\d{{0,9}}({_UNITS})\])?")
_FORTRAN, _READ_ONLY = 1, 2
_EMPTY = 1 << 20
"""The most elements of no bytes, or rows of no columns: each costs whoever looks at them, and nothing to send."""
_FIELDS = 200

_found: list = []
_masked: list = []


def ready():
    """Know numpy's types, if numpy has been imported. True if it has."""
    return bool(_found) or _know(sys.modules.get("numpy"))


def library():
    """numpy, imported if need be."""
    if not _found:
        import numpy

        must(_know(numpy), "numpy cannot be used here")
    return _found[0]


def is_imported(module):
    """Whether this is a module, and not half way through its import."""
    return type(module) is types.ModuleType and not getattr(vars(module).get("__spec__"), "_initializing", False)


def _know(numpy):
    # The learner's own numpy.py may be called numpy, too.
    if not is_imported(numpy) or type(vars(numpy).get("ndarray")) is not type:
        return False
    for char in (*_CHARS, "M8", "m8", "S", "U", "V", "O"):
        dtype = numpy.dtype(char)
        knows(type(dtype), _pack_dtype)
        if char != "O":
            knows(dtype.type, _pack_scalar)
    knows(numpy.ndarray, _pack_array)
    knows(numpy.str_, _pack_text)
    knows(numpy.bytes_, _pack_bytes)
    _found.append(numpy)
    return True


def masked_ready():
    """Know numpy's masked arrays, which are a module that few import. True if it is imported."""
    if not _masked and ready():
        module = sys.modules.get("numpy.ma")
        if module is not None and is_imported(module):
            _masked.append(module)
            knows(module.MaskedArray, _pack_masked)
            knows(type(module.masked), lambda value, blobs, inner: ["masked constant"])
    return bool(_masked)


def dtype_text(dtype):
    """JSON for a dtype of fixed size; NotPlain for one that holds objects, has titles, or belongs to a library."""
    char = dtype.char
    if char in _CHARS:
        return char if dtype.byteorder in "=|" else dtype.byteorder + char
    if char in "SUmM":
        return dtype.str
    if char != "V" or dtype.hasobject:
        raise NotPlain
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return ["repeated", dtype_text(base), list(shape)]
    if dtype.names is None:
        return dtype.str
    fields = [(name, *dtype.fields[name]) for name in dtype.names]
    if dtype.type is not _found[0].void or len(fields) > _FIELDS or any(len(field) > 3 for field in fields):
        raise NotPlain
    parts = [[name, dtype_text(kind), offset] for name, kind, offset in fields]
    return ["fields", parts, dtype.itemsize, dtype.isalignedstruct]


def dtype_of(text, depth=0):
    """The dtype of such a text; ValueError for any other."""
    if type(text) is str:
        return _simple_dtype(text)
    must(type(text) is list and depth < 10)
    tag, *parts = text
    if tag == "repeated":
        base, shape = parts
        checked = _shape(shape)
        kind = dtype_of(base, depth + 1)
        must(len(checked) > 0 and 0 < math.prod(checked) * max(kind.itemsize, 1) <= LONGEST)
        return library().dtype((kind, checked))
    must(tag == "fields")
    fields, size, aligned = parts
    must(len(of(list, fields)) <= _FIELDS and 0 <= of(int, size) <= LONGEST)
    names, kinds, offsets = zip(*fields, strict=True) if fields else ((), (), ())
    must(all(type(name) is str for name in names) and all(type(offset) is int for offset in offsets))
    described = {"names": list(names), "formats": [dtype_of(kind, depth + 1) for kind in kinds]}
    dtype = library().dtype({**described, "offsets": list(offsets), "itemsize": size}, align=of(bool, aligned))
    must(not dtype.hasobject and dtype.itemsize == size)
    return dtype


@functools.lru_cache(256)
def _simple_dtype(text):
    must(_TEXT.fullmatch(text), "no dtype")
    return library().dtype(text)


def _shape(shape):
    must(type(shape) is list and len(shape) <= 64)
    must(all(type(length) is int and length >= 0 for length in shape))
    return tuple(shape)


def _flags(array):
    flags = array.flags
    return (_FORTRAN if flags.fnc else 0) | (0 if flags.writeable else _READ_ONLY)


def _is_absurd(shape, itemsize):
    """Whether an array says it is large without having the bytes."""
    count = math.prod(shape)
    if count and itemsize:
        return count * itemsize > LONGEST
    return math.prod(length or 1 for length in shape) > _EMPTY


def _pack_array(value, blobs, inner):
    dtype, shape = value.dtype, value.shape
    if _is_absurd(shape, dtype.itemsize):
        raise NotPlain
    if dtype.char == "O":
        cells = value.ravel("F" if value.flags.fnc else "C").tolist()
        coded = [inner(cell) for cell in cells] if inner else [atom(cell, blobs) for cell in cells]
        return ["objects", list(shape), _flags(value), coded]
    # The data go first: a dtype that cannot be told leaves a blob behind nobody will send.
    return ["array", dtype_text(dtype), list(shape), _flags(value), keep(blobs, value.tobytes("A"))]


def _unpack_array(blobs, inner, text, shape, flags, number):
    array = _raw(dtype_of(text), _shape(shape), take(blobs, number), of(int, flags))
    if flags & _READ_ONLY:
        array.setflags(write=False)
    return array


def _raw(dtype, shape, data, flags):
    must(0 <= flags < 4)
    must(not _is_absurd(shape, dtype.itemsize), "an absurd shape")
    must(math.prod(shape) * dtype.itemsize == len(data), "not as many bytes as elements")
    order = "F" if flags & _FORTRAN else "C"
    if dtype.char == "V":  # copying leaves out what lies between the fields
        array = library().ndarray(shape, dtype, bytearray(data), order=order)
    else:
        array = library().ndarray(shape, dtype, data, order=order).copy("K")
    _check(array)
    return array


def _check(array):
    """ValueError for bytes that stand for no value of the dtype: a bool of 2 is both true and equal to nothing."""
    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            _check(array[name])
    elif dtype.char == "?":
        must(not array.size or array.view("u1").max() <= 1, "no bool")
    elif dtype.char == "U" and array.size and dtype.itemsize:
        points = library().ascontiguousarray(array).reshape(-1).view(f"{dtype.byteorder}u4")
        must(points.max() <= sys.maxunicode, "no character")


def _unpack_objects(blobs, inner, shape, flags, cells):
    shape, cells = _shape(shape), of(list, cells)
    must(0 <= of(int, flags) < 4 and not _is_absurd(shape, 8) and math.prod(shape) == len(cells))
    values = [inner(cell) for cell in cells] if inner else [from_atom(cell, blobs) for cell in cells]
    # fromiter, as assigning would look into arrays and sequences among the values.
    array = library().fromiter(values, object, len(values))
    array = array.reshape(shape, order="F" if flags & _FORTRAN else "C").copy("K")
    if flags & _READ_ONLY:
        array.setflags(write=False)
    return array


def _pack_scalar(value, blobs, inner):
    return ["scalar", dtype_text(value.dtype), value.tobytes().hex()]


def _unpack_scalar(blobs, inner, text, digits):
    data = bytes.fromhex(of(str, digits))
    return _raw(dtype_of(text), (), data, 0)[()]


def _pack_text(value, blobs, inner):
    return ["numpy str", str.__str__(value)]


def _unpack_text(blobs, inner, text):
    return library().str_(of(str, text))


def _pack_bytes(value, blobs, inner):
    return ["numpy bytes", bytes.decode(value, "latin-1")]


def _unpack_bytes(blobs, inner, text):
    return library().bytes_(of(str, text).encode("latin-1"))


def _pack_dtype(value, blobs, inner):
    return ["dtype", "O" if value.char == "O" else dtype_text(value)]


def _unpack_dtype(blobs, inner, text):
    return library().dtype(object) if text == "O" else dtype_of(text)


def _pack_masked(value, blobs, inner):
    numpy, state = library(), vars(value)
    nothing = _masked[0].nomask
    mask, fill = state.get("_mask"), state.get("_fill_value")
    parts = [numpy.ndarray.view(value, numpy.ndarray), *(None if part is nothing else part for part in (mask, fill))]
    if any(type(part) is not numpy.ndarray for part in parts if part is not None):
        raise NotPlain
    coded = [part if part is None else encode(part, blobs, inner) for part in parts]
    return ["masked", *coded, bool(state.get("_hardmask"))]


def _unpack_masked(blobs, inner, data, mask, fill, hard):
    import numpy.ma

    values = decode(data, blobs, inner)
    hidden = numpy.ma.nomask if mask is None else decode(mask, blobs, inner)
    filler = None if fill is None else decode(fill, blobs, inner)
    must(type(values) is numpy.ndarray and (filler is None or type(filler) is numpy.ndarray))
    if mask is not None:
        must(type(hidden) is numpy.ndarray and hidden.shape == values.shape)
        must(hidden.dtype == numpy.ma.make_mask_descr(values.dtype))
    return numpy.ma.MaskedArray(values, hidden, fill_value=filler, hard_mask=of(bool, hard))


def _unpack_masked_constant(blobs, inner):
    import numpy.ma

    return numpy.ma.masked


def is_array(kind):
    """Whether *kind* is exactly one of numpy's arrays that can change in place."""
    return bool(_found) and (kind is _found[0].ndarray or (masked_ready() and kind is _masked[0].MaskedArray))


def same_in_place(old, new):
    """Write the elements of *new* into *old*; False where shape or dtype differ, or *old* cannot be written."""
    numpy = library()
    if old.shape != new.shape or old.dtype != new.dtype or not old.flags.writeable:
        return False
    if type(old) is not numpy.ndarray:
        return _same_masked(numpy, old, new)
    numpy.copyto(old, new, casting="no")
    return True


def _same_masked(numpy, old, new):
    if old.hardmask != new.hardmask:
        return False
    numpy.copyto(old.data, new.data, casting="no")
    # The array itself, not its elements: assigning to `mask` leaves what a hard mask hides.
    vars(old)["_mask"], vars(old)["_fill_value"] = vars(new)["_mask"], vars(new)["_fill_value"]
    return True


reads("array", _unpack_array)
reads("objects", _unpack_objects)
reads("scalar", _unpack_scalar)
reads("numpy str", _unpack_text)
reads("numpy bytes", _unpack_bytes)
reads("dtype", _unpack_dtype)
reads("masked", _unpack_masked)
reads("masked constant", _unpack_masked_constant)
