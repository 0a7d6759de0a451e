"""Learners' functions: what goes in, what comes out, what is changed on the way."""

from __future__ import annotations

from tests.equality.features.feature import Answer, Check, feature, pair

FEATURES = (
    pair("plain values", "def same(x):\n    return x", "def same(x):\n    return str(x)",
         "for x in (0, -1, 2 ** 200, 1.5, True, None, 'text', b'bytes', 1 + 2j, (1, (2,)), [1, [2]], {'a': {1: 2}},\n"
         "          {1, 2}, frozenset({3}), range(3), slice(1, 2), ..., float('inf')):\n"
         "    assert same(x) == x and type(same(x)) is type(x), x"),
    pair("not a number", "def nothing():\n    return float('nan')", "def nothing():\n    return 0.0",
         "import math\nassert math.isnan(nothing())"),
    pair("values of the standard library", "def same(x):\n    return x", "def same(x):\n    return None",
         "from collections import Counter, OrderedDict, defaultdict, deque\nfrom datetime import date, timedelta\n"
         "from decimal import Decimal\nfrom fractions import Fraction\nfrom pathlib import Path\nfrom uuid import UUID\n"
         "for x in (Counter('aab'), OrderedDict(a=1), defaultdict(list, a=[1]), deque([1, 2]), date(2024, 2, 29),\n"
         "          timedelta(days=2), Decimal('0.10'), Fraction(1, 3), Path('a/b'), UUID(int=5)):\n"
         "    assert same(x) == x, x"),
    pair("default, keyword and many arguments",
         "def shape(a, b=2, *rest, key='k', **named):\n    return [a, b, rest, key, named]",
         "def shape(a, b=2):\n    return [a, b]",
         "assert shape(1) == [1, 2, (), 'k', {}]\nassert shape(*[1, 3, 4], key='x', **{'z': 0}) == "
         "[1, 3, (4,), 'x', {'z': 0}]"),
    pair("an argument is changed in place", "def tidy(words):\n    words.sort()\n    words.append('end')",
         "def tidy(words):\n    return sorted(words) + ['end']",
         "words = ['b', 'a']\nassert tidy(words) is None\nassert words == ['a', 'b', 'end']"),
    pair("an argument is left alone", "def ordered(words):\n    return sorted(words)",
         "def ordered(words):\n    words.sort()\n    return words",
         "words = ['b', 'a']\nassert ordered(words) == ['a', 'b']\nassert words == ['b', 'a']"),
    pair("an argument deep inside is changed", "def mark(table):\n    table['rows'][0]['done'] = True",
         "def mark(table):\n    table = {}", "table = {'rows': [{}]}\nmark(table)\nassert table == {'rows': [{'done': True}]}"),
    pair("the same object comes back", "def keep(items):\n    return items", "def keep(items):\n    return list(items)",
         "items = [1]\nassert keep(items) is items"),
    pair("another object comes back", "def copied(items):\n    return items[:]", "def copied(items):\n    return items",
         "items = [1]\nassert copied(items) == items and copied(items) is not items"),
    pair("None, True and False by identity", "def yes(n):\n    return None if n is None else n > 0",
         "def yes(n):\n    return 0 if n is None else int(n > 0)",
         "assert yes(1) is True\nassert yes(-1) is False\nassert yes(None) is None"),
    pair("a function takes a function", "def apply(f, n):\n    return [f(i) for i in range(n)]",
         "def apply(f, n):\n    return list(range(n))",
         "assert apply(lambda n: n * 10, 3) == [0, 10, 20]\nassert apply(str, 2) == ['0', '1']"),
    pair("how often a function calls another", "def each(f, items):\n    for item in items:\n        f(item)",
         "def each(f, items):\n    f(items[0])",
         "calls = []\neach(calls.append, [1, 2, 3])\nassert calls == [1, 2, 3]"),
    pair("a mock as an argument", "def notify(send, names):\n    for name in names:\n        send(name, urgent=True)",
         "def notify(send, names):\n    send(names)",
         "from unittest.mock import Mock\nsend = Mock()\nnotify(send, ['a', 'b'])\nassert send.call_count == 2\n"
         "send.assert_called_with('b', urgent=True)"),
    pair("a function gives back a function", "def adder(n):\n    return lambda m: n + m",
         "def adder(n):\n    return n", "add = adder(3)\nassert callable(add)\nassert add(4) == 7 and adder(1)(1) == 2"),
    pair("a function that remembers", "def counter():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
         "        return n\n    return count", "def counter():\n    return lambda: 1",
         "one, two = counter(), counter()\nassert [one(), one(), two(), one()] == [1, 2, 1, 3]"),
    pair("a decorator", "def twice(f):\n    def inner(*a):\n        return f(*a) * 2\n    return inner",
         "def twice(f):\n    return f", "@twice\ndef three(n):\n    return 3 + n\nassert three(1) == 8"),
    pair("a recursive function", "def depth(tree):\n    return 1 + max(map(depth, tree), default=0)",
         "def depth(tree):\n    return len(tree)", "assert depth([[[]], []]) == 3"),
    pair("endless recursion is an error like others", "def count_down(n):\n    return n if n <= 0 else count_down(n - 1)",
         "def count_down(n):\n    return count_down(n - 1)",
         "try:\n    assert count_down(50) == 0\nexcept RecursionError:\n    raise AssertionError('no end') from None"),
    pair("a generator", "def evens(n):\n    for i in range(n):\n        yield 2 * i", "def evens(n):\n    return [0]",
         "import types\nassert list(evens(3)) == [0, 2, 4]\nassert next(iter(evens(1))) == 0\n"
         "assert isinstance(evens(1), types.GeneratorType)"),
    pair("a generator without end", "def naturals():\n    n = 0\n    while True:\n        yield n\n        n += 1",
         "def naturals():\n    yield 0", "from itertools import islice\nassert list(islice(naturals(), 4)) == [0, 1, 2, 3]"),
    pair("a generator that is sent values", "def echo():\n    got = None\n    while True:\n        got = yield got",
         "def echo():\n    yield 1", "talk = echo()\nnext(talk)\nassert talk.send(5) == 5\nassert talk.send('x') == 'x'"),
    pair("map, filter and zip come back lazily", "def lazy(ns):\n    return map(lambda n: n + 1, ns)",
         "def lazy(ns):\n    return ns", "assert list(lazy([1, 2])) == [2, 3]\nassert sum(lazy(range(3))) == 6"),
    pair("a function as a key", "def last(word):\n    return word[-1]", "def last(word):\n    return word[0]",
         "assert sorted(['ab', 'ca'], key=last) == ['ca', 'ab']\nassert max('xa', 'ab', key=last) == 'ab'\n"
         "assert list(map(last, ['no', 'if'])) == ['o', 'f']\nassert list(filter(last, ['a'])) == ['a']"),
    pair("reduce", "def join(a, b):\n    return f'{a}-{b}'", "def join(a, b):\n    return a",
         "from functools import reduce\nassert reduce(join, 'abc') == 'a-b-c'"),
    pair("an error is expected", "def root(n):\n    if n < 0:\n        raise ValueError(f'{n} is below zero')\n"
         "    return n ** 0.5", "def root(n):\n    return abs(n) ** 0.5",
         "try:\n    root(-1)\nexcept ValueError as problem:\n    assert 'below zero' in str(problem)\n"
         "    assert problem.args == ('-1 is below zero',)\n"
         "else:\n    raise AssertionError('no error')"),
    pair("another error than expected", "def pick(d):\n    return d['k']", "def pick(d):\n    return d.k",
         "try:\n    pick({})\nexcept KeyError:\n    pass"),
    pair("an error caught by its parent", "def find(items):\n    return items[9]", "def find(items):\n    int('x')",
         "try:\n    find([])\nexcept LookupError as e:\n    assert type(e) is IndexError\n"
         "    assert type(e).__name__ == 'IndexError'"),
    pair("contextlib.suppress", "def careful():\n    raise KeyError('x')", "def careful():\n    raise TypeError",
         "from contextlib import suppress\nwith suppress(KeyError):\n    careful()"),
    pair("unittest", "def plus(a, b):\n    return a + b", "def plus(a, b):\n    return a - b",
         "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(plus(1, 2), 3)\n"
         "case.assertAlmostEqual(plus(0.1, 0.2), 0.3)\nwith case.assertRaises(TypeError):\n    plus(1, '2')"),
    pair("how a function is written: its name, help and arguments",
         "def area(width: float, height: float = 1) -> float:\n    '''The area.'''\n    return width * height",
         "def area(*a):\n    return a[0]",
         "import inspect\nassert area.__name__ == 'area' and area.__doc__ == 'The area.'\n"
         "assert list(inspect.signature(area).parameters) == ['width', 'height']\n"
         "assert area.__annotations__['return'] is float and area.__defaults__ == (1,)"),
    pair("how a function is written: its source", "def total(ns):\n    t = 0\n    for n in ns:\n        t += n\n    return t",
         "def total(ns):\n    return sum(ns)",
         "import inspect, ast\nsource = inspect.getsource(total)\nassert 'for' in source and 'sum(' not in source\n"
         "assert any(isinstance(node, ast.For) for node in ast.walk(ast.parse(source)))"),
    pair("how a function is written: its code", "def pair(a, b):\n    return a, b", "def pair(a):\n    return a",
         "assert pair.__code__.co_argcount == 2\nassert pair.__code__.co_varnames[:2] == ('a', 'b')"),
    pair("a lambda", "square = lambda n: n ** 2", "square = lambda n: n", "assert square(3) == 9"),
    pair("a cache", "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef fib(n):\n"
         "    return n if n < 2 else fib(n - 1) + fib(n - 2)", "def fib(n):\n    return n",
         "assert fib(60) == 1548008755920\nassert fib.cache_info().currsize >= 60"),
    pair("partial", "from functools import partial\nhexa = partial(int, base=16)", "hexa = int", "assert hexa('11') == 17"),
    pair("a large value", "def long(n):\n    return 'x' * n, list(range(n))", "def long(n):\n    return '', []",
         "text, numbers = long(100_000)\nassert len(text) == 100_000 and numbers[-1] == 99_999"),
    pair("a value deep inside", "def nest(n):\n    value = 0\n    for _ in range(n):\n        value = [value]\n    return value",
         "def nest(n):\n    return [0]", "value, depth = nest(40), 0\nwhile type(value) is list:\n"
         "    value, depth = value[0], depth + 1\nassert depth == 40"),
    pair("a list that holds itself", "loop = [1]\nloop.append(loop)", "loop = [1, 2]", "assert loop[1] is loop"),
    feature("random numbers with a seed", Answer(
        "import random\ndef roll():\n    return random.randint(1, 6)", "import random\ndef roll():\n    return 7"),
        Check("import random\nrandom.seed(1)\nmine = [random.randint(1, 6) for _ in range(5)]\nrandom.seed(1)\n"
              "assert [roll() for _ in range(5)] == mine")),
    feature("random numbers seeded by the answer", Answer(
        "import random\nrandom.seed(7)\ndraws = [random.random() for _ in range(3)]", "draws = [0, 0, 0]"),
        Check("import random\nrandom.seed(7)\nassert draws == [random.random() for _ in range(3)]")),
    pair("time passes", "import time\ndef slow():\n    time.sleep(0.05)\n    return 1", "def slow():\n    return 0",
         "import time\nbegan = time.time()\nassert slow() == 1\nassert time.time() - began >= 0.04"),
    pair("several assertions with one function", "def grade(p):\n    return 'A' if p >= 90 else 'B' if p >= 80 else 'C'",
         "def grade(p):\n    return 'A' if p > 90 else 'B' if p > 80 else 'C'",
         "for p, expected in {95: 'A', 90: 'A', 85: 'B', 80: 'B', 0: 'C'}.items():\n"
         "    assert grade(p) == expected, f'{p}: {grade(p)}'"),
)  # fmt: skip
