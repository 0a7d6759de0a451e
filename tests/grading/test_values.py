"""Values between the judge and the learner's process: written, read back, changed in place; and what a view keeps."""

from __future__ import annotations

import collections
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.grading.inside import views
from kit.grading.inside.reading import Reader
from kit.grading.inside.values import Codec, TooLarge, Writer
from kit.grading.inside.wire import Garbled


class End:
    """One side of a connection without a wire."""

    def __init__(self, first: int) -> None:
        self.codec = Codec(first, self._nothing, self._nothing)

    def _nothing(self, *_: Any) -> Any:
        raise Garbled("only plain data here")

    def say(self, *values: Any) -> tuple[str, list[bytes]]:
        writer = Writer(self.codec)
        message = {"upd": self.codec.changes(writer), "a": writer.nodes(values)}
        return json.dumps(message), writer.blobs

    def hear(self, said: tuple[str, list[bytes]]) -> Any:
        reader = Reader(self.codec, said[1])
        message = json.loads(said[0])
        reader.values(message["upd"])
        heard = reader.values(message["a"])
        return heard[0] if len(heard) == 1 else heard


@pytest.fixture
def ends() -> tuple[End, End]:
    return End(1), End(2)


ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(2**60, 2**300), st.floats(allow_nan=False),
    st.binary(max_size=300),
    st.text(st.characters(), max_size=20), st.complex_numbers(allow_nan=False), st.just(...), st.just(NotImplemented),
)  # fmt: skip
KEYS = st.one_of(
    st.integers(), st.text(max_size=5), st.tuples(st.integers(), st.booleans()), st.frozensets(st.integers())
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.lists(inner, max_size=3).map(collections.deque),
        st.binary(max_size=9).map(bytearray),
    ),
    max_leaves=20,
)


def types(value: Any) -> Any:
    """The exact classes of a value and all within it."""
    if isinstance(value, dict):
        return dict, [(types(key), types(item)) for key, item in value.items()]
    if isinstance(value, (set, frozenset)):
        return type(value), sorted((types(item) for item in value), key=repr)
    inner = [types(item) for item in value] if isinstance(value, (list, tuple, collections.deque)) else None
    return type(value), inner


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_plain_data_arrives_as_it_was(value: Any) -> None:
    heard = End(2).hear(End(1).say(value))
    assert heard == value
    assert types(heard) == types(value)


@pytest.mark.parametrize("value", [math.nan, -0.0, math.inf, 1e-320])
def test_odd_numbers_keep_every_bit(value: float) -> None:
    assert math.copysign(1, End(2).hear(End(1).say(value))) == math.copysign(1, value)
    assert repr(End(2).hear(End(1).say([value]))) == repr([value])


CHANGES: dict[str, tuple[Any, Any]] = {
    "a list": ([1, 2], lambda x: x.append(3)),
    "a list, by another type of the same worth": ([1], lambda x: x.__setitem__(0, True)),
    "a dict": ({"a": 1}, lambda x: x.update(b=2)),
    "the order of a dict": ({"a": 1, "b": 2}, lambda x: x.update(a=x.pop("a"))),
    "a set": ({1}, lambda x: x.add(2)),
    "a deque": (collections.deque([1]), lambda x: x.appendleft(0)),
    "a counter": (collections.Counter("a"), lambda x: x.update("b")),
    "bytes": (bytearray(b"a"), lambda x: x.extend(b"b")),
    "an array": (np.zeros(3), lambda x: x.__setitem__(1, 7)),
    "a frame": (pd.DataFrame({"a": [1, 2]}), lambda x: x.insert(1, f"b{len(x.columns)}", [3, 4])),
    "something deep inside": ([{"a": [1]}], lambda x: x[0]["a"].append(2)),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_in_place_is_one_on_the_other_side(ends: tuple[End, End], case: str) -> None:
    value, change = CHANGES[case]
    mine, theirs = ends
    there = theirs.hear(mine.say(value))
    change(value)
    again = theirs.hear(mine.say(value))
    assert again is there
    assert repr(again) == repr(value)
    change(there)
    assert mine.hear(theirs.say(there)) is value
    assert repr(value) == repr(there)


def test_what_did_not_change_is_not_sent_again(ends: tuple[End, End]) -> None:
    mine, theirs = ends
    value = [list(range(1000)), np.zeros(1000)]
    theirs.hear(mine.say(value))
    said, blobs = mine.say(value)
    assert len(said) < 50
    assert not blobs


def test_shared_and_circular_values_stay_so(ends: tuple[End, End]) -> None:
    row = [0]
    ring: list[Any] = [row, row]
    ring.append(ring)
    heard = ends[1].hear(ends[0].say(ring))
    assert heard[0] is heard[1]
    assert heard[2] is heard


def test_a_number_is_given_up_when_nobody_holds_the_value(ends: tuple[End, End]) -> None:
    mine, _ = ends
    kept = [1]
    mine.say(kept)
    for n in range(100):
        mine.say([n])
    dropped = mine.codec.table.sweep()
    assert len(dropped) >= 99
    assert mine.codec.table.number(kept) not in dropped


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def doubled() -> Any:
    value: Any = (1,)
    for _ in range(40):
        value = (value, value)
    return value


@pytest.mark.parametrize("value", [nested(400), doubled(), [0] * 10_000_000, ["x" * 10_000_000] * 6], ids=range(4))
def test_what_is_too_large_is_refused_before_it_is_written(ends: tuple[End, End], value: Any) -> None:
    writer = Writer(ends[0].codec)
    with pytest.raises(TooLarge):
        writer.node(value)
    writer.undo()
    assert not ends[0].codec.table.entries
    assert ends[1].hear(ends[0].say([1])) == [1]


FORGED: list[Any] = [
    ["l", 1], ["l", 1, 2], ["l", "1", []], ["l", 2, []], ["l", True, []], ["t"], ["t", None], ["s", 1, [["l", 3, []]]],
    ["d", 1, [1], []],
    ["q", 1, [], -1], ["q", 1, [], "x"], ["b", 5], ["b", "\u1234"], ["y", 0], ["y", -1], ["y", 0.0],
    ["I", "zz"], ["I", 5], ["c", 1, 2], ["R", 1, 2, 0],
    ["R", "a", 1, 1], ["S", 1], ["r", 1], ["r", None],
    ["V", "items", [1]], ["a", 1, []], ["u", [1, 2]], ["u", []], ["x", 0, 0, 1, ["date"]], ["x", 5, 0, 0, 7],
    [], [[]], [None], {}, ["__class__"],
]  # fmt: skip


@pytest.mark.parametrize("node", FORGED, ids=json.dumps)
def test_a_forged_node_is_garbled(ends: tuple[End, End], node: Any) -> None:
    with pytest.raises(Garbled):
        Reader(ends[1].codec, []).value(node)


# --- views ------------------------------------------------------------------------------------------------------------

STILL = {
    "a function of its arguments": "def f(x): return x + 1",
    "one that calls another": "def g(x): return x\ndef f(x): return g(x)",
    "one that uses a constant": "RATE = 2\ndef f(x): return RATE * x",
    "one that uses a module": "import numpy as np\ndef f(x): return np.sqrt(x)",
    "recursion": "def f(n): return n and f(n - 1)",
    "a class with methods": "class f:\n    def __init__(self): self.x = []\n    def push(self, x): self.x += [x]",
    "a builtin": "f = max",
    "a list of numbers": "f = [1, 2]",
    "a frame": "import pandas as pd\nf = pd.DataFrame({'a': [1, 'b']})",
    "an enumeration": "import enum\nclass f(enum.Enum):\n    A = 1",
    "a list of functions": "def g(x): return x\nf = [g, len]",
    "own variables": "def f(x):\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n",
}
MOVING = {
    "a global list": "seen = []\ndef f(x): return x in seen",
    "through another function": "seen = {}\ndef g(x): return seen.get(x)\ndef f(x): return g(x)",
    "a global array": "import numpy as np\nw = np.ones(3)\ndef f(x): return w @ x",
    "a tuple with a list": "t = ([],)\ndef f(): return t",
    "a global that is written": "n = 0\ndef f():\n    global n\n    n += 1",
    "a default that remembers": "def f(x, seen=[]): return seen",
    "a closure's variable": "def make():\n    n = 0\n    def f(): return n\n    def up():\n        nonlocal n\n"
    "        n += 1\n    return f, up\n"
    "f, up = make()",
    "an object": "class A: pass\nf = A()",
    "an object within a list": "class A: pass\nf = [A()]",
    "an object a function uses": "class A: pass\na = A()\ndef f(): return a.x",
    "an attribute of a class": "class f:\n    count = 0",
    "of a class above it": "class A:\n    count = 0\nclass f(A): pass",
    "an attribute of a function": "def f(): f.n += 1\nf.n = 0",
    "random numbers": "import random\ndef f(): return random.random()",
    "a generator": "f = (x for x in [1])",
    "an iterator": "f = iter([1])",
    "a bound method": "f = [].append",
    "a cache": "import functools\n@functools.cache\ndef f(x): return x",
}


def taken(source: str) -> views.View:
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec", dont_inherit=True), names)
    return views.take(names, ["f", "missing"])


@pytest.mark.parametrize("case", STILL)
def test_what_nothing_can_change_needs_no_fork(case: str) -> None:
    assert not taken(STILL[case]).moving


@pytest.mark.parametrize("case", MOVING)
def test_what_a_later_cell_may_change_needs_one(case: str) -> None:
    assert taken(MOVING[case]).moving


def test_data_of_a_view_is_a_copy_that_keeps_what_is_shared() -> None:
    row = [0]
    names: dict[str, Any] = {"a": [row, row], "b": {"x": row}, "c": 3, "other": row}
    view = views.take(names, ["a", "b", "c"])
    row.append(1)
    names["c"] = 4
    assert view.names == {"a": [[0], [0]], "b": {"x": [0]}, "c": 3, "other": [0, 1]}
    assert view.names["a"][0] is view.names["b"]["x"]
    assert sorted(view.data) == ["a", "b"]


def test_a_view_runs_nothing_of_the_learners() -> None:
    source = """
class Meta(type):
    def __getattribute__(cls, name): raise SystemExit
    def __instancecheck__(cls, x): raise SystemExit
class f(metaclass=Meta):
    def __getattribute__(self, name): raise SystemExit
    def __eq__(self, other): raise SystemExit
    def __hash__(self): raise SystemExit
g = f
f = [object.__new__(g), g]
"""
    assert taken(source).moving
