"""Leaves of the standard library: dates, exact numbers, paths, patterns, `array.array`."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import pathlib
import re
import sys
import uuid
import zoneinfo

from .tags import LONGEST, NotPlain, calmly, encode, keep, knows, must, of, reads, take, whole
from .tags import decode as decode_leaf

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+){0,3}")
_PATTERN = 10_000
_PATHS = {kind.__name__: kind for kind in (pathlib.PurePosixPath, pathlib.PureWindowsPath, type(pathlib.Path()))}
_SECONDS = datetime.timedelta(seconds=1)
# Classes written in Python keep these in slots: read there, whatever became of the class's properties since.
_numerator, _denominator = (vars(fractions.Fraction)[name].__get__ for name in ("_numerator", "_denominator"))
_uuid_int, _uuid_safe = (vars(uuid.UUID)[name].__get__ for name in ("int", "is_safe"))
_path_text, _decimal_text, _zone_key = (
    pathlib.PurePath.__str__,
    decimal.Decimal.__str__,
    vars(zoneinfo.ZoneInfo)["key"].__get__,
)


def _pack_date(value, blobs, inner):
    return ["date", value.year, value.month, value.day]


def _unpack_date(blobs, inner, year, month, day):
    return datetime.date(of(int, year), of(int, month), of(int, day))


def _pack_datetime(value, blobs, inner):
    day = (value.year, value.month, value.day)
    return ["datetime", *day, *_clock(value), value.fold, zone(value.tzinfo, blobs)]


def _clock(value):
    return value.hour, value.minute, value.second, value.microsecond


def _unpack_datetime(blobs, inner, *parts):
    *numbers, fold, tz = parts
    must(len(numbers) == 7 and all(type(number) is int for number in numbers))
    moment = datetime.datetime(*numbers).replace(tzinfo=zone_of(tz, blobs))
    return moment.replace(fold=1) if of(int, fold) else moment


def _pack_time(value, blobs, inner):
    return ["time", *_clock(value), value.fold, zone(value.tzinfo, blobs)]


def _unpack_time(blobs, inner, *parts):
    *numbers, fold, tz = parts
    must(len(numbers) == 4 and all(type(number) is int for number in numbers))
    moment = datetime.time(*numbers).replace(tzinfo=zone_of(tz, blobs))
    return moment.replace(fold=1) if of(int, fold) else moment


def zone(tz, blobs):
    """JSON for None, a `datetime.timezone` or a `zoneinfo.ZoneInfo`; NotPlain for the zones of other libraries."""
    if tz is None:
        return None
    if type(tz) not in (datetime.timezone, zoneinfo.ZoneInfo):
        raise NotPlain
    return encode(tz, blobs, None)


def zone_of(coded, blobs):
    """The zone such JSON stands for."""
    if coded is None:
        return None
    must(type(coded) is list and len(coded) > 1 and coded[0] in ("timezone", "zone"))
    return decode_leaf(coded, blobs, None)


def _pack_timedelta(value, blobs, inner):
    return ["timedelta", value.days, value.seconds, value.microseconds]


def _unpack_timedelta(blobs, inner, days, seconds, microseconds):
    return datetime.timedelta(of(int, days), of(int, seconds), of(int, microseconds))


def _pack_timezone(value, blobs, inner):
    offset, *name = value.__getinitargs__()
    return ["timezone", *_pack_timedelta(offset, blobs, inner)[1:], *name]


def _unpack_timezone(blobs, inner, days, seconds, microseconds, *name):
    offset = _unpack_timedelta(blobs, inner, days, seconds, microseconds)
    return datetime.timezone(offset, *name)


def _pack_zone(value, blobs, inner):
    key = _zone_key(value)
    if type(key) is not str or not _ZONE.fullmatch(key):
        raise NotPlain
    return ["zone", key]


def _unpack_zone(blobs, inner, key):
    must(_ZONE.fullmatch(of(str, key)) and len(key) < 100, "no time zone")
    return zoneinfo.ZoneInfo(key)


def _pack_decimal(value, blobs, inner):
    return ["decimal", _decimal_text(value)]


def _unpack_decimal(blobs, inner, text):
    number = decimal.Decimal(of(str, text))
    must(_decimal_text(number) == text)
    return number


def _pack_fraction(value, blobs, inner):
    parts = _numerator(value), _denominator(value)
    if any(type(part) is not int for part in parts):
        raise NotPlain
    return ["fraction", *map(hex, parts)]


def _unpack_fraction(blobs, inner, above, below):
    above, below = whole(above), whole(below)
    number = fractions.Fraction(above, below)
    must((number.numerator, number.denominator) == (above, below), "not in lowest terms")
    return number


def _pack_path(value, blobs, inner):
    return ["path", type(value).__name__, _path_text(value)]


def _unpack_path(blobs, inner, kind, text):
    path = _PATHS[of(str, kind)](of(str, text))
    must(_path_text(path) == text)
    return path


def _pack_uuid(value, blobs, inner):
    number, safe = _uuid_int(value), _uuid_safe(value)
    if type(number) is not int or type(safe) is not uuid.SafeUUID:
        raise NotPlain
    return ["uuid", hex(number), safe.value]


def _unpack_uuid(blobs, inner, number, safe):
    return uuid.UUID(int=whole(number), is_safe=uuid.SafeUUID(safe))


def _pack_pattern(value, blobs, inner):
    pattern = value.pattern
    if type(pattern) is str:
        return ["pattern", pattern, value.flags, "str"]
    if type(pattern) is bytes:
        return ["pattern", pattern.decode("latin-1"), value.flags, "bytes"]
    raise NotPlain


def _unpack_pattern(blobs, inner, text, flags, kind):
    must(kind in ("str", "bytes") and len(of(str, text)) <= _PATTERN)
    must(not of(int, flags) & re.DEBUG)  # it would print
    return re.compile(text if kind == "str" else text.encode("latin-1"), flags)


def _pack_array(value, blobs, inner):
    if len(value) * value.itemsize > LONGEST:
        raise NotPlain
    return ["array.array", value.typecode, keep(blobs, array.array.tobytes(value))]


def _unpack_array(blobs, inner, typecode, number):
    values = array.array(of(str, typecode))
    data = take(blobs, number)
    if typecode in "uw":
        points = memoryview(data).cast("I")
        must(not len(points) or max(points) <= sys.maxunicode, "no character")
    values.frombytes(data)
    return values


knows(datetime.date, _pack_date)
knows(datetime.datetime, _pack_datetime)
knows(datetime.time, _pack_time)
knows(datetime.timedelta, _pack_timedelta)
knows(datetime.timezone, _pack_timezone)
knows(zoneinfo.ZoneInfo, _pack_zone)
knows(decimal.Decimal, _pack_decimal)
knows(fractions.Fraction, _pack_fraction)
knows(uuid.UUID, _pack_uuid)
knows(re.Pattern, _pack_pattern)
knows(array.array, _pack_array)
for _kind in _PATHS.values():
    knows(_kind, _pack_path)

reads("date", _unpack_date)
reads("datetime", _unpack_datetime)
reads("time", _unpack_time)
reads("timedelta", _unpack_timedelta)
reads("timezone", _unpack_timezone)
reads("zone", _unpack_zone)
reads("decimal", _unpack_decimal)
reads("fraction", _unpack_fraction)
reads("path", _unpack_path)
reads("uuid", _unpack_uuid)
reads("pattern", calmly(_unpack_pattern))
reads("array.array", calmly(_unpack_array))  # letters have a warning of their own
