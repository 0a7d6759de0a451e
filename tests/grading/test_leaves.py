"""Values of the standard library, numpy and pandas as data: what goes comes back the same, and forgeries do not."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import json
import math
import pathlib
import re
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as numbers
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.grading.inside import leaves

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def through_json(packed: tuple[list, list[bytes]] | None) -> tuple[Any, list[bytes]]:
    """What arrives when this is sent."""
    assert packed is not None
    return json.loads(json.dumps(packed[0])), packed[1]


def round_trip(value: Any) -> Any:
    return leaves.unpack(*through_json(leaves.pack(value)))


def assert_same(new: Any, old: Any) -> None:
    """Same type, same value, to the last bit and flag that anybody can ask for."""
    assert type(new) is type(old)
    if isinstance(old, pd.DataFrame):
        pd.testing.assert_frame_equal(new, old, check_column_type=True, check_exact=True, check_freq=True)
        assert [type(cell) for cell in new.to_numpy(object).flat] == [type(cell) for cell in old.to_numpy(object).flat]
    elif isinstance(old, pd.Series):
        pd.testing.assert_series_equal(new, old, check_exact=True, check_freq=True)
    elif isinstance(old, pd.Index):
        pd.testing.assert_index_equal(new, old, exact=True, check_exact=True)
        assert getattr(new, "freq", None) == getattr(old, "freq", None)
    elif isinstance(old, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(new, old, check_exact=True)
    elif isinstance(old, np.ndarray):
        assert_same_array(new, old)
    elif isinstance(old, np.generic):
        assert new.dtype == old.dtype
        assert new.tobytes() == old.tobytes()
    elif isinstance(old, decimal.Decimal):
        assert new.as_tuple() == old.as_tuple()
    elif old is pd.NaT or old is pd.NA:
        assert new is old
    else:
        assert new == old
        assert repr(new) == repr(old)


def assert_same_array(new: np.ndarray, old: np.ndarray) -> None:
    assert new.dtype == old.dtype
    assert new.dtype.type is old.dtype.type
    assert new.shape == old.shape
    if old.dtype.hasobject:
        assert [type(cell) for cell in new.flat] == [type(cell) for cell in old.flat]
        assert str(new) == str(old)
    else:
        assert new.tobytes() == old.tobytes()
    assert new.flags.writeable == old.flags.writeable
    assert new.flags.c_contiguous == old.flags.c_contiguous or not (old.flags.c_contiguous or old.flags.f_contiguous)
    assert new.flags.f_contiguous == old.flags.f_contiguous or not (old.flags.c_contiguous or old.flags.f_contiguous)


def read_only(values: Any) -> np.ndarray:
    made = np.array(values)
    made.setflags(write=False)
    return made


STANDARD = {
    "a day": datetime.date(2024, 2, 29),
    "a moment": datetime.datetime(2024, 10, 27, 2, 30, 0, 7),
    "a moment that comes twice": datetime.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1),
    "a moment in UTC": datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
    "a time of day": datetime.time(23, 59, 59, 999_999),
    "a time of day in a zone": datetime.time(1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-3)), fold=1),
    "a span": datetime.timedelta(days=-3, microseconds=1),
    "the longest span": datetime.timedelta.max,
    "an offset": datetime.timezone(datetime.timedelta(minutes=-90)),
    "an offset with a name": datetime.timezone(datetime.timedelta(hours=1), "mine"),
    "a zone": zoneinfo.ZoneInfo("America/Argentina/Buenos_Aires"),
    "money": decimal.Decimal("19.90"),
    "a negative nothing": decimal.Decimal("-0E-7"),
    "no number": decimal.Decimal("NaN123"),
    "a long exponent": decimal.Decimal("1E+999999"),
    "a fraction": fractions.Fraction(-1, 3),
    "a fraction of long numbers": fractions.Fraction(7**9000, 2**30000),
    "a path": pathlib.Path("data/../shop.csv"),
    "a pure path": pathlib.PurePosixPath("/"),
    "a path of Windows": pathlib.PureWindowsPath("c:\\data\\shop.csv"),
    "a path of odd letters": pathlib.Path("\udcff/ü"),
    "a uuid": uuid.UUID(int=2**128 - 1),
    "a pattern": re.compile(r"(\d+)\s*€", re.IGNORECASE | re.MULTILINE),
    "a pattern of bytes": re.compile(rb"\x00(?P<x>.)", re.DOTALL),
    "an array of bytes": array.array("b", [-1, 2]),
    "an array of floats": array.array("d", [0.1, math.inf]),
    "an array of letters": array.array("u", "añ€😀"),
    "an empty array": array.array("Q"),
}

FIELDS = np.dtype([("name", "U5"), ("price", ">f8"), ("sold", "?"), ("where", "i2", (2, 2))])
ARRAYS = {
    **{f"an array of {char}": np.zeros((2, 3), char) for char in "?bBhHiIlLqQefdgFDG"},
    "bytes the other way round": np.arange(5, dtype=">i4"),
    "numbers that are none": np.array([np.nan, -0.0, np.inf]),
    "no elements": np.empty((0, 3)),
    "one element without dimensions": np.array(7.5),
    "columns first": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "a transposed array": np.arange(24).reshape(2, 3, 4).T,
    "every other element": np.arange(10)[::2],
    "backwards": np.arange(10)[::-1],
    "one value many times": np.broadcast_to(3.0, (4, 5)),
    "read only": read_only([1, 2]),
    "read only, columns first": read_only(np.ones((2, 3))).T,
    "texts": np.array(["a", "ß€😀", ""]),
    "texts of no letters": np.array(["", ""]),
    "texts the other way round": np.array(["añ"], dtype=">U2"),
    "byte texts": np.array([b"a", b"bc\x00"]),
    "raw bytes": np.array([b"abc"], dtype="V3"),
    "moments": np.array(["2024-02-29T12:00", "NaT"], dtype="M8[us]"),
    "months": np.array(["2024-02"], dtype="M8[M]"),
    "spans of odd units": np.array([1, 2], dtype="m8[25s]"),
    "spans without a unit": np.array([1, 2], dtype="m8"),
    "records": np.array([("a", 1.5, True, [[1, 2], [3, 4]])], dtype=FIELDS),
    "records with gaps": np.zeros(2, np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8]})),
    "aligned records": np.zeros(2, np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    "records within records": np.zeros(2, np.dtype([("a", [("b", "i4")])])),
    "objects": np.array([None, "a", 1, 2.5, (1, "b"), True, 10**30, b"x", 1j], dtype=object),
    "objects that are leaves": np.array([decimal.Decimal("1.5"), np.float32(2), datetime.date(2024, 1, 1)]),
    "objects in columns": np.asfortranarray(np.array([[1, "a"], [2, "b"]], dtype=object)),
    "a mask": np.ma.masked_array([1, 2, 3], [False, True, False], fill_value=9),
    "a mask of nothing": np.ma.masked_array([1.5, 2]),
    "hidden records": np.ma.masked_array([(1, 2.0)], mask=[(True, False)], dtype=[("a", int), ("b", float)]),
}
SCALARS = {
    **{f"a scalar of {char}": np.dtype(char).type(1) for char in "?bBhHiIlLqQefdgFDG"},
    "a scalar that is no number": np.float64("nan"),
    "the least number": np.float64(5e-324),
    "a moment of numpy": np.datetime64("2024-02-29T12", "h"),
    "no moment": np.datetime64("NaT"),
    "a span of numpy": np.timedelta64(-3, "D"),
    "a text of numpy": np.str_("añ\x00"),
    "an empty text of numpy": np.str_(""),
    "bytes of numpy": np.bytes_(b"a\xff\x00"),
    "a record": np.array([("a", 1.5, True, [[1, 2], [3, 4]])], dtype=FIELDS)[0],
    "a hidden value": np.ma.masked,
    "a dtype": np.dtype(">f8"),
    "a dtype of texts": np.dtype("U7"),
    "a dtype of moments": np.dtype("M8[ns]"),
    "a dtype of records": FIELDS,
    "a dtype of objects": np.dtype(object),
}

DAYS = pd.date_range("2024-03-30", periods=3, tz=BERLIN)
INDEXES = {
    "row numbers": pd.RangeIndex(3),
    "row numbers backwards, with a name": pd.RangeIndex(10, 0, -3, name="row"),
    "labels": pd.Index(["a", "b", None], name="label"),
    "labels as objects": pd.Index(["a", 1, None, (1, 2), datetime.date(2024, 1, 1)], dtype=object),
    "whole numbers": pd.Index([3, 1, 1], dtype="uint8", name=("a", 1)),
    "numbers": pd.Index([0.5, np.nan]),
    "truths": pd.Index([True, False]),
    "nullable numbers": pd.Index([1, None], dtype="Int64"),
    "days with a frequency": pd.date_range("2024-01-31", periods=3, freq="ME", name="month end"),
    "days in a zone": DAYS,
    "moments without a frequency": pd.DatetimeIndex(["2024-01-01", "2023-05-01", None]),
    "moments in seconds": pd.DatetimeIndex(np.array([5], "M8[s]")),
    "spans": pd.timedelta_range("1h", periods=3, freq="90min"),
    "months": pd.period_range("2024-01", periods=3, freq="M", name="m"),
    "weeks": pd.PeriodIndex(["2024-01-01", None], freq="W-SUN"),
    "categories": pd.CategoricalIndex(["a", "b", "a", None], ordered=True, categories=["b", "a"], name="c"),
    "intervals": pd.IntervalIndex.from_breaks([0, 1.5, 2], closed="left", name="i"),
    "intervals of days": pd.interval_range(pd.Timestamp("2024-01-01"), periods=2),
    "several levels": pd.MultiIndex.from_tuples([("a", 1), ("b", 2), ("a", None)], names=["x", None]),
    "levels of days and categories": pd.MultiIndex.from_arrays([DAYS, pd.Categorical(["a", "b", "a"])]),
    "no labels": pd.Index([]),
}
COLUMNS = {
    "whole numbers": [3, 1, 2],
    "small numbers": pd.array([1, 2, 3], dtype="int8").to_numpy("int8"),
    "single precision": np.array([1, 2, 3], "f4"),
    "complex": [1j, 2, 3],
    "truths": [True, False, True],
    "texts": ["a", None, "ß😀"],
    "nullable texts": pd.array(["a", None, ""], dtype="string"),
    "texts as objects": pd.Series(["a", None, "b"], dtype=object),
    "anything": pd.Series([1, "a", (1, 2.5)], dtype=object),
    "dates as objects": pd.Series([datetime.date(2024, 1, day) for day in (1, 2, 3)]),
    "categories": pd.Categorical(["a", "b", None], categories=["b", "a", "c"]),
    "categories in order": pd.Categorical([1, 2, 1], ordered=True),
    "nullable numbers": pd.array([1, None, 3], dtype="Int32"),
    "nullable floats": pd.array([1.5, None, 3], dtype="Float64"),
    "nullable truths": pd.array([True, None, False], dtype="boolean"),
    "moments": pd.to_datetime(["2024-01-01 00:00:00", None, "2024-01-01 10:00:01"]),
    "moments in nanoseconds": pd.to_datetime([1, 2, 3]),
    "moments in a zone": DAYS,
    "moments in UTC": pd.date_range("2024", periods=3, tz="UTC"),
    "spans": pd.to_timedelta([1, None, 3], unit="h"),
    "months": pd.period_range("2024-01", periods=3, freq="M"),
    "intervals": pd.interval_range(0, 3),
}
FRAMES = {
    "all kinds of columns": pd.DataFrame(COLUMNS),
    "one kind of column": pd.DataFrame(np.arange(6.0).reshape(3, 2), columns=["a", "b"]),
    "columns by turns": pd.DataFrame({"a": [1, 2], "b": [0.5, 1], "c": [3, 4], "d": ["x", "y"], "e": [2.0, 3]}),
    "objects only": pd.DataFrame({"a": ["x", 1], "b": [None, "y"]}, dtype=object),
    "two columns of one name": pd.DataFrame([[1, "a", 2]], columns=["x", "y", "x"]),
    "two zones": pd.DataFrame({"a": DAYS, "b": DAYS, "c": DAYS.tz_convert("UTC")}),
    "days side by side": pd.DataFrame({"a": DAYS.tz_localize(None), "b": DAYS.tz_localize(None)}),
    "labels of its own": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["r", "s"], name="row")),
    "several levels": pd.DataFrame(
        [[1, 2.5]], columns=pd.MultiIndex.from_product([["a"], ["b", "c"]], names=["u", "v"]), index=[DAYS[0]]
    ),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="int64"), "b": pd.Series([], dtype="str")}),
    "no columns": pd.DataFrame(index=pd.RangeIndex(4)),
    "nothing": pd.DataFrame(),
    "columns by number": pd.DataFrame([[1, 2], [3, 4]]),
    "a transposed frame": pd.DataFrame({"a": [1, 2], "b": [3, 4]}).T,
    "a part of a frame": pd.DataFrame(np.arange(20).reshape(5, 4)).iloc[::2, 1:3],
    "grouped": pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]}).groupby("k").agg(["sum", "mean"]),
}
MOMENTS = {
    "a moment": pd.Timestamp("2024-01-01 10:00:00.000001"),
    "a moment in nanoseconds": pd.Timestamp(1),
    "a moment in seconds": pd.Timestamp("2024-01-01").as_unit("s"),
    "a moment in a zone": pd.Timestamp("2024-10-27 00:30", tz="UTC").tz_convert(BERLIN),
    "the same an hour later": pd.Timestamp("2024-10-27 01:30", tz="UTC").tz_convert(BERLIN),
    "a span": pd.Timedelta("-1 days +01:00:00.5"),
    "a month": pd.Period("2024-02", "M"),
    "a quarter": pd.Period("2024Q4", "Q-MAR"),
    "an interval": pd.Interval(0.5, 2, closed="both"),
    "an interval of days": pd.Interval(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02")),
    "no moment": pd.NaT,
    "nothing": pd.NA,
    **{f"a dtype of {name}": pd.Series(column).dtype for name, column in COLUMNS.items()},
    "a dtype of categories in order": pd.CategoricalDtype(["b", "a"], ordered=True),
}
TABLE: dict[str, Any] = {
    **{f"standard: {name}": value for name, value in STANDARD.items()},
    **{f"numpy: {name}": value for name, value in {**ARRAYS, **SCALARS}.items()},
    **{f"index: {name}": value for name, value in INDEXES.items()},
    **{f"column: {name}": pd.Series(value, name=name) for name, value in COLUMNS.items()},
    **{f"array: {name}": pd.Series(value).array for name, value in COLUMNS.items()},
    **{f"frame: {name}": value for name, value in FRAMES.items()},
    **{f"pandas: {name}": value for name, value in MOMENTS.items()},
}


@pytest.mark.parametrize("value", TABLE.values(), ids=TABLE)
def test_what_is_packed_is_unpacked_the_same(value: Any) -> None:
    assert_same(round_trip(value), value)


@pytest.mark.parametrize("value", TABLE.values(), ids=TABLE)
def test_packing_twice_gives_the_same(value: Any) -> None:
    # Whether an argument was changed in place is seen by comparing what was packed before with what is packed after.
    packed = leaves.pack(value)
    assert packed is not None
    assert repr(leaves.pack(value)) == repr(packed)
    assert repr(leaves.pack(round_trip(value))) == repr(packed)


class Loud(type):
    """A metaclass that no one may ask for anything."""

    def __hash__(cls) -> int:
        raise AssertionError("asked")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("asked")


class Own(metaclass=Loud):
    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def subclass(base: type, *arguments: Any) -> Any:
    return type("Own", (base,), {})(*arguments)


FOREIGN = {
    "a number": 3,
    "a text": "a",
    "a list": [1],
    "an object": object(),
    "an object of a class of one's own": Own(),
    "a class": datetime.date,
    "a date of a class of one's own": subclass(datetime.date, 2024, 1, 1),
    "a fraction of a class of one's own": subclass(fractions.Fraction, 1, 2),
    "an array of a class of one's own": np.array([1]).view(subclass(np.ndarray, 0).__class__),
    "a frame of a class of one's own": subclass(pd.DataFrame, {"a": [1]}),
    "a matrix": np.asmatrix([[1]]),
    "a moment in a zone of one's own": datetime.datetime(2024, 1, 1, tzinfo=subclass(datetime.tzinfo)),
    "records of objects": np.zeros(1, [("a", object)]),
    "objects that are no atoms": np.array([[1], {}, 2], dtype=object),
    "a column of lists": pd.Series([[1], [2]]),
    "labels that are objects": pd.Index([object()]),
    "an enormous range": pd.RangeIndex(10**12),
    "an array of nothing, many times": np.empty((0, 10**9)),
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_exactly_of_a_known_type_is_left_to_others(value: Any) -> None:
    assert leaves.pack(value) is None


def test_an_array_of_one_value_many_times_is_too_large_and_not_written_out() -> None:
    with pytest.raises(leaves.TooLarge):
        leaves.pack(np.broadcast_to(0.0, (10**6, 10**6)))


NESTED = {
    "an array of objects": np.array([[1], {"a": 2}, None, Own()], dtype=object),
    "a column of objects": pd.Series([[1], {"a": 2}, None], index=["a", "b", "c"]),
    "a frame of objects": pd.DataFrame({"a": [1, 2], "b": [[1], {}], "c": [Own(), "x"]}),
    "arrays within an array": np.array([np.arange(3), np.array(5), [np.arange(2)]], dtype=object),
}


@pytest.mark.parametrize("value", NESTED.values(), ids=NESTED)
def test_what_holds_other_values_hands_them_over_and_takes_back_the_same_objects(value: Any) -> None:
    handed: list[Any] = []

    def hand_over(item: Any) -> int:
        handed.append(item)
        return len(handed) - 1

    new = leaves.unpack(*through_json(leaves.pack(value, hand_over)), handed.__getitem__)
    assert type(new) is type(value)
    old_cells, new_cells = (list(np.asarray(each, dtype=object).flat) for each in (value, new))
    assert len(handed) in (len(old_cells), len(old_cells) * 2 // 3)  # of a frame's columns one is of numbers
    assert all(any(cell is item for item in handed) for cell in new_cells if not isinstance(cell, int))
    assert [type(cell).__name__ for cell in new_cells] == [type(cell).__name__ for cell in old_cells]


# --- forged -----------------------------------------------------------------------------------------------------------

EIGHT, BIG = b"\0" * 8, 10**12
LABEL = ["objects", [1], 0, ["a"]]
INT = ["array", "l", [1], 0, 0]
RANGE = ["range", 0, 1, 1, None]
FORGED: dict[str, tuple[Any, list[bytes]]] = {
    "nothing": ([], []),
    "no list": ({"tag": "date"}, []),
    "a text": ("date", []),
    "an unknown tag": (["os.system", "true"], []),
    "a tag that is no text": ([["date"], 2024, 1, 1], []),
    "a date with a part too few": (["date", 2024, 1], []),
    "a date with a part too many": (["date", 2024, 1, 1, 1], []),
    "a date out of the calendar": (["date", 2024, 2, 30], []),
    "a date from bytes, as in a pickle": (["date", "\x07\xe8\x02\x1d", None, None], []),
    "a moment from bytes": (["datetime", "0123456789", None], []),
    "a moment with a truth for an hour": (["datetime", 2024, 1, 1, True, 0, 0, 0, 0, None], []),
    "a moment in a zone that is a date": (["datetime", 2024, 1, 1, 0, 0, 0, 0, 0, ["date", 1, 1, 1]], []),
    "a zone outside the folder of zones": (["zone", "../../../etc/passwd"], []),
    "a zone by an absolute path": (["zone", "/etc/localtime"], []),
    "a zone that is a folder": (["zone", "Europe"], []),
    "a zone nobody knows": (["zone", "Europe/Nowhere"], []),
    "an offset of two days": (["timezone", 2, 0, 0], []),
    "an offset with an odd name": (["timezone", 0, 60, 0, 3], []),
    "a span too long": (["timedelta", 10**10, 0, 0], []),
    "a span of half a day": (["timedelta", 0.5, 0, 0], []),
    "a decimal that is a word": (["decimal", "many"], []),
    "a decimal in other digits": (["decimal", "١٢"], []),
    "a decimal that is a number": (["decimal", 3], []),
    "a decimal beyond exponents": (["decimal", "1E+" + "9" * 30], []),
    "a fraction by nothing": (["fraction", "0x1", "0x0"], []),
    "a fraction not in lowest terms": (["fraction", "0x2", "0x4"], []),
    "a fraction of a negative": (["fraction", "0x1", "-0x2"], []),
    "a fraction of a long decimal": (["fraction", "9" * 9999, "0x1"], []),
    "a path of an unknown kind": (["path", "Popen", "x"], []),
    "a path that would be another": (["path", "PosixPath", "a//b"], []),
    "a uuid too long": (["uuid", hex(2**128), None], []),
    "a pattern that is none": (["pattern", "(", 32, "str"], []),
    "a pattern that prints": (["pattern", "a", 32 | 128, "str"], []),
    "a pattern of endless length": (["pattern", "a" * 100_000, 32, "str"], []),
    "a pattern of deep nesting": (["pattern", "(" * 4000 + ")" * 4000, 32, "str"], []),
    "a pattern of odd flags": (["pattern", "a", 1 << 70, "str"], []),
    "an array of an unknown kind": (["array.array", "O", 0], [EIGHT]),
    "an array of half an element": (["array.array", "d", 0], [EIGHT[:5]]),
    "an array of no letters": (["array.array", "u", 0], [b"\xff" * 8]),
    "a blob that is not there": (["array.array", "d", 0], []),
    "a blob from behind": (["array.array", "d", -1], [EIGHT]),
    "a blob by a truth": (["array.array", "d", True], [EIGHT, EIGHT]),
    "a blob by a fraction": (["array.array", "d", 0.0], [EIGHT]),
    "a blob nobody asked for": (["array.array", "d", 0], [EIGHT, EIGHT]),
    "an array without its data": (["array", "d", [BIG], 0, 0], [b""]),
    "an array too short": (["array", "d", [2], 0, 0], [EIGHT]),
    "an array too long": (["array", "d", [1], 0, 0], [EIGHT * 2]),
    "an array of a negative length": (["array", "d", [-1, -1], 0, 0], [EIGHT]),
    "an array of half a length": (["array", "d", [1.0], 0, 0], [EIGHT]),
    "an array of a length that is a truth": (["array", "d", [True], 0, 0], [EIGHT]),
    "an array of a hundred dimensions": (["array", "d", [1] * 100, 0, 0], [EIGHT]),
    "an empty array that is enormous": (["array", "d", [0, BIG], 0, 0], [b""]),
    "elements of no bytes, without end": (["array", "<U0", [BIG], 0, 0], [b""]),
    "a length beyond all numbers": (["array", "d", [10**300], 0, 0], [EIGHT]),
    "odd flags": (["array", "d", [1], 64, 0], [EIGHT]),
    "objects by their addresses": (["array", "O", [1], 0, 0], [EIGHT]),
    "objects by another name": (["array", "|O", [1], 0, 0], [EIGHT]),
    "objects among fields": (["array", ["fields", [["a", "O", 0]], 8, False], [1], 0, 0], [EIGHT]),
    "a dtype with a comma": (["array", "d,O", [1], 0, 0], [EIGHT * 2]),
    "a dtype by name": (["array", "float64", [1], 0, 0], [EIGHT]),
    "a dtype that is a dict": (["array", {"a": ["O", 0]}, [1], 0, 0], [EIGHT]),
    "fields beyond their record": (["array", ["fields", [["a", "d", 4]], 8, False], [1], 0, 0], [EIGHT]),
    "fields before their record": (["array", ["fields", [["a", "d", -8]], 8, False], [1], 0, 0], [EIGHT]),
    "two fields of one name": (["array", ["fields", [["a", "f", 0], ["a", "f", 4]], 8, False], [1], 0, 0], [EIGHT]),
    "fields without a size": (["array", ["fields", [["a", "d", 0]], 0, False], [1], 0, 0], [EIGHT]),
    "a repetition without end": (["array", ["repeated", "d", [BIG]], [1], 0, 0], [EIGHT]),
    "a repetition of nothing": (["array", ["repeated", "<U0", [BIG, BIG]], [1], 0, 0], [b""]),
    "a truth that is two": (["array", "?", [1], 0, 0], [b"\x02"]),
    "a scalar truth that is two": (["scalar", "?", "02"], []),
    "a truth that is two, among fields": (["array", ["fields", [["a", "?", 0]], 1, False], [1], 0, 0], [b"\x02"]),
    "letters there are none": (["array", "<U1", [1], 0, 0], [b"\xff\xff\xff\x7f"]),
    "letters there are none, turned round": (["array", ">U1", [1], 0, 0], [b"\x7f\xff\xff\xff"]),
    "a scalar too short": (["scalar", "d", "00"], []),
    "a scalar of no digits": (["scalar", "d", "zz"], []),
    "a scalar that is an object": (["scalar", "O", "00" * 8], []),
    "numpy's text from a list": (["numpy str", ["a"]], []),
    "more cells than the shape has": (["objects", [1], 0, [1, 2]], []),
    "fewer cells than the shape has": (["objects", [BIG], 0, [1]], []),
    "a cell of an unknown kind": (["objects", [1], 0, [["eval", "1"]]], []),
    "a cell that is a dict": (["objects", [1], 0, [{}]], []),
    "cells of endless depth": (["objects", [1], 0, [json.loads('["tuple",[' * 90 + "]]" * 90)]], []),
    "a mask of another shape": (
        ["masked", ["array", "d", [1], 0, 0], ["array", "?", [2], 0, 1], None, False], [EIGHT, b"\0\0"]),
    "a mask of numbers": (["masked", ["array", "d", [1], 0, 0], ["array", "d", [1], 0, 1], None, False], [EIGHT] * 2),
    "a mask upon a mask": (["masked", ["masked", INT, None, None, False], None, None, False], [EIGHT]),
    "a range without end": (["range", 0, 10**15, 1, None], []),
    "a range in no steps": (["range", 0, 5, 0, None], []),
    "a name that is a list": (["range", 0, 5, 1, ["list", [1]]], []),
    "labels that are a frame": (["series", ["frame", RANGE, RANGE, []], INT, None], [EIGHT]),
    "more rows than labels": (["series", RANGE, ["array", "l", [2], 0, 0], None], [EIGHT * 2]),
    "fewer rows than labels": (["series", ["range", 0, 10**6, 1, None], INT, None], [EIGHT]),
    "a column that is a table": (["series", RANGE, ["array", "l", [1, 1], 0, 0], None], [EIGHT]),
    "a column that is a date": (["series", RANGE, ["date", 2024, 1, 1], None], []),
    "a column without dimensions": (["series", RANGE, ["array", "l", [], 0, 0], None], [EIGHT]),
    "a frame with a column too few": (["frame", RANGE, ["range", 0, 2, 1, None], [[[0], INT]]], [EIGHT]),
    "a frame with one column twice": (["frame", RANGE, RANGE, [[[0, 0], ["array", "l", [2, 1], 0, 0]]]], [EIGHT * 2]),
    "a frame with a column outside": (["frame", RANGE, RANGE, [[[7], INT]]], [EIGHT]),
    "a frame with a column at minus one": (["frame", RANGE, RANGE, [[[-1], INT]]], [EIGHT]),
    "a frame with columns without end": (["frame", ["range", 0, 0, 1, None], ["range", 0, 10**7, 1, None], []], []),
    "a blob for two columns": (
        ["frame", RANGE, ["range", 0, 2, 1, None], [[[0], INT], [[1], INT]]], [EIGHT]),
    "nullable numbers with a shorter mask": (
        ["nullable", ["array", "l", [2], 0, 0], ["array", "?", [1], 0, 1]], [EIGHT * 2, b"\0"]),
    "nullable texts": (["nullable", ["array", "<U1", [1], 0, 0], ["array", "?", [1], 0, 1]], [EIGHT[:4], b"\0"]),
    "texts that are numbers": (["strings", "python", True, [1]], []),
    "texts stored elsewhere": (["strings", "s3", True, ["a"]], []),
    "a category that is not there": (
        ["categorical", ["array", "b", [1], 0, 0], ["index", LABEL, None], False], [b"\x05"]),
    "a category below all": (["categorical", ["array", "b", [1], 0, 0], ["index", LABEL, None], False], [b"\xf0"]),
    "a category twice": (
        ["categorical", ["array", "b", [1], 0, 0], ["index", ["objects", [2], 0, ["a", "a"]], None], False], [b"\0"]),
    "levels without their labels": (["multi", [["index", LABEL, None]], [["array", "b", [1], 0, 0]], [None]], [b"\7"]),
    "levels of unequal length": (
        ["multi", [RANGE, RANGE], [["array", "b", [1], 0, 0], ["array", "b", [2], 0, 1]], [None, None]],
        [b"\0", b"\0\0"],
    ),
    "no levels": (["multi", [], [], []], []),
    "moments in weeks": (["moments", ["array", "<M8[W]", [1], 0, 0], None], [EIGHT]),
    "moments that are numbers": (["moments", INT, None], [EIGHT]),
    "spans in a zone": (["moments", ["array", "<m8[s]", [1], 0, 0], ["zone", "Europe/Berlin"]], [EIGHT]),
    "a frequency that does not fit": (["times", ["array", "<M8[s]", [2], 0, 0], None, None, "D"], [EIGHT * 2]),
    "a frequency of no steps": (["times", ["array", "<M8[s]", [2], 0, 0], None, None, "0D"], [EIGHT * 2]),
    "a frequency of code": (["periods", INT, "__import__('os')"], [EIGHT]),
    "a frequency beyond numbers": (["periods", INT, "9" * 30 + "D"], [EIGHT]),
    "intervals the wrong way round": (
        ["intervals", ["array", "l", [1], 0, 0], ["array", "l", [1], 0, 1], "left"], [b"\1" + EIGHT[1:], EIGHT]),
    "intervals of unequal length": (
        ["intervals", ["array", "l", [1], 0, 0], ["array", "l", [2], 0, 1], "left"], [EIGHT, EIGHT * 2]),
    "an interval of a text": (["interval", "a", "b", "left"], []),
    "an interval with another end": (["interval", 1, 2, "up"], []),
    "a moment in an odd unit": (["timestamp", 1, "fortnight", None, 0], []),
    "a moment beyond numbers": (["timestamp", 2**70, "s", None, 0], []),
    "a month beyond numbers": (["period", 2**70, "M"], []),
    "another thing that is missing": (["missing", "eval"], []),
    "a dtype of a column with rows": (["column dtype", INT], [EIGHT]),
    "leaves of endless depth": (json.loads('["interval",["leaf",' * 400 + "1" + '],1,"left"]' * 400), []),
}  # fmt: skip


@pytest.mark.parametrize(("tagged", "blobs"), FORGED.values(), ids=FORGED)
def test_a_forgery_is_a_value_error(tagged: Any, blobs: list[bytes]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (what is wrong with a forgery is nobody's business)
        leaves.unpack(tagged, blobs)
    assert all(blob is not None for blob in blobs), "the caller's list is the caller's"


def mutate(draw: Any, node: Any) -> Any:
    """*node*, with one of its parts replaced by something that does not belong there."""
    if isinstance(node, list) and node and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(node) - 1))
        return [*node[:at], mutate(draw, node[at]), *node[at + 1 :]]
    odd = st.sampled_from([None, True, -1, 0, 1, 2**31, 10**30, 0.5, "", "a", "O", [], [[]], {}, ["date", 1, 1, 1], ["leaf"]])
    return draw(odd)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_message_with_one_part_exchanged_is_a_value_or_a_value_error(data: st.DataObject) -> None:
    tagged, blobs = through_json(leaves.pack(TABLE[data.draw(st.sampled_from(list(TABLE)))]))
    forged = mutate(data.draw, tagged)
    try:
        value = leaves.unpack(forged, blobs)
    except ValueError:
        return
    assert leaves.is_leaf(type(value))


# --- properties -------------------------------------------------------------------------------------------------------

PLAIN = st.one_of(
    numbers.boolean_dtypes(),
    numbers.integer_dtypes(endianness="?"),
    numbers.floating_dtypes(endianness="?"),
    numbers.complex_number_dtypes(),
    numbers.datetime64_dtypes(endianness="<"),
    numbers.timedelta64_dtypes(endianness="<"),
    numbers.unicode_string_dtypes(max_len=4),
    numbers.byte_string_dtypes(max_len=4),
)


@given(
    numbers.arrays(
        st.one_of(PLAIN, numbers.array_dtypes(PLAIN, max_size=3)),
        numbers.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_array_comes_back_the_same(value: np.ndarray, transposed: bool) -> None:
    value = value.T if transposed else value
    assert_same(round_trip(value), value)


@given(st.one_of(st.datetimes(timezones=st.none() | st.timezones()), st.times(), st.timedeltas(), st.decimals(),
                 st.fractions(), st.uuids(), st.dates()))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_moment_and_exact_number_comes_back_the_same(value: Any) -> None:
    assert_same(round_trip(value), value)


# --- in place ---------------------------------------------------------------------------------------------------------

IN_PLACE: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "an array sorted": (lambda: np.array([3, 1, 2]), lambda old: old.sort()),
    "an array of objects": (lambda: np.array([1, None], dtype=object), lambda old: old.__setitem__(1, "a")),
    "an array without dimensions": (lambda: np.array(1.5), lambda old: old.fill(2)),
    "records": (lambda: np.zeros(2, FIELDS), lambda old: old["price"].fill(2)),
    "a mask": (lambda: np.ma.masked_array([1, 2]), lambda old: old.__setitem__(0, np.ma.masked)),
    "an array of the standard library": (lambda: array.array("d", [1, 2]), lambda old: old.append(3)),
    "bytes": (lambda: bytearray(b"abc"), lambda old: old.extend(b"def")),
    "a column with another value": (lambda: pd.Series([1, 2]), lambda old: old.__setitem__(0, 5)),
    "a column with another row": (lambda: pd.Series([1, 2]), lambda old: old.__setitem__(7, 5)),
    "a column with another name": (lambda: pd.Series([1], name="a"), lambda old: setattr(old, "name", "b")),
    "a frame with another column": (lambda: pd.DataFrame({"a": [1, 2]}), lambda old: old.__setitem__("b", ["x", "y"])),
    "a frame with a column less": (lambda: pd.DataFrame({"a": [1], "b": [2]}), lambda old: old.pop("a")),
    "a frame sorted": (
        lambda: pd.DataFrame({"a": [2, 1], "b": ["x", "y"]}), lambda old: old.sort_values("a", inplace=True)),
    "a frame with rows less": (
        lambda: pd.DataFrame({"a": [1, None]}), lambda old: old.dropna(inplace=True)),
    "a frame with other labels": (
        lambda: pd.DataFrame({"a": [1, 2]}), lambda old: setattr(old, "columns", pd.Index(["z"]))),
    "a frame with another cell": (
        lambda: pd.DataFrame({"a": [1, 2], "b": [1.5, 2]}), lambda old: old.__setitem__("b", [9.0, 8])),
}  # fmt: skip


@pytest.mark.parametrize(("make", "change"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_was_changed_elsewhere_is_changed_in_place(
    make: Callable[[], Any], change: Callable[[Any], Any]
) -> None:
    here, there = make(), make()
    change(there)
    arrived = there if isinstance(there, bytearray) else round_trip(there)
    assert leaves.same_in_place(here, arrived)
    assert_same(here, there)


def test_a_frame_made_the_same_shares_nothing_with_the_other_when_one_is_written_to() -> None:
    old, new = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [3, 4]})
    assert leaves.same_in_place(old, new)
    old.loc[0, "a"] = 9
    new.loc[1, "a"] = 8
    assert (old["a"].tolist(), new["a"].tolist()) == ([9, 4], [3, 8])


def test_a_view_of_an_array_sees_the_change() -> None:
    whole = np.zeros((2, 3))
    row = whole[1]
    assert leaves.same_in_place(whole, np.ones((2, 3)))
    assert row.tolist() == [1, 1, 1]


KEPT = {
    "another shape": (np.zeros(2), np.zeros(3)),
    "another dtype": (np.zeros(2), np.zeros(2, "f4")),
    "a read-only array": (read_only([1, 2]), np.array([3, 4])),
    "another type": (pd.Series([1]), pd.DataFrame({"a": [1]})),
    "arrays of other elements": (array.array("d", [1]), array.array("f", [1])),
    "what cannot change": (decimal.Decimal(1), decimal.Decimal(2)),
    "labels": (pd.Index([1]), pd.Index([2])),
}


@pytest.mark.parametrize(("old", "new"), KEPT.values(), ids=KEPT)
def test_what_cannot_be_made_the_same_in_place_is_left_alone(old: Any, new: Any) -> None:
    before = leaves.pack(old)
    assert not leaves.same_in_place(old, new)
    assert repr(leaves.pack(old)) == repr(before)


def test_bytes_that_somebody_looks_into_are_left_alone() -> None:
    old = bytearray(b"abc")
    with memoryview(old):
        assert not leaves.same_in_place(old, bytearray(b"longer"))
    assert old == b"abc"
