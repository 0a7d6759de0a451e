"""Leaves of pandas that are no tables: the arrays columns are made of, their dtypes, single moments and spans.

A column whose values are numpy's travels as numpy's; what is masked, named by codes or in a time zone as the arrays it
is made of, and put together by pandas' own constructors, which look whether they fit.
"""

from __future__ import annotations

import re
import sys

from . import arrays
from .moments import zone, zone_of
from .tags import NotPlain, atom, calmly, decode, encode, from_atom, knows, must, of, reads

# Business days and hours are counted one by one: a few of them only.
_FREQUENCY = re.compile(r"-?(\d{0,15}(ns|us|ms|s|min|h)|\d{0,4}[A-Za-z]{1,10}(-[A-Z0-9]{1,5}){0,4})")
_UNITS = ("s", "ms", "us", "ns")
_SIDES = ("left", "right", "both", "neither")
COLUMNS = frozenset(
    ("array", "objects", "nullable", "strings", "moments", "categorical", "periods", "intervals", "wrapped")
)
"""Tags of what a column may be made of."""
INDEXES = frozenset(("index", "times", "range", "multi"))
"""Tags of what labels may be."""

_found: list = []
_arrays: list = []


def ready():
    """Know pandas' types, if pandas has been imported. True if it has."""
    return bool(_found) or _know(sys.modules.get("pandas"))


def library():
    """pandas, imported if need be."""
    if not _found:
        import pandas

        must(_know(pandas), "pandas cannot be used here")
    return _found[0]


def _know(pandas):
    # The learner's own pandas.py may be called pandas, too; and the real one may be half way through its import.
    if not arrays.is_imported(pandas) or not arrays.ready():
        return False
    kept = pandas.arrays
    packs = {
        _pack_nullable: (kept.IntegerArray, kept.FloatingArray, kept.BooleanArray),
        _pack_strings: (kept.StringArray, kept.ArrowStringArray),
        pack_moments: (kept.DatetimeArray, kept.TimedeltaArray),
        _pack_categorical: (kept.Categorical,),
        _pack_periods: (kept.PeriodArray,),
        _pack_intervals: (kept.IntervalArray,),
        _pack_wrapped: (kept.NumpyExtensionArray,),
    }
    _arrays.extend(kind for kinds in packs.values() for kind in kinds)
    packs |= {
        _pack_timestamp: (pandas.Timestamp,),
        _pack_timedelta: (pandas.Timedelta,),
        _pack_period: (pandas.Period,),
        _pack_interval: (pandas.Interval,),
        _pack_dtype: tuple(getattr(pandas, name) for name in _DTYPES),
        _pack_missing: (type(pandas.NaT), type(pandas.NA)),
    }
    for pack, kinds in packs.items():
        for kind in kinds:
            knows(kind, pack)
    _found.append(pandas)
    return True


_DTYPES = (
    *("StringDtype", "CategoricalDtype", "DatetimeTZDtype", "PeriodDtype", "IntervalDtype", "BooleanDtype"),
    *("Float32Dtype", "Float64Dtype", "Int8Dtype", "Int16Dtype", "Int32Dtype", "Int64Dtype"),
    *("UInt8Dtype", "UInt16Dtype", "UInt32Dtype", "UInt64Dtype"),
)


def _pack_nullable(value, blobs, inner):
    return ["nullable", encode(value._data, blobs, inner), encode(value._mask, blobs, inner)]


def _unpack_nullable(blobs, inner, data, mask):
    kept = library().arrays
    values, mask = plain(data, blobs), plain(mask, blobs)
    kinds = {"i": kept.IntegerArray, "u": kept.IntegerArray, "f": kept.FloatingArray, "b": kept.BooleanArray}
    must(values.shape == mask.shape and values.ndim == 1)
    return kinds[values.dtype.kind](values, mask)


def plain(coded, blobs):
    """The one-dimensional numpy array, of anything but objects, that is asked for here."""
    array = decode(coded, blobs, None)
    must(type(array) is arrays.library().ndarray and array.ndim == 1 and array.dtype.char != "O")
    return array


def _pack_strings(value, blobs, inner):
    numpy, pandas = arrays.library(), _found[0]
    texts = numpy.asarray(value, dtype=object).tolist()
    if any(type(text) is not str for text in texts):
        texts = [None if _is_missing(text, pandas) else text for text in texts]
        if any(type(text) is not str for text in texts if text is not None):
            raise NotPlain
    return ["strings", value.dtype.storage, value.dtype.na_value is pandas.NA, texts]


def _is_missing(value, pandas):
    return value is None or value is pandas.NA or (type(value) is float and value != value)


def _unpack_strings(blobs, inner, storage, nullable, texts):
    pandas = library()
    must(storage in ("python", "pyarrow") and type(nullable) is bool and type(texts) is list)
    must(all(text is None or type(text) is str for text in texts))
    dtype = pandas.StringDtype(storage, na_value=pandas.NA if nullable else float("nan"))
    return pandas.array(texts, dtype=dtype)


def pack_moments(value, blobs, inner):
    """The tagged form of an array of moments or spans of time: numpy's stamps, in UTC where there is a zone."""
    if value.ndim != 1:
        raise NotPlain
    tz = getattr(value, "tz", None)
    return ["moments", encode(value._ndarray, blobs, inner), zone(tz, blobs)]


def _unpack_moments(blobs, inner, stamps, tz):
    return moments_of(blobs, stamps, tz).array


def moments_of(blobs, stamps, tz):
    """The DatetimeIndex or TimedeltaIndex of packed moments."""
    pandas = library()
    values, tz = plain(stamps, blobs), zone_of(tz, blobs)
    must(values.dtype.kind in "mM" and _unit_of(values.dtype) in _UNITS and (tz is None or values.dtype.kind == "M"))
    if values.dtype.kind == "m":
        return pandas.TimedeltaIndex(values)
    index = pandas.DatetimeIndex(values)
    return index if tz is None else index.tz_localize("UTC").tz_convert(tz)


def _unit_of(dtype):
    name, count = arrays.library().datetime_data(dtype)
    return name if count == 1 and dtype.isnative else None


def _pack_categorical(value, blobs, inner):
    codes, dtype = value._codes, value.dtype
    return ["categorical", encode(codes, blobs, inner), encode(dtype.categories, blobs, inner), dtype.ordered]


def _unpack_categorical(blobs, inner, codes, categories, ordered):
    pandas = library()
    codes, categories = plain(codes, blobs), index_of(categories, blobs)
    must(codes.dtype.kind == "i")
    return pandas.Categorical.from_codes(codes, categories=categories, ordered=of(bool, ordered))


def _pack_periods(value, blobs, inner):
    return ["periods", encode(value._ndarray, blobs, inner), _frequency(value)]


def _unpack_periods(blobs, inner, ordinals, frequency):
    ordinals = plain(ordinals, blobs)
    must(ordinals.dtype == "int64")
    return library().PeriodIndex.from_ordinals(ordinals, freq=frequency_of(frequency)).array


def _frequency(value):
    if not is_frequency(value.freqstr):
        raise NotPlain
    return value.freqstr


def frequency_of(text):
    """*text*, if it may be the name of a frequency."""
    must(is_frequency(of(str, text)), "no frequency")
    return text


def is_frequency(text):
    """Whether that is the name of a frequency, and none that takes long to count in."""
    return _FREQUENCY.fullmatch(text) is not None


def _pack_intervals(value, blobs, inner):
    return ["intervals", *(encode(side, blobs, inner) for side in (value._left, value._right)), value.closed]


def _unpack_intervals(blobs, inner, left, right, closed):
    must(closed in _SIDES)
    sides = [column(side, blobs, None) for side in (left, right)]
    return library().arrays.IntervalArray.from_arrays(*sides, closed=closed)


def _pack_wrapped(value, blobs, inner):
    return ["wrapped", encode(value._ndarray, blobs, inner)]


def _unpack_wrapped(blobs, inner, values):
    return library().arrays.NumpyExtensionArray(_wrapped(values, blobs, inner))


def _wrapped(coded, blobs, inner):
    must(type(coded) is list and coded and coded[0] in ("array", "objects"))
    return decode(coded, blobs, inner)


def column(coded, blobs, inner):
    """What a column may be made of: a numpy array of one dimension, or one of pandas' own arrays."""
    must(type(coded) is list and coded and coded[0] in COLUMNS)
    values = decode(coded, blobs, inner)
    must(values.ndim == 1)
    return values


def _pack_dtype(value, blobs, inner):
    # A column of no rows says it all.
    empty = value.construct_array_type()._from_sequence([], dtype=value)
    return ["column dtype", encode(empty, blobs, inner)]


def _unpack_dtype(blobs, inner, empty):
    values = column(empty, blobs, None)
    must(len(values) == 0)
    return values.dtype


def index_of(coded, blobs):
    """The labels that are asked for here."""
    must(type(coded) is list and coded and coded[0] in INDEXES)
    return decode(coded, blobs, None)


def _pack_timestamp(value, blobs, inner):
    return ["timestamp", value._value, value.unit, zone(value.tz, blobs), value.fold]


def _unpack_timestamp(blobs, inner, number, unit, tz, fold):
    must(unit in _UNITS and fold in (0, 1))
    moment = library().Timestamp(arrays.library().datetime64(of(int, number), unit))
    tz = zone_of(tz, blobs)
    moment = moment if tz is None else moment.tz_localize("UTC").tz_convert(tz)
    return moment if moment.fold == fold else moment.replace(fold=fold)


def _pack_timedelta(value, blobs, inner):
    return ["pandas timedelta", value._value, value.unit]


def _unpack_timedelta(blobs, inner, number, unit):
    must(unit in _UNITS)
    return library().Timedelta(arrays.library().timedelta64(of(int, number), unit))


def _pack_period(value, blobs, inner):
    return ["period", value.ordinal, _frequency(value)]


def _unpack_period(blobs, inner, ordinal, frequency):
    return library().Period(ordinal=of(int, ordinal), freq=frequency_of(frequency))


def _pack_interval(value, blobs, inner):
    return ["interval", atom(value.left, blobs), atom(value.right, blobs), value.closed]


def _unpack_interval(blobs, inner, left, right, closed):
    must(closed in _SIDES)
    return library().Interval(from_atom(left, blobs), from_atom(right, blobs), closed=closed)


def _pack_missing(value, blobs, inner):
    return ["missing", "NA" if value is _found[0].NA else "NaT"]


def _unpack_missing(blobs, inner, name):
    must(name in ("NaT", "NA"))
    return getattr(library(), name)


def is_array(kind):
    """Whether *kind* is exactly one of the arrays columns are made of."""
    return any(kind is known for known in _arrays)


def same_in_place(old, new):
    """Write the elements of *new* into *old*; False where length or dtype differ, or *old* cannot be written."""
    if len(old) != len(new) or old.dtype != new.dtype:
        return False
    try:
        old[:] = new
    except (TypeError, ValueError):
        return False
    return True


reads("nullable", _unpack_nullable)
reads("strings", _unpack_strings)
reads("moments", calmly(_unpack_moments))
reads("categorical", calmly(_unpack_categorical))
reads("periods", calmly(_unpack_periods))
reads("intervals", calmly(_unpack_intervals))
reads("wrapped", _unpack_wrapped)
reads("column dtype", calmly(_unpack_dtype))
reads("timestamp", calmly(_unpack_timestamp))
reads("pandas timedelta", _unpack_timedelta)
reads("period", calmly(_unpack_period))
reads("interval", _unpack_interval)
reads("missing", _unpack_missing)
