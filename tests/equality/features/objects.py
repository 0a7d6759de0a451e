"""Learners' own classes, errors and operators."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, Given, feature, pair

POINT = """\
class Point:
    def __init__(self, x, y=0):
        self.x, self.y = x, y
    def length(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
    def move(self, by):
        self.x += by
"""

FEATURES = (
    pair("attributes and methods", POINT, "class Point:\n    pass",
         "p = Point(3, 4)\nassert (p.x, p.y) == (3, 4)\nassert p.length() == 5\np.move(2)\nassert p.x == 5"),
    pair("an object that the answer made", POINT + "corner = Point(1, 2)", "corner = (1, 2)",
         "assert isinstance(corner, Point)\nassert corner.x == 1 and hasattr(corner, 'y')"),
    pair("two objects do not share their lists", "class Bag:\n    def __init__(self):\n        self.items = []",
         "class Bag:\n    items = []", "one, two = Bag(), Bag()\none.items.append(1)\nassert two.items == []"),
    pair("an attribute of the class", "class Dog:\n    legs = 4", "class Dog:\n    legs = 3",
         "assert Dog.legs == 4\nassert Dog().legs == 4"),
    pair("attributes that a check sets", "class Box:\n    def __init__(self):\n        self.size = 1\n"
         "    def double(self):\n        return self.size * 2", "class Box:\n    size = 1\n    def double(self):\n"
         "        return 2", "box = Box()\nbox.size = 7\nassert box.double() == 14"),
    pair("a property", "class Circle:\n    def __init__(self, r):\n        self.r = r\n    @property\n    def area(self):\n"
         "        return 3 * self.r ** 2", "class Circle:\n    def __init__(self, r):\n        self.area = 3",
         "c = Circle(2)\nassert c.area == 12\nc.r = 1\nassert c.area == 3"),
    pair("a property that refuses", "class Age:\n    @property\n    def years(self):\n        return 3",
         "class Age:\n    years = 3", "try:\n    Age().years = 4\nexcept AttributeError:\n    pass\n"
         "else:\n    raise AssertionError('can be set')"),
    pair("class and static methods", "class Temp:\n    def __init__(self, c):\n        self.c = c\n    @classmethod\n"
         "    def from_f(cls, f):\n        return cls((f - 32) * 5 / 9)\n    @staticmethod\n    def unit():\n"
         "        return 'C'", "class Temp:\n    pass", "assert Temp.from_f(212).c == 100 and Temp.unit() == 'C'"),
    pair("inheritance", "class Animal:\n    def speak(self):\n        return '...'\nclass Cat(Animal):\n    def speak(self):\n"
         "        return 'meow ' + super().speak()", "class Animal:\n    pass\nclass Cat:\n    pass",
         "assert issubclass(Cat, Animal)\nassert isinstance(Cat(), Animal)\nassert Cat().speak() == 'meow ...'\n"
         "assert Cat.__mro__[1] is Animal"),
    feature("inheritance from a given class", Given("class Shape:\n    def area(self):\n        raise NotImplementedError"),
            Answer("class Square(Shape):\n    def __init__(self, a):\n        self.a = a\n    def area(self):\n"
                   "        return self.a ** 2", "class Square(Shape):\n    pass"),
            Check("assert isinstance(Square(2), Shape) and Square(2).area() == 4")),
    pair("a class that a check derives from", "class Base:\n    def run(self):\n        return self.step() + 1",
         "class Base:\n    def run(self):\n        return 1",
         "class Mine(Base):\n    def step(self):\n        return 10\nassert Mine().run() == 11"),
    pair("text of an object", "class Coin:\n    def __str__(self):\n        return 'a coin'\n    def __repr__(self):\n"
         "        return 'Coin()'", "class Coin:\n    pass",
         "assert str(Coin()) == 'a coin' == f'{Coin()}'\nassert repr(Coin()) == 'Coin()' and f'{[Coin()]}' == '[Coin()]'"),
    pair("equality of an object", "class Card:\n    def __init__(self, n):\n        self.n = n\n    def __eq__(self, o):\n"
         "        return self.n == o.n\n    def __hash__(self):\n        return hash(self.n)",
         "class Card:\n    def __init__(self, n):\n        self.n = n",
         "assert Card(1) == Card(1)\nassert Card(1) != Card(2)\nassert len({Card(1), Card(1)}) == 1"),
    pair("order of objects", "from functools import total_ordering\n@total_ordering\nclass Level:\n"
         "    def __init__(self, n):\n        self.n = n\n    def __eq__(self, o):\n        return self.n == o.n\n"
         "    def __lt__(self, o):\n        return self.n < o.n", "class Level:\n    def __init__(self, n):\n        self.n = n",
         "assert Level(1) < Level(2) <= Level(2)\nassert max(Level(1), Level(3)).n == 3\n"
         "assert [l.n for l in sorted([Level(2), Level(1)])] == [1, 2]"),
    pair("arithmetic of objects", "class Vec:\n    def __init__(self, *n):\n        self.n = n\n    def __add__(self, o):\n"
         "        return Vec(*(a + b for a, b in zip(self.n, o.n)))\n    def __mul__(self, k):\n"
         "        return Vec(*(a * k for a in self.n))\n    __rmul__ = __mul__\n    def __eq__(self, o):\n"
         "        return self.n == o.n\n    def __neg__(self):\n        return self * -1",
         "class Vec:\n    def __init__(self, *n):\n        self.n = n",
         "assert Vec(1, 2) + Vec(3, 4) == Vec(4, 6)\nassert (2 * Vec(1, 2)).n == (2, 4) and (-Vec(1, 0)).n == (-1, 0)"),
    pair("an object like a container", "class Deck:\n    def __init__(self):\n        self.cards = [3, 1, 2]\n"
         "    def __len__(self):\n        return len(self.cards)\n    def __getitem__(self, i):\n        return self.cards[i]\n"
         "    def __setitem__(self, i, v):\n        self.cards[i] = v\n    def __contains__(self, c):\n"
         "        return c in self.cards\n    def __iter__(self):\n        return iter(self.cards)\n"
         "    def __bool__(self):\n        return True", "class Deck:\n    pass",
         "d = Deck()\nassert len(d) == 3 and d[0] == 3 and 2 in d and 9 not in d\nd[0] = 5\n"
         "assert list(d) == [5, 1, 2] and d[1:] == [1, 2] and sorted(d) == [1, 2, 5]"),
    pair("an iterator", "class Down:\n    def __init__(self, n):\n        self.n = n\n    def __iter__(self):\n        return self\n"
         "    def __next__(self):\n        if self.n == 0:\n            raise StopIteration\n        self.n -= 1\n"
         "        return self.n", "class Down:\n    def __init__(self, n):\n        pass",
         "assert list(Down(3)) == [2, 1, 0]\nit = iter(Down(1))\nassert next(it) == 0\nassert next(it, 'end') == 'end'"),
    pair("an object that is called", "class Add:\n    def __init__(self, n):\n        self.n = n\n    def __call__(self, m):\n"
         "        return self.n + m", "class Add:\n    def __init__(self, n):\n        pass",
         "assert Add(2)(3) == 5 and callable(Add(1))"),
    pair("a context manager", "class Log:\n    lines = []\n    def __enter__(self):\n        self.lines.append('in')\n"
         "        return self\n    def __exit__(self, *error):\n        self.lines.append('out')\n        return True",
         "class Log:\n    pass", "with Log() as log:\n    1 / 0\nassert log.lines == ['in', 'out']"),
    pair("a context manager from a generator", "from contextlib import contextmanager\n@contextmanager\ndef tag(name):\n"
         "    out.append(f'<{name}>')\n    yield name\n    out.append(f'</{name}>')", "def tag(name):\n    pass",
         "out = []\nwith tag('b') as b:\n    out.append(b)\nassert out == ['<b>', 'b', '</b>']"),
    pair("an error of the learner's own", "class TooSmall(ValueError):\n    def __init__(self, n):\n"
         "        super().__init__(f'{n} is too small')\n        self.n = n\ndef need(n):\n    if n < 3:\n"
         "        raise TooSmall(n)\n    return n", "class TooSmall(Exception):\n    pass\ndef need(n):\n    return n",
         "assert issubclass(TooSmall, ValueError)\ntry:\n    need(1)\nexcept TooSmall as e:\n"
         "    assert e.n == 1 and str(e) == '1 is too small'\nelse:\n    raise AssertionError\nassert need(3) == 3"),
    pair("an error with a cause", "def load(text):\n    try:\n        return int(text)\n    except ValueError as e:\n"
         "        raise KeyError(text) from e", "def load(text):\n    return int(text)",
         "try:\n    load('x')\nexcept KeyError as e:\n    assert isinstance(e.__cause__, ValueError)"),
    pair("a dataclass", "from dataclasses import dataclass, field\n@dataclass\nclass Book:\n    title: str\n    year: int = 2000\n"
         "    tags: list = field(default_factory=list)", "class Book:\n    def __init__(self, *a):\n        pass",
         "from dataclasses import asdict, is_dataclass\nassert Book('A') == Book('A', 2000, [])\n"
         "assert is_dataclass(Book) and asdict(Book('A', 1)) == {'title': 'A', 'year': 1, 'tags': []}\n"
         "assert repr(Book('A')) == \"Book(title='A', year=2000, tags=[])\""),
    pair("a named tuple", "from collections import namedtuple\nPair = namedtuple('Pair', 'a b')", "Pair = lambda a, b: (a, b)",
         "p = Pair(1, b=2)\nassert p == (1, 2) and p.a == 1 and p._replace(a=5).a == 5\na, b = p\nassert b == 2"),
    pair("an enumeration", "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2",
         "class Color:\n    RED = 1\n    BLUE = 2",
         "assert Color.RED.value == 1 and Color(2) is Color.BLUE\nassert [c.name for c in Color] == ['RED', 'BLUE']\n"
         "assert Color['RED'] == Color.RED"),
    pair("a function gives back objects", POINT + "def line(n):\n    return [Point(i) for i in range(n)]",
         POINT + "def line(n):\n    return list(range(n))",
         "points = line(3)\nassert [p.x for p in points] == [0, 1, 2]\nassert all(type(p) is Point for p in points)"),
    pair("a function takes objects", POINT + "def far(points):\n    return max(points, key=lambda p: p.length())",
         POINT + "def far(points):\n    return points[0]",
         "near, away = Point(1), Point(9)\nassert far([near, away]) is away\nassert far({near, away}).x == 9"),
    pair("a linked list", "class Node:\n    def __init__(self, value, next=None):\n        self.value, self.next = value, next\n"
         "def to_list(node):\n    return [] if node is None else [node.value] + to_list(node.next)",
         "class Node:\n    def __init__(self, value, next=None):\n        self.value, self.next = value, None\n"
         "def to_list(node):\n    return [node.value]",
         "head = Node(1, Node(2, Node(3)))\nassert to_list(head) == [1, 2, 3]\nassert head.next.next.value == 3\n"
         "assert head.next.next.next is None"),
    feature("objects live on from check to check", Answer(
        "class Account:\n    def __init__(self):\n        self.sum = 0\n    def add(self, n):\n        self.sum += n",
        "class Account:\n    sum = 0\n    def add(self, n):\n        pass"),
        Check("account = Account()\nassert account.sum == 0\naccount.add(5)\nassert account.sum == 5"),
        Check("account.add(5)\nassert account.sum == 10")),
    pair("an abstract class", "from abc import ABC, abstractmethod\nclass Job(ABC):\n    @abstractmethod\n    def run(self): ...",
         "class Job:\n    def run(self): ...",
         "try:\n    Job()\nexcept TypeError:\n    pass\nelse:\n    raise AssertionError('can be made')"),
    pair("dir, vars and getattr", POINT, "class Point:\n    def __init__(self, *a):\n        pass",
         "assert vars(Point(1, 2)) == {'x': 1, 'y': 2}\nassert 'length' in dir(Point)\n"
         "assert getattr(Point(3), 'x') == 3 and getattr(Point(3), 'z', None) is None"),
)  # fmt: skip
