"""A value of every kind that travels as data: standard library, numpy, pandas."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import math
import pathlib
import re
import sys
import uuid
import zoneinfo
from typing import Any

import numpy as np
import pandas as pd

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


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
    "a fraction of long numbers": fractions.Fraction(7**1000, 2**9000),
    "a path": pathlib.Path("data/../shop.csv"),
    "a pure path": pathlib.PurePosixPath("/"),
    "a path of Windows": pathlib.PureWindowsPath("c:\\data\\shop.csv"),
    "a path of odd letters": pathlib.Path("\udcff/ü"),
    "a uuid": uuid.UUID(int=2**128 - 1),
    "a pattern": re.compile(r"(\d+)\s*€", re.IGNORECASE | re.MULTILINE),
    "a pattern of bytes": re.compile(rb"\x00(?P<x>.)", re.DOTALL),
    "an array of bytes": array.array("b", [-1, 2]),
    "an array of floats": array.array("d", [0.1, math.inf]),
    "an array of letters": array.array("w" if sys.version_info >= (3, 13) else "u", "añ€😀"),
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
    "every other Friday": pd.date_range("2024", periods=3, freq="2W-FRI"),
    "quarters of a business year, backwards": pd.date_range("2024", periods=3, freq="-1BQE-FEB"),
    "the first Mondays": pd.date_range("2024", periods=3, freq="WOM-1MON"),
    "a weekly report's year": pd.date_range("2024", periods=2, freq="RE-N-DEC-MON"),
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
