"""The judge: what tests may do with a learner's functions and values, and what a dishonest answer gets for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.grading.judging import judge_cells

SHAPES = """\
class Shape:
    sides = 0
    made = 0
    def __init__(self, name):
        self.name = name
        Shape.made += 1
    @property
    def title(self): return self.name.title()
    @title.setter
    def title(self, value): self.name = value.lower()
    @classmethod
    def unit(cls): return cls('unit')
    @staticmethod
    def double(x): return 2 * x
    def __repr__(self): return f'Shape({self.name!r})'
class Square(Shape):
    sides = 4
    def __init__(self, side):
        super().__init__('square')
        self.side = side
    def area(self): return self.side ** 2
    def __eq__(self, other): return isinstance(other, Square) and self.side == other.side
    def __hash__(self): return hash(self.side)
    def __add__(self, other): return Square(self.side + other.side)
    def __mul__(self, n): return Square(self.side * n)
    __rmul__ = __mul__
    def __lt__(self, other): return self.side < other.side
"""
STACK = """\
class Empty(Exception): pass
class Stack:
    def __init__(self): self._items = []
    def push(self, item): self._items.append(item)
    def pop(self):
        if not self._items: raise Empty('nothing in it')
        return self._items.pop()
    def __len__(self): return len(self._items)
    def __iter__(self): return iter(self._items)
    def __contains__(self, item): return item in self._items
    def __getitem__(self, n): return self._items[n]
    def __setitem__(self, n, item): self._items[n] = item
    def __bool__(self): return bool(self._items)
    def __enter__(self): return self
    def __exit__(self, *error): self._items.clear()
    def __call__(self, n): return n + len(self._items)
"""
BANK = """\
class TooPoor(ValueError):
    def __init__(self, missing):
        super().__init__(f'{missing} too little')
        self.missing = missing
def draw(balance, amount):
    if amount > balance:
        raise TooPoor(amount - balance)
    return balance - amount
"""
POINTS = """\
import dataclasses, enum, typing
from collections import namedtuple
@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
    def norm(self): return (self.x ** 2 + self.y ** 2) ** 0.5
class Color(enum.Enum):
    RED = 1
    GREEN = 'g'
    def nice(self): return self is Color.RED
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
Pair = namedtuple('Pair', 'a b', defaults=[7])
class Row(typing.NamedTuple):
    name: str
    size: int = 1
def opposite(c): return Color.GREEN if c is Color.RED else Color.RED
def swap(pair): return Pair(pair.b, pair.a)
def origin(): return Point(0)
"""
OWN = {"own_classes": ["Shape", "Square", "Stack", "Empty", "Point", "Color", "Level", "Pair", "Row", "TooPoor", "Tree"]}

HONEST = {
    # plain values
    "numbers and texts": ("n = 3\ns = 'a\\ud800'\nx = 1e300 * 1e10\nc = 1 + 2j",
        "assert n == 3 and type(n) is int\nassert s == 'a\\ud800' and x == float('inf') and c == 1 + 2j"),
    "a very large number": ("n = 7 ** 9000", "assert n == 7 ** 9000"),
    "minus zero and not a number": ("a = -0.0\nb = float('nan')", "import math\nassert math.copysign(1, a) == -1 and b != b"),
    "None and True as they are": ("a = None\nb = True", "assert a is None\nassert b is True and type(b) is bool"),
    "nested containers": ("d = {'a': [(1, {2, 3}), frozenset({4})], None: b'x'}",
        "assert d == {'a': [(1, {2, 3}), frozenset({4})], None: b'x'}\nassert isinstance(d['a'], list)"),
    "a key that is a tuple": ("d = {(1, 'a'): 2}", "assert d[1, 'a'] == 2"),
    "collections": ("from collections import *\nc = Counter('aab')\nq = deque([1, 2], 5)\ndd = defaultdict(list, a=[1])\n"
        "o = OrderedDict(a=1)",
        "import collections\nassert c == {'a': 2, 'b': 1} and c.most_common(1) == [('a', 2)]\n"
        "assert type(q) is collections.deque and list(q) == [1, 2] and q.maxlen == 5\n"
        "assert dd['z'] == [] and dd['a'] == [1]\nassert type(o) is collections.OrderedDict"),
    "views of a dict": ("d = {'a': 1}\nk, v, i = d.keys(), d.values(), d.items()",
        "assert k == {'a'} and list(v) == [1] and list(i) == [('a', 1)]"),
    "ranges, slices, ellipsis": ("r = range(2, 10, 3)\ns = slice(1, None)\ne = ...", "assert r == range(2, 10, 3)\nassert s == slice(1, None) and e is ..."),
    "a list that holds itself": ("a = [1]\na.append(a)", "assert a[1] is a and a[0] == 1"),
    "library values": ("from decimal import Decimal\nfrom fractions import Fraction\nimport datetime, pathlib\n"
        "a, b, c, d = Decimal('1.5'), Fraction(1, 3), datetime.date(2024, 2, 29), pathlib.PurePosixPath('a/b')",
        "from fractions import Fraction\nimport datetime\nassert a == 1.5 and b == Fraction(1, 3)\n"
        "assert c == datetime.date(2024, 2, 29) and d.name == 'b'"),
    "builtins as values": ("import math\nf = math.sqrt\ng = str.upper\nh = max\nk = int",
        "import math\nassert f is math.sqrt and g('a') == 'A' and h is max and k is int"),
    "functions in a dict": ("ops = {'+': lambda a, b: a + b, 'm': max}", "assert ops['+'](1, 2) == 3 and ops['m'](1, 2) == 2"),
    # numpy and pandas
    "an array": ("import numpy as np\na = np.arange(6).reshape(2, 3) / 2",
        "import numpy as np\nassert a.shape == (2, 3) and a.dtype == float\nnp.testing.assert_allclose(a, np.arange(6).reshape(2, 3) / 2)\nassert (a >= 0).all()"),
    "a function of arrays": ("import numpy as np\ndef norm(v): return np.sqrt((v ** 2).sum())",
        "import numpy as np\nassert np.isclose(norm(np.array([3., 4.])), 5)"),
    "an array changed in place": ("def zero(a): a[0] = 0", "import numpy as np\na = np.ones(3)\nzero(a)\nassert a.tolist() == [0, 1, 1]"),
    "a frame": ("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\ndef top(df): return df[df.a > 1]",
        "import pandas as pd\npd.testing.assert_frame_equal(top(df), pd.DataFrame({'a': [2], 'b': ['y']}, index=[1]))\nassert df['a'].sum() == 3 and list(df.columns) == ['a', 'b']"),
    "a frame changed in place": ("def add(df): df['c'] = df['a'] * 2", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\nadd(df)\nassert df['c'].tolist() == [2, 4]"),
    "a series": ("import pandas as pd\ns = pd.Series([1., 2.], index=['a', 'b'], name='n')",
        "import pandas as pd\npd.testing.assert_series_equal(s, pd.Series([1., 2.], index=['a', 'b'], name='n'))\nassert s['b'] == 2"),
    # identity and change in place
    "an argument changed in place": ("def sort_it(l): l.sort()\ndef fill(d): d['x'] = [1]\ndef grow(s): s.add(1)",
        "l = [3, 1]\nassert sort_it(l) is None and l == [1, 3]\nd = {}\nfill(d)\nassert d == {'x': [1]}\ns = set()\ngrow(s)\nassert s == {1}"),
    "a nested argument changed in place": ("def fix(g): g[0][0] = 9", "row = [1]\ng = [row, row]\nfix(g)\nassert row == [9] and g[1] is row"),
    "arguments left as they are": ("def f(l): return sorted(l)", "l = [2, 1]\nassert f(l) == [1, 2] and l == [2, 1] and f(l) is not l"),
    "the same object comes back": ("def same(x): return x", "l = [1]\nassert same(l) is l and same(l[:]) is not l"),
    "rows of their own": ("def grid(n): return [[0] * n for _ in range(n)]", "g = grid(2)\ng[0][0] = 1\nassert g == [[1, 0], [0, 0]] and g[0] is not g[1]"),
    "shared rows are seen": ("g = [[0]] * 2", "assert g[0] is g[1]"),
    "a default that remembers": ("def f(x, seen=[]):\n    seen.append(x)\n    return seen", "assert f(1) == [1]\nassert f(2) == [1, 2]"),
    "a global the answer changes": ("log = []\ntotal = 0\ndef add(x):\n    global total\n    total += x\n    log.append(x)",
        "add(3)\nassert log == [3] and total == 3\nadd(4)\nassert log == [3, 4] and total == 7"),
    "a global the test changes in place": ("data = [1, 2]\ndef total(): return sum(data)", "data.append(4)\nassert total() == 7"),
    # functions
    "defaults, keywords, stars": ("def f(a, b=2, *rest, c=3, **more): return a, b, rest, c, more",
        "assert f(1) == (1, 2, (), 3, {})\nassert f(1, 5, 6, c=4, d=7) == (1, 5, (6,), 4, {'d': 7})\nassert f.__defaults__ == (2,) and f.__kwdefaults__ == {'c': 3}"),
    "how a function looks": ("def area(width: int, height: float = 1.5) -> float:\n    'Area of it.'\n    return width * height",
        "import inspect\ns = inspect.signature(area)\nassert list(s.parameters) == ['width', 'height'] and s.parameters['height'].default == 1.5\n"
        "assert area.__name__ == 'area' and area.__doc__ == 'Area of it.' and callable(area) and inspect.isfunction(area)\n"
        "assert area.__annotations__ == {'width': int, 'height': float, 'return': float} and area.__module__ == '__main__'\nassert inspect.getfullargspec(area).args == ['width', 'height']"),
    "hints of containers": ("def f(x: list[int]) -> dict[str, int] | None: ...", "assert f.__annotations__['x'] == list[int] and f.__annotations__['return'] == dict[str, int] | None"),
    "wrong arguments": ("def f(a): return a", "import pytest\nwith pytest.raises(TypeError): f()\nwith pytest.raises(TypeError): f(1, 2)"),
    "closures": ("def adder(n):\n    def add(x): return x + n\n    return add", "add3 = adder(3)\nassert add3(4) == 7 and adder(1)(1) == 2 and add3.__name__ == 'add'"),
    "a counter made of a closure": ("def counter():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n\n    return count",
        "c, d = counter(), counter()\nassert [c(), c(), d()] == [1, 2, 1]"),
    "recursion": ("def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)", "assert [fib(n) for n in range(10)] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]"),
    "a decorator of the answer": ("import functools\ndef twice(f):\n    @functools.wraps(f)\n    def wrapper(*a): return f(f(*a))\n    return wrapper",
        "@twice\ndef add(x): return x + 1\nassert add(1) == 3 and add.__name__ == 'add'"),
    "a cached function": ("import functools\n@functools.lru_cache(None)\ndef f(n): return n * 2", "assert f(4) == 8 and f(4) == 8 and f.cache_info().hits == 1"),
    "a partial": ("import functools\nf = functools.partial(pow, 2)", "assert f(3) == 8 and callable(f)"),
    "attributes of a function": ("def f(): f.calls += 1\nf.calls = 0", "f(); f()\nassert f.calls == 2"),
    "a lambda": ("square = lambda x: x * x", "assert square(4) == 16 and square.__name__ == '<lambda>'"),
    # callbacks
    "a function of the test as argument": ("def apply(f, xs): return [f(x) for x in xs]", "assert apply(lambda x: x + 1, [1, 2]) == [2, 3]\nassert apply(str, [1]) == ['1']"),
    "a callback that calls back": ("def double(x): return 2 * x\ndef apply(f, x): return f(x)", "assert apply(lambda x: double(x) + apply(double, x), 3) == 12"),
    "a callback that notes its calls": ("def each(f, xs):\n    for x in xs: f(x)", "seen = []\neach(seen.append, [1, 2])\nassert seen == [1, 2]"),
    "a callback that raises": ("def safe(f):\n    try: return f()\n    except ZeroDivisionError as e: return 'caught', str(e)\ndef pass_on(f): return f()",
        "import pytest\ndef bad(): raise ZeroDivisionError('x')\nassert safe(bad) == ('caught', 'x')\nwith pytest.raises(ZeroDivisionError): pass_on(bad)"),
    "an object of the test": ("def greet(p): return p.name + p.say('!')", "class P:\n    name = 'Ada'\n    def say(self, s): return s\nassert greet(P()) == 'Ada!'"),
    "a file of the test": ("def count(f): return sum(1 for line in f)\ndef put(f): print('hello', file=f)", "import io\nassert count(io.StringIO('a\\nb\\n')) == 2\nf = io.StringIO()\nput(f)\nassert f.getvalue() == 'hello\\n'"),
    "an iterator of the test": ("def first(it): return next(it)\ndef total(it): return sum(it)", "assert first(iter([4, 5])) == 4 and total(x for x in range(4)) == 6"),
    "sorted by a key of the answer": ("def key(w): return len(w)", "assert sorted(['ccc', 'a'], key=key) == ['a', 'ccc'] and list(map(key, ['ab'])) == [2]"),
    # generators
    "a generator, lazily": ("def count():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "import inspect, itertools\nassert inspect.isgeneratorfunction(count)\nc = count()\nassert inspect.isgenerator(c) and next(c) == 0 and list(itertools.islice(c, 3)) == [1, 2, 3]"),
    "sending to a generator": ("def echo():\n    got = []\n    while True:\n        x = yield len(got)\n        if x is None: return got\n        got.append(x)",
        "e = echo()\nassert next(e) == 0 and e.send('a') == 1\ntry: next(e)\nexcept StopIteration as end: assert end.value == ['a']\nelse: assert False"),
    "closing a generator": ("done = []\ndef g():\n    try:\n        yield 1\n    finally:\n        done.append(1)\ndef is_done(): return done", "x = g()\nnext(x)\nx.close()\nassert is_done() == [1]"),
    "a map and a zip": ("m = map(str, [1, 2])\nz = zip([1], 'a')\ne = (x for x in 'ab')", "assert type(m) is map and list(m) == ['1', '2'] and list(z) == [(1, 'a')] and list(e) == ['a', 'b']"),
    # classes
    "methods and attributes": (SHAPES, "s = Square(3)\nassert s.area() == 9 and s.side == 3 and s.name == 'square'\ns.side = 5\nassert s.area() == 25 and hasattr(s, 'side') and not hasattr(s, 'nope')\ndel s.side\nassert not hasattr(s, 'side')"),
    "classes as they are": (SHAPES, "s = Square(3)\nassert isinstance(s, Square) and isinstance(s, Shape) and type(s) is Square and issubclass(Square, Shape)\n"
        "assert type(s).__name__ == 'Square' and s.__class__ is Square and Square.__bases__ == (Shape,) and Square.__mro__[1] is Shape and not isinstance(s, int)"),
    "properties and class attributes": (SHAPES, "s = Shape('ab')\nassert s.title == 'Ab' and isinstance(Shape.title, property)\ns.title = 'XY'\nassert s.name == 'xy' and Square.sides == 4 and Shape.sides == 0\nn = Shape.made\nShape('q')\nassert Shape.made == n + 1"),
    "class methods and static ones": (SHAPES, "assert Shape.unit().name == 'unit' and Shape.double(4) == 8 and type(Square.unit) is type(Square.unit)"),
    "operators of a class asked for": (SHAPES, "a, b = Square(1), Square(2)\nassert a == Square(1) and a != b and a + b == Square(3) and a * 3 == Square(3) == 3 * a and a < b\nassert sorted([b, a]) == [a, b] and len({a, Square(1)}) == 1 and max(a, b) is b"),
    "texts of an object": (SHAPES, "s = Shape('a')\nassert repr(s) == \"Shape('a')\" == str(s) == f'{s}' and str([s]) == \"[Shape('a')]\" and vars(s) == {'name': 'a'}"),
    "how a class looks": (SHAPES, "import inspect\nassert list(inspect.signature(Square).parameters) == ['side'] and inspect.isclass(Square)\nassert 'area' in dir(Square) and callable(Square.area) and 'area' in vars(Square) and list(inspect.signature(Square(1).area).parameters) == []"),
    "a container of one's own": (STACK, "import pytest\ns = Stack()\nassert len(s) == 0 and not s\ns.push(1); s.push('b')\nassert s and len(s) == 2 and list(s) == [1, 'b'] and 1 in s and s[1] == 'b' and s.pop() == 'b'\n"
        "s[0] = 5\nassert [x for x in s] == [5] and s(2) == 3\nwith s as t: assert t is s\nwith pytest.raises(Empty, match='nothing'): s.pop()"),
    "objects within objects": ("class Tree:\n    def __init__(self, v, l=None, r=None): self.v, self.l, self.r = v, l, r\ndef total(t): return t.v + total(t.l) + total(t.r) if t else 0",
        "t = Tree(1, Tree(2), Tree(3, Tree(4)))\nassert total(t) == 10 and t.r.l.v == 4 and t.l.l is None and t.r is t.r"),
    "a dataclass": (POINTS, "import dataclasses\np = Point(3, 4)\nassert p == Point(3, 4) and p != Point(3) and p.norm() == 5 and repr(p) == 'Point(x=3, y=4)' and p < Point(4)\n"
        "assert dataclasses.is_dataclass(Point) and [f.name for f in dataclasses.fields(p)] == ['x', 'y'] and dataclasses.asdict(p) == {'x': 3, 'y': 4}\nassert dataclasses.replace(p, x=0).x == 0 and origin() == Point(0, 0) and Point.__annotations__ == {'x': int, 'y': int}"),
    "an enumeration": (POINTS, "import enum\nassert Color.RED.value == 1 and Color('g') is Color.GREEN and Color['RED'] is Color.RED and [c.name for c in Color] == ['RED', 'GREEN'] and issubclass(Color, enum.Enum)\n"
        "assert opposite(Color.RED) is Color.GREEN and Color.RED.nice() and isinstance(Color.RED, Color) and Level.HIGH > Level.LOW and Level.HIGH == 2"),
    "named tuples": (POINTS, "p = Pair(1, 2)\nassert swap(p) == Pair(2, 1) == (2, 1) and Pair(1).b == 7 and isinstance(swap(p), Pair) and swap(p)._fields == ('a', 'b') and Row('x') == ('x', 1)"),
    "iteration by hand": ("class Tree:\n    def __init__(self): self.n = 0\n    def __iter__(self): return self\n    def __next__(self):\n        if self.n == 3: raise StopIteration\n        self.n += 1\n        return self.n",
        "assert list(Tree()) == [1, 2, 3]\nt = iter(Tree())\nassert next(t) == 1"),
    "a class of an abstract one": ("import abc\nclass Shape(abc.ABC):\n    @abc.abstractmethod\n    def area(self): ...\nclass Square(Shape):\n    def area(self): return 4",
        "import pytest, abc\nassert Square().area() == 4 and issubclass(Shape, abc.ABC)\nwith pytest.raises(TypeError): Shape()"),
    "an object printed": ("class Other:\n    def __str__(self): return 'me'\nx = Other()", "assert str(x) == 'me' and type(x).__name__ == 'Other'"),
    "two objects of one class": ("class Other:\n    def __init__(self, v): self.v = v\n    def __eq__(self, o): return self.v == o.v\na, b, c = Other(1), Other(1), Other(2)", "assert a == b and not a == c"),
    # exceptions
    "an exception of a builtin class": ("def f(d): return d['x']\ndef g(): return int('a')", "import pytest\nwith pytest.raises(KeyError) as e: f({})\nassert e.value.args == ('x',) and type(e.value) is KeyError\nwith pytest.raises(ValueError, match='invalid literal'): g()"),
    "an exception of one's own": (BANK, "import pytest\nwith pytest.raises(TooPoor, match='5 too little') as e: draw(5, 10)\nassert e.value.missing == 5 and isinstance(e.value, ValueError) and issubclass(TooPoor, ValueError)\ntry: draw(0, 1)\nexcept ValueError as error: assert str(error) == '1 too little'\nelse: raise AssertionError('none')"),
    "a cause": ("def f():\n    try: 1 / 0\n    except ZeroDivisionError as e: raise ValueError('v') from e", "try: f()\nexcept ValueError as e: assert isinstance(e.__cause__, ZeroDivisionError)"),
    "unittest's way": ("def f(): raise ValueError('v')", "import unittest\nt = unittest.TestCase()\nwith t.assertRaises(ValueError): f()\nt.assertRaises(ValueError, f)\nt.assertEqual([1], [1])"),
    "the end of the program": ("import sys\ndef f(): sys.exit(3)", "try: f()\nexcept SystemExit as e: assert e.code == 3\nelse: assert False"),
    "endless recursion": ("def f(n): return f(n + 1)", "try: f(0)\nexcept RecursionError: pass\nelse: assert False"),
    # output
    "what a function prints": ("def hello(n):\n    print('Hello', n)\n    return 1", "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stdout(out): hello('Ada')\nassert out.getvalue() == 'Hello Ada\\n'"),
    "what it says on stderr": ("import sys\ndef warn(): print('no', file=sys.stderr)", "import io, contextlib\nout = io.StringIO()\nwith contextlib.redirect_stderr(out): warn()\nassert out.getvalue() == 'no\\n'"),
    # nbgrader's own generated tests
    "hashes of types and values": ("x = 3.14\ns = [1]", "from hashlib import sha1\nassert sha1(str(type(x)).encode('utf-8') + b'a').hexdigest() == sha1(b\"<class 'float'>a\").hexdigest()\nassert sha1(str(round(x, 2)).encode()).hexdigest() == sha1(b'3.14').hexdigest() and str(type(s)) == \"<class 'list'>\""),
    # names
    "a name that is there, another that is not": ("x = 3", "assert 'x' in globals() and globals()['x'] == 3\nassert 'y' not in globals() and 'x' in dir() and vars()['x'] == locals()['x']"),
    "a name of the test": ("x = 3", "x = 4\nassert x == 4"),
    "names within functions of the test": ("def f(n): return n", "def check(n):\n    return all(f(k) == k for k in range(n))\nassert check(3)\nclass T:\n    x = f(1)\nassert T.x == 1"),
    # random numbers
    "seeded random numbers": ("import random\ndef roll(): return random.randint(1, 1000)", "import random\nrandom.seed(3)\na = [roll(), roll()]\nrandom.seed(3)\nassert a == [roll(), roll()] == (random.seed(3), [random.randint(1, 1000), random.randint(1, 1000)])[1]"),
    "seeded numbers of numpy": ("import numpy as np\ndef draw(): return np.random.rand(2)", "import numpy as np\nnp.random.seed(1)\na = draw()\nnp.random.seed(1)\nassert (a == np.random.rand(2)).all()"),
    # async
    "awaited": ("import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1", "import inspect\nassert inspect.iscoroutinefunction(f)\nassert await f(3) == 4\nasync def all_of(): return [await f(1), await f(2)]\nassert await all_of() == [2, 3]"),
    "gathered": ("async def f(x): return x", "import asyncio\nassert await asyncio.gather(f(1), f(2)) == [1, 2]"),
}  # fmt: skip


@pytest.mark.parametrize("case", HONEST)
def test_an_honest_answer_passes(case: str) -> None:
    learner, check = HONEST[case]
    reply = judge_cells(learner, check, begin=dict(OWN))
    assert (reply["state"], reply["trouble"]) == ("ran", None)
    assert not reply["lost"]


@pytest.mark.parametrize("case", HONEST)
def test_no_answer_at_all_fails(case: str) -> None:
    """None of the checks above passes whatever it is given."""
    _, check = HONEST[case]
    if case not in ("a name of the test",):
        assert judge_cells("", check, begin=dict(OWN))["state"] == "failed"


def failed(reply: dict[str, Any]) -> str:
    assert reply["state"] == "failed", reply
    return str(reply["trouble"]["name"])


# --- parts of a check -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("f(2)", {"kind": "number", "number": 4.0}),
        ("f(2) / 8", {"kind": "number", "number": 0.5}),
        ("assert f(2) == 4", {"kind": "none"}),
        ("f(2);", {"kind": "none"}),
        ("f(2) == 4", {"kind": "bool", "number": 1.0}),
        ("'text'", {"kind": "other"}),
        ("f", {"kind": "other"}),
        ("import numpy as np\nnp.float32(0.5)", {"kind": "number", "number": 0.5}),
    ],
)
def test_the_last_expression_is_the_value(check: str, value: dict[str, Any]) -> None:
    assert judge_cells("def f(x): return x * 2", check)["value"] == value


def test_the_hidden_part_runs_later_and_goes_on_where_the_visible_part_stopped() -> None:
    check = "print('seen')\na = f(1)\nassert a == 2\n### hidden\nb = f(a)\nassert b == 3\nprint('not seen')\na + b"
    reply = judge_cells("def f(x): return x + 1", check, hidden_from=4)
    assert reply["first"] | {"key": ""} == {
        "did": "check", "key": "", "state": "open", "value": None, "trouble": None, "output": "seen\n", "lost": False,
    }  # fmt: skip
    assert (reply["state"], reply["value"], reply["output"]) == ("ran", {"kind": "number", "number": 5.0}, "")


def test_a_check_that_fails_before_its_hidden_part_is_over() -> None:
    reply = judge_cells("def f(x): return x", "assert f(1) == 2, 'one more'\nassert f(2) == 3", hidden_from=2)
    assert (reply["did"], reply["state"]) == ("check", "failed")
    assert reply["trouble"] == {"name": "AssertionError", "message": "one more", "lines": [1], "theirs": False}


def test_lines_an_exception_came_through_are_told_outermost_first() -> None:
    check = "def look(n):\n    return f(n)\n\nlook(0)"
    reply = judge_cells("def f(x): return 1 / x", check)
    assert reply["trouble"] == {"name": "ZeroDivisionError", "message": "division by zero", "lines": [4, 2], "theirs": True}


def test_magic_lines_and_a_cell_of_nothing() -> None:
    assert judge_cells("x = 1", "# nothing to see\n")["state"] == "ran"
    assert judge_cells("x = 1", "assert x == 1\nx?", reads=["x"])["state"] == "failed"  # there is no shell here


def test_a_check_that_is_no_python_fails_with_its_line() -> None:
    reply = judge_cells("x = 1", "assert x == 1\nassert (", reads=["x"])
    assert (reply["trouble"]["name"], reply["trouble"]["lines"]) == ("SyntaxError", [2])


def test_names_of_a_view_are_those_of_the_place_of_the_check() -> None:
    learner = "data = [1, 2]\ndef f(): return 1\nn = 1"
    later = "data.append(3)\nn = 2\ndef f(): return 2"
    assert judge_cells(learner, "assert data == [1, 2] and f() == 1 and n == 1", later=later)["state"] == "ran"


def test_a_helper_of_the_learners_is_swapped_for_the_tests_own() -> None:
    learner = "def helper(x): return 0\ndef f(x): return helper(x) + 1\nrate = 2\ndef g(): return rate"
    check = "helper = lambda x: x * 10\nassert f(2) == 21\nrate = 5\nassert g() == 5"
    assert judge_cells(learner, check, shares=["helper", "rate"])["state"] == "ran"


def test_a_helper_deleted_by_the_hidden_part_is_gone_for_the_learners_function() -> None:
    learner = "def square(x): return x * x\ndef total(xs): return sum(square(x) for x in xs)"
    check = (
        "assert total([1, 2]) == 5\nkept = square\ndel square\ntry:\n    total([1])\nexcept NameError:\n    pass\n"
        "else:\n    raise AssertionError('does not use square')\nfinally:\n    square = kept\nassert total([3]) == 9"
    )
    assert judge_cells(learner, check, shares=["square"], hidden_from=2)["state"] == "ran"


def test_what_only_the_test_names_never_goes_to_the_learners_process() -> None:
    learner = "def f(x): return sorted(k for k in globals() if not k.startswith('_'))"
    assert judge_cells(learner, "secret = 42\nassert f(1) == ['f'], f(1)")["state"] == "ran"


def test_files_of_the_course_are_there() -> None:
    reply = judge_cells("", "assert open('data/a.txt').read() == 'hi'", reads=["x"], begin={"files": {"data/a.txt": b"hi"}})
    assert reply["state"] == "ran"


# --- dishonest answers ------------------------------------------------------------------------------------------------

ANY = "class Any:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
CHEATS = {
    "an object equal to everything": (ANY + "x = Any()", "assert x == 4"),
    "equal from the right": (ANY + "x = Any()", "assert 4 == x"),
    "never unequal": ("class A:\n    def __ne__(self, o): return False\nx = A()", "if x != 4: raise AssertionError"),
    "in a list": (ANY + "x = [Any()]", "assert x == [4]"),
    "deep in containers": (ANY + "x = {'a': [(1, Any())]}", "assert x == {'a': [(1, 4)]}"),
    "a key equal to all": ("class A:\n    def __eq__(s, o): return True\n    def __hash__(s): return hash(4)\nx = {A(): 1}", "assert x[4] == 1"),
    "among a set": ("class A:\n    def __eq__(s, o): return True\n    def __hash__(s): return hash(4)\nx = {A()}", "assert 4 in x"),
    "less and greater": ("class A:\n    def __lt__(s, o): return True\n    def __gt__(s, o): return True\nx = A()", "assert 3 < x < 5"),
    "always in it": ("class A:\n    def __contains__(s, o): return True\nx = A()", "assert 3 in x"),
    "a difference of zero": ("class A:\n    def __sub__(s, o): return 0\n    __rsub__ = __sub__\nx = A()", "assert abs(x - 4) < .1"),
    "always true": ("class A:\n    def __bool__(s): return True\nx = A()", "assert x"),
    "true by its length": ("class A:\n    def __len__(s): return 1\nx = A()", "assert x"),
    "a class that says it is int": ("class A:\n    __class__ = int\n    def __eq__(s, o): return True\nx = A()", "assert isinstance(x, int)"),
    "an attribute __class__": ("class A:\n    @property\n    def __class__(self): return int\nx = A()", "assert isinstance(x, int)"),
    "a subclass of int": ("class I(int):\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\nx = I(3)", "assert x == 4"),
    "a subclass of str": ("class S(str):\n    def __eq__(s, o): return True\n    __hash__ = str.__hash__\nx = S('a')", "assert x == 'b'"),
    "a subclass of float": ("class F(float):\n    def __rsub__(s, o): return 0.0\nx = F(3)", "assert 4 - x == 0"),
    "a subclass of list": ("class L(list):\n    def __eq__(s, o): return True\nx = L()", "assert x == [4]"),
    "a subclass of dict": ("class D(dict):\n    def __getitem__(s, k): return Any()\n    def __eq__(s, o): return True\n" + ANY + "x = D()", "assert x == {'a': 1} or x['a'] == 1"),
    "a subclass of an array": ("import numpy as np\nclass N(np.ndarray):\n    def __eq__(s, o): return np.True_\nx = np.ones(2).view(N)", "import numpy as np\nassert (x == np.zeros(2)).all()"),
    "an array function of its own": ("import numpy as np\nclass N:\n    def __array_ufunc__(s, *a, **k): return True\n    def __array_function__(s, *a, **k): return True\n    def __eq__(s, o): return True\nx = N()", "import numpy as np\nnp.testing.assert_allclose(x, np.zeros(2))"),
    "a class with a metaclass": ("class M(type):\n    def __eq__(s, o): return True\n    __hash__ = type.__hash__\nclass x(metaclass=M): pass", "assert x == int"),
    "mock.ANY": ("from unittest.mock import ANY as x", "assert x == 4"),
    "a MagicMock": ("from unittest.mock import MagicMock\nx = MagicMock()\nx.__eq__.return_value = True", "assert x == 4"),
    "a weak proxy": (ANY + "import weakref\nkeep = Any()\nx = weakref.proxy(keep)", "assert x == 4"),
    "functions patched at home": ("import builtins, math\nbuiltins.sum = lambda *a: 6\nbuiltins.len = lambda x: 3\nmath.isclose = lambda *a, **k: True\nx = [1]", "import math\nassert sum(x) == 6 or len(x) == 3 or math.isclose(x[0], 7)"),
    "modules replaced at home": ("import sys, types\nsys.modules['math'] = m = types.ModuleType('math')\nm.sqrt = lambda x: 3\nx = 4", "import math\nassert math.sqrt(x) == 3"),
    "its module instead of the real one": ("from unittest import mock as np", "assert np.ANY == 4"),
    "a namedtuple that lies": ("from collections import namedtuple\nP = namedtuple('P', 'a')\nclass Q(P):\n    def __eq__(s, o): return True\nx = Q(1)", "assert x == (2,)"),
    "an IntEnum that lies": ("import enum\nclass E(enum.IntEnum):\n    A = 1\n    def __eq__(s, o): return True\n    __hash__ = int.__hash__\nx = E.A", "assert x == 4"),
    "a harness of its own": ("import os\ndef f(x):\n    os.write(1, b'{\"state\": \"ran\"}')\n    return 0", "assert f(1) == 1"),
    "an exception to be taken for success": ("def f(x): raise StopIteration(1)", "assert f(1) == 1"),
    "looks for what is expected": ("import gc\ndef f(x):\n    for o in gc.get_objects():\n        if type(o) is list and 987654321 in [v for v in o if type(v) is int]: return 987654321\n    return 0", "expected = [987654321]\nassert f(1) == expected[0]"),
    "hidden tests in a frame": ("import sys\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n        if 'wanted' in frame.f_globals or 'wanted' in frame.f_locals: return 7\n        frame = frame.f_back\n    return 0", "wanted = 7\nassert f(1) == wanted"),
    "the callback's own names": ("def f(cb):\n    return cb.__globals__['wanted']", "wanted = 7\nassert f(lambda: 1) == wanted"),
    "the callback's code": ("def f(cb): return cb.__code__.co_consts[-1]", "assert f(lambda: 7654) == 7654"),
    "a default of the callback": ("import inspect\ndef f(cb): return inspect.signature(cb).parameters['x'].default", "assert f(lambda x=7654: x) == 7654"),
    "an object of the test, private": ("def f(p): return p._answer", "class P:\n    _answer = 7\nassert f(P()) == 7"),
    "an object of the test, by its class": ("def f(p): return type(p).check(p)", "class P:\n    def check(self): return 7\nassert f(P()) == 7"),
    "a frame through a generator": ("def f(g): return g.gi_frame.f_locals['k']", "assert f((k for k in [1, 2])) == 1"),
    "a function that reads files, as a value": ("x = open", "assert x is open"),
    "a program as a value": ("import os\nf = os.getpid", "import os\nassert f() == os.getpid()"),
    "code to be run by the test's process": ("import sys\nf = sys.exit", "f('ended here')\nassert False"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHEATS)
def test_a_dishonest_answer_fails(case: str) -> None:
    learner, check = CHEATS[case]
    reply = judge_cells(learner, check)
    # Who breaks the functions that answers are made with has no answers.
    assert reply["state"] in (("died", "failed") if "at home" in case else ("failed",)), reply


def test_an_object_is_refused_by_its_own_name() -> None:
    reply = judge_cells(ANY + "x = Any()", "assert x == 4")
    assert reply["trouble"]["name"] == "NotAPlainValue"
    assert "an object of the class 'Any'" in reply["trouble"]["message"]


# --- harm -------------------------------------------------------------------------------------------------------------

HARM = {
    "ends its process": ("import os\ndef f(): os._exit(0)", "died"),
    "is killed": ("import os, signal\ndef f(): os.kill(os.getpid(), signal.SIGKILL)", "died"),
    "loops for ever": ("def f():\n    while True: pass", "timeout"),
    "blocks signals and loops": ("import signal\ndef f():\n    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n    while True: pass", "timeout"),
    "sleeps": ("import time\ndef f(): time.sleep(60)", "timeout"),
    "floods its output": ("def f():\n    for _ in range(100): print('x' * 1_000_000)", "failed"),
    "gives a value too large": ("def f(): return 'x' * 200_000_000", "failed"),
    "gives too many values": ("def f(): return [0] * 5_000_000", "failed"),
    "gives a list that doubles": ("def f():\n    x = (1,)\n    for _ in range(60): x = (x, x)\n    return x", "failed"),
    "nests without end": ("def f():\n    x = []\n    for _ in range(100_000): x = [x]\n    return x", "failed"),
    "raises with a text too large": ("def f(): raise ValueError('x' * 100_000_000)", "failed"),
    "raises KeyboardInterrupt": ("def f(): raise KeyboardInterrupt", "failed"),
    "raises at every turn": ("class E(BaseException):\n    def __str__(s): raise s\n    __repr__ = __str__\ndef f(): raise E", "failed"),
    "closes every file": ("import os\ndef f(): os.closerange(3, 100)", "died"),
    "breaks the way of answering": ("import json, sys\ndef f():\n    json.dumps = None\n    sys.modules.clear()\n    sys.stdout = None\n    return 1", "failed"),
    "breaks the socket": ("import socket\ndef f():\n    socket.socket.send = socket.socket.recv = None", "died"),
}  # fmt: skip


@pytest.mark.parametrize("case", HARM)
def test_harm_ends_one_check(case: str) -> None:
    learner, state = HARM[case]
    seconds = 1.0 if state == "timeout" else 20.0
    reply = judge_cells(learner, "try:\n    f()\nexcept Exception: pass\nassert False", seconds=seconds)
    assert reply["state"] == state
    assert reply["lost"] == (state in ("died", "timeout"))
    assert len(reply["output"]) <= 10_000


def test_a_test_that_takes_too_long_itself_is_stopped() -> None:
    reply = judge_cells("x = 1", "try:\n    while x: pass\nexcept:\n    pass", seconds=1.0)
    assert (reply["state"], reply["lost"]) == ("timeout", False)
