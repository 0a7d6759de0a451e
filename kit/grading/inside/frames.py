"""Leaves of pandas that are tables: Series, DataFrame and every kind of Index.

A frame travels block by block, so that many columns of one dtype are one array. Labels are atoms only: whatever else
an index may hold stays behind, as pandas would hash and compare it here.
"""

from __future__ import annotations

from . import columns
from .columns import COLUMNS, column, frequency_of, index_of, is_frequency, library, moments_of, pack_moments, plain
from .tags import NotPlain, atom, calmly, decode, encode, from_atom, knows, must, of, reads

_MOST_COLUMNS = 100_000
_ROWS = 1 << 26
"""The longest range of row numbers, which cost nothing to send."""

_known: list = []


def ready():
    """Know the types of pandas' tables, if pandas has been imported. True if it has."""
    if not _known and columns.ready():
        pandas = columns.library()
        for kind in (pandas.Index, pandas.CategoricalIndex, pandas.PeriodIndex, pandas.IntervalIndex):
            knows(kind, _pack_index)
        for kind in (pandas.DatetimeIndex, pandas.TimedeltaIndex):
            knows(kind, _pack_time_index)
        knows(pandas.RangeIndex, _pack_range)
        knows(pandas.MultiIndex, _pack_multi)
        knows(pandas.Series, _pack_series)
        knows(pandas.DataFrame, _pack_frame)
        _known.append(pandas)
    return bool(_known)


def _pack_index(value, blobs, inner):
    return ["index", encode(value._data, blobs, None), atom(value._name, blobs)]


def _unpack_index(blobs, inner, values, name):
    pandas = library()
    values = column(values, blobs, None)
    kind = getattr(values.dtype, "char", None)
    return pandas.Index(values, name=from_atom(name, blobs), dtype=object if kind == "O" else None, copy=False)


def _pack_time_index(value, blobs, inner):
    coded = pack_moments(value._data, blobs, inner)
    return ["times", *coded[1:], atom(value._name, blobs), _freq_text(value)]


def _freq_text(value):
    """A frequency that a text says in full; what holidays a custom one has, no text says."""
    frequency = value.freq
    if frequency is None or hasattr(frequency, "calendar") or not is_frequency(frequency.freqstr):
        return None
    return frequency.freqstr


def _unpack_times(blobs, inner, stamps, tz, name, frequency):
    index = moments_of(blobs, stamps, tz)
    index.name = from_atom(name, blobs)
    if frequency is not None:
        index.freq = frequency_of(frequency)
    return index


def _pack_range(value, blobs, inner):
    if len(value) > _ROWS:
        raise NotPlain
    return ["range", value.start, value.stop, value.step, atom(value._name, blobs)]


def _unpack_range(blobs, inner, start, stop, step, name):
    must(len(range(of(int, start), of(int, stop), of(int, step))) <= _ROWS, "an absurd range")
    return library().RangeIndex(start, stop, step, name=from_atom(name, blobs))


def _pack_multi(value, blobs, inner):
    levels = [encode(level, blobs, None) for level in value.levels]
    codes = [encode(code, blobs, None) for code in value.codes]
    return ["multi", levels, codes, [atom(name, blobs) for name in value.names]]


def _unpack_multi(blobs, inner, levels, codes, names):
    must(0 < len(of(list, levels)) <= 100 and len(levels) == len(of(list, codes)) == len(of(list, names)))
    levels = [index_of(level, blobs) for level in levels]
    codes = [plain(code, blobs) for code in codes]
    must(all(code.dtype.kind == "i" for code in codes))
    return library().MultiIndex(levels, codes, names=[from_atom(name, blobs) for name in names])


def _pack_series(value, blobs, inner):
    coded = encode(value._values, blobs, inner)
    return ["series", encode(value.index, blobs, None), coded, atom(value._name, blobs)]


def _unpack_series(blobs, inner, index, values, name):
    index = index_of(index, blobs)
    return _series(column(values, blobs, inner), index, from_atom(name, blobs))


def _series(values, index, name=None):
    must(len(values) == len(index), "not as many rows as labels")
    kind = getattr(values.dtype, "char", None)
    # Without the word pandas would make texts among objects a column of texts.
    return library().Series(values, index, name=name, dtype=object if kind == "O" else None, copy=False)


def _pack_frame(value, blobs, inner):
    if value.shape[1] > _MOST_COLUMNS:
        raise NotPlain
    index, columns = encode(value.index, blobs, None), encode(value.columns, blobs, None)
    blocks = [part for block in value._mgr.blocks for part in _pack_block(block, blobs, inner)]
    return ["frame", index, columns, blocks]


def _pack_block(block, blobs, inner):
    """The places of a block's columns, and their values; column by column where these are no array of numpy's."""
    places, values = block.mgr_locs.as_array.tolist(), block.values
    if type(values).__name__ in ("DatetimeArray", "TimedeltaArray") and getattr(values, "tz", None) is None:
        values = values._ndarray
    if values.ndim == 1 or type(values).__name__ == "ndarray":
        return [[places, encode(values, blobs, inner)]]
    return [[[place], encode(values[row], blobs, inner)] for row, place in enumerate(places)]


def _unpack_frame(blobs, inner, index, columns, blocks):
    index, columns = index_of(index, blobs), index_of(columns, blobs)
    must(len(columns) <= _MOST_COLUMNS and len(of(list, blocks)) <= len(columns))
    parts = [_block(block, len(index), blobs, inner) for block in blocks]
    places = [place for numbers, _ in parts for place in numbers]
    must(sorted(places) == list(range(len(columns))), "not one column for each label")
    if len(parts) == 1 and parts[0][1].ndim == 2 and places == sorted(places):
        values = parts[0][1].T
        dtype = object if values.dtype.char == "O" else None
        return library().DataFrame(values, index, columns, dtype=dtype, copy=False)
    rows: dict = {}
    for numbers, values in parts:
        rows.update(zip(numbers, values if values.ndim == 2 else [values], strict=True))
    frame = library().DataFrame({place: _series(rows[place], index) for place in sorted(places)}, index)
    frame.columns = columns
    return frame


def _block(block, length, blobs, inner):
    """The places of a block's columns, and their values: an array they are the rows of, or the one column."""
    places, coded = block
    must(type(places) is list and all(type(place) is int for place in places))
    must(type(coded) is list and coded and coded[0] in COLUMNS)
    values = decode(coded, blobs, inner)
    shape = (len(places), length) if values.ndim == 2 else (length,)
    must(values.shape == shape and (values.ndim == 2 or len(places) == 1), "not as many rows as labels")
    return places, values


def is_table(kind):
    """Whether *kind* is exactly Series or DataFrame."""
    return bool(_known) and (kind is _known[0].Series or kind is _known[0].DataFrame)


def same_in_place(old, new):
    """Give *old* the rows, columns, labels and name of *new*, whatever their number. Always True."""
    # A copy in name: pandas knows that both look at the same data, and copies when one of them is written to.
    old._update_inplace(new.copy(deep=False))
    if type(old) is _known[0].Series:
        old.name = new.name
    return True


reads("index", calmly(_unpack_index))
reads("times", calmly(_unpack_times))
reads("range", _unpack_range)
reads("multi", calmly(_unpack_multi))
reads("series", calmly(_unpack_series))
reads("frame", calmly(_unpack_frame))
