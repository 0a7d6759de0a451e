"""Values of the standard library, numpy and pandas as data: what goes comes back the same, and forgeries do not."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import json
from collections.abc import Callable
from typing import Any

import hypothesis.extra.numpy as numbers
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kit.grading.inside import leaves
from tests.grading.leaf_forgeries import FORGED
from tests.grading.leaf_values import DAYS, FIELDS, TABLE, read_only


def through_json(packed: tuple[list, list[bytes]] | None) -> tuple[Any, list[bytes]]:
    """What arrives when this is sent."""
    assert packed is not None
    return json.loads(json.dumps(packed[0])), packed[1]


def round_trip(value: Any) -> Any:
    return leaves.unpack(*through_json(leaves.pack(value)))


def assert_same(new: Any, old: Any) -> None:
    """Same type, same value, to the last bit and flag that anybody can ask for."""
    assert type(new) is type(old)
    if old is pd.NaT or old is pd.NA or old is np.ma.masked:
        assert new is old
    elif isinstance(old, pd.DataFrame):
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


def hollow(table: Any) -> Any:
    vars(table)["_mgr"] = "nothing"
    return table


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
    "a moment in a zone of one's own": datetime.datetime(2024, 1, 1, tzinfo=subclass(datetime.tzinfo)),
    "records of objects": np.zeros(1, [("a", object)]),
    "objects that are no atoms": np.array([[1], {}, 2], dtype=object),
    "a column of lists": pd.Series([[1], [2]]),
    "labels that are objects": pd.Index([object()]),
    "a frame without insides": hollow(pd.DataFrame({"a": [1]})),
    "an array longer than any message": np.broadcast_to(0.0, (10**6, 10**6)),
    "an enormous range": pd.RangeIndex(10**12),
    "an array of nothing, many times": np.empty((0, 10**9)),
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_exactly_of_a_known_type_is_left_to_others(value: Any) -> None:
    assert leaves.pack(value) is None


NESTED = {
    "an array of objects": np.fromiter([[1], {"a": 2}, None, Own()], dtype=object),
    "a column of objects": pd.Series([[1], {"a": 2}, None], index=["a", "b", "c"]),
    "a frame of objects": pd.DataFrame({"a": [1, 2], "b": [[1], {}], "c": [{1}, "x"]}),
    "arrays within an array": np.fromiter([np.arange(3), np.array(5), [np.arange(2)]], dtype=object),
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
    odd = st.sampled_from(
        [None, True, -1, 0, 1, 2**31, 10**30, 0.5, "", "a", "O", [], [[]], {}, ["date", 1, 1, 1], ["leaf"]]
    )
    return draw(odd)


def test_tampering_with_the_insides_of_a_table_is_seen_by_nobody_but_its_own_process() -> None:
    table = pd.Series([1, 2])
    vars(table)["_name"] = ["no", "name"]
    assert leaves.pack(table) is None


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
    fields = (value.dtype.fields or {}).values()
    assume(not any(len(field) == 3 for field in fields))  # titles stay behind
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
    "an array of pandas'": (lambda: pd.array([1, 2, None]), lambda old: old.__setitem__(0, None)),
    "categories": (lambda: pd.Categorical(["a", "b"]), lambda old: old.__setitem__(0, "b")),
    "moments in a zone": (lambda: DAYS.array.copy(), lambda old: old.__setitem__(0, old[2])),
    "a frame in another order": (
        lambda: pd.DataFrame({"a": [2, 1], "b": ["x", "y"]}),
        lambda old: old.__setitem__(["a", "b"], old.sort_values("a").to_numpy()),
    ),
    "a frame with another row": (
        lambda: pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}), lambda old: old.loc.__setitem__(7, [3, "z"])),
    "a frame with other labels": (
        lambda: pd.DataFrame({"a": [1, 2]}), lambda old: setattr(old, "columns", pd.Index(["z"]))),
    "a frame with another cell": (
        lambda: pd.DataFrame({"a": [1, 2], "b": [1.5, 2]}), lambda old: old.__setitem__("b", [9.0, 8])),
}  # fmt: skip


@pytest.mark.parametrize(("make", "change"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_was_changed_elsewhere_is_changed_in_place(make: Callable[[], Any], change: Callable[[Any], Any]) -> None:
    here, there = make(), make()
    change(there)
    arrived = there if isinstance(there, bytearray) else round_trip(there)
    assert leaves.same_in_place(here, arrived)
    assert_same(here, there)
    assert leaves.can_change(type(here)) or isinstance(here, bytearray)


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
    "other categories": (pd.Categorical(["a"]), pd.Categorical(["b"])),
    "moments in a zone and without": (DAYS.array, DAYS.tz_localize(None).array),
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
