"""Comparisons in checks: what may answer for itself and what may not. No kernel is needed for these."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from kit.grading.inside.compiling import BUILTINS, compile_check
from kit.grading.inside.hardening import Hardening, NotAPlainValue


def run(learner: str, check: str, own_classes: tuple[str, ...] = (), modules: tuple[str, ...] = ()) -> Any:
    """The value of *check*'s last expression after *learner* ran, both in one namespace called __main__."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(learner, "<learner>", "exec"), names)
    body, last = compile_check(check, "<check>", BUILTINS, Hardening(own_classes, modules))
    exec(body, names)
    return eval(last, names) if last else None


CHAMELEON = "class Any:\n    def __eq__(self, other): return True\nx = Any()\n"
REFUSED = {
    "equal to a number": (CHAMELEON, "assert x == 4"),
    "a number equal to it": (CHAMELEON, "assert 4 == x"),
    "not unequal": ("class Any:\n    def __ne__(self, other): return False\nx = Any()", "assert not x != 4"),
    "in a list": (CHAMELEON, "assert [x] == [4]"),
    "deep in containers": (CHAMELEON, "assert {'a': [(1, x)]} == {'a': [(1, 4)]}"),
    "as a key": (CHAMELEON + "Any.__hash__ = lambda self: hash(4)\nd = {Any(): 1}", "assert d == {4: 1}"),
    "among a set": (CHAMELEON + "Any.__hash__ = lambda self: 4", "assert 4 in {x}"),
    "in a tuple": (CHAMELEON, "assert 4 in (x, 1)"),
    "a container that has everything": (
        "class All:\n    def __contains__(self, o): return True\nx = All()", "assert 3 in x"),
    "less and greater": (
        "class Any:\n    def __lt__(self, o): return True\n    def __gt__(self, o): return True\nx = Any()",
        "assert 3 < x < 5",
    ),
    "a subclass of int": ("class I(int):\n    def __eq__(self, other): return True\nx = I(3)", "assert x == 4"),
    "a subclass of list": ("class L(list):\n    def __eq__(self, other): return True\nx = L()", "assert x == [4]"),
    "a metaclass": (
        "class M(type):\n    def __eq__(self, o): return True\nclass X(metaclass=M): pass\nx = X()",
        "assert type(x) == int",
    ),
    "a difference that is always zero": (
        "class Z:\n    def __sub__(self, o): return 0\nx = Z()", "assert abs(x - 4) < 0.01"),
    "a difference from the right": ("class Z:\n    def __rsub__(self, o): return 0\nx = Z()", "assert 4 - x == 0"),
    "truth": ("class T:\n    def __bool__(self): return True\nx = T()", "assert x"),
    "a sum in place": (
        "class Z:\n    def __radd__(self, o): return 4\nx = Z()", "total = 0\ntotal += x\nassert total == 4"),
    "a class that pretends to be int": (
        "class P:\n    __class__ = int\n    def __eq__(self, o): return True\nx = P()",
        "assert isinstance(x, int) and x == 4",
    ),
    "a builtin as __eq__": ("class B:\n    __eq__ = id\nx = B()", "assert x == 4"),
    "mock.ANY": ("from unittest.mock import ANY as x", "assert x == 4"),
    "a MagicMock": (
        "from unittest.mock import MagicMock\nx = MagicMock()\nx.__eq__.return_value = True", "assert x == 4"),
    "a weak proxy": (CHAMELEON + "import weakref\nkeep = x\nx = weakref.proxy(keep)", "assert x == 4"),
    "a mapping proxy": (
        "class D(dict):\n    def __eq__(self, o): return True\nimport types\nx = types.MappingProxyType(D())",
        "assert x == {1: 2}",
    ),
    "one that claims to come from a library": (
        "class F:\n    __module__ = 'fractions'\n    def __eq__(self, o): return True\nx = F()", "assert x == 4"),
    "one hidden in an array of objects": (
        CHAMELEON + "import numpy as np\nx = np.array([x], dtype=object)", "assert (x == 4).all()"),
    "a deque": (CHAMELEON + "import collections\nx = collections.deque([x])", "assert x == collections.deque([4])"),
    "a chain of three": (CHAMELEON, "assert 4 == x == 4"),
    "in a function of the check": (CHAMELEON, "def same(a, b):\n    return a == b\nassert same(x, 4)"),
    "in a comprehension": (CHAMELEON, "assert all(v == 4 for v in [x, x])"),
    "in a lambda": (CHAMELEON, "assert (lambda v: v == 4)(x)"),
}  # fmt: skip


@pytest.mark.parametrize(("learner", "check"), REFUSED.values(), ids=REFUSED.keys())
def test_an_object_does_not_answer_for_itself(learner: str, check: str) -> None:
    plain: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(learner, "<learner>", "exec"), plain)
    exec(check, plain)  # Python by itself is deceived: the row is one that matters
    with pytest.raises((NotAPlainValue, AssertionError)):
        run(learner, check)


ALLOWED = {
    "plain numbers": ("x = 4", "assert x == 4 and 4.0 == x and x != 5 and 3 < x <= 4"),
    "plain containers": ("x = {'a': [1, (2, {3})]}", "assert x == {'a': [1, (2, {3})]} and 'a' in x and 'b' not in x"),
    "identity": (CHAMELEON, "assert x is x and x is not None"),
    "two of the same class": (
        "class P:\n    def __init__(self, n): self.n = n\n    def __eq__(self, o): return self.n == o.n",
        "assert P(1) == P(1) and not P(1) == P(2) and [P(1)] == [P(1)]",
    ),
    "a dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    n: int", "assert P(1) == P(1) and P(1) != P(2)"),
    "a named tuple against a tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\nx = P(1, 2)", "assert x == (1, 2)"),
    "an int enum against a number": ("import enum\nclass E(enum.IntEnum):\n    A = 1\nx = E.A", "assert x == 1"),
    "an ordinary enum": ("import enum\nclass E(enum.Enum):\n    A = 1", "assert E.A == E.A and E(1) is E.A"),
    "a class without operators": ("class C: pass\nx = C()", "assert x != 4 and not x == 4 and x"),
    "a subclass of dict without operators": ("class D(dict): pass\nx = D(a=1)", "assert x == {'a': 1}"),
    "fractions and decimals": (
        "from fractions import Fraction\nfrom decimal import Decimal\nx, y = Fraction(1, 2), Decimal('0.5')",
        "assert x == 0.5 and y == Fraction(1, 2) and x + 1 == 1.5",
    ),
    "dates": (
        "import datetime\nx = datetime.date(2024, 2, 29)", "assert x.year == 2024 and x > datetime.date(2024, 1, 1)"),
    "counters and ordered dictionaries": (
        "from collections import Counter, OrderedDict, defaultdict\nx = Counter('aab')\ny = defaultdict(int, a=1)",
        "assert x == {'a': 2, 'b': 1} and y == {'a': 1} and OrderedDict(a=1) == {'a': 1}",
    ),
    "numpy": (
        "import numpy as np\nx = np.array([1, 2])",
        "assert (x == [1, 2]).all() and x.sum() == 3 and np.float64(1.5) == 1.5 and abs(x.mean() - 1.5) < 1e-9",
    ),
    "pandas": (
        "import pandas as pd\nx = pd.DataFrame({'a': [1, 2], 't': pd.to_datetime(['2024-01-01', None])})",
        "assert (x['a'] == [1, 2]).all() and x.shape == (2, 2) and list(x.columns) == ['a', 't']\n"
        "assert x['t'][0] == pd.Timestamp('2024-01-01') and (x['a'] + 1).tolist() == [2, 3]",
    ),
    "views of a dictionary": ("x = {'a': 1}", "assert x.keys() == {'a'} and list(x.values()) == [1]"),
    "a list that holds itself": ("x = [1]\nx.append(x)", "assert x[0] == 1 and x[1] is x and x != 3"),
}  # fmt: skip


@pytest.mark.parametrize(("learner", "check"), ALLOWED.values(), ids=ALLOWED.keys())
def test_honest_values_are_compared_as_python_does(learner: str, check: str) -> None:
    assert run(learner, check) is None


VECTOR = """
class Vector:
    def __init__(self, x, y): self.x, self.y = x, y
    def __eq__(self, other): return (self.x, self.y) == other
    def __mul__(self, n): return Vector(self.x * n, self.y * n)
    def __len__(self): return 2
"""


def test_a_class_the_author_asks_for_may_define_its_operators() -> None:
    check = "assert Vector(1, 2) * 3 == (3, 6) and len(Vector(1, 2)) == 2"
    assert run(VECTOR, check, own_classes=("Vector",)) is None
    with pytest.raises(NotAPlainValue):
        run(VECTOR, check)


def test_a_class_of_a_package_the_author_imports_is_a_plain_value() -> None:
    learner = "import email.headerregistry as e\nx = e.Address('a', 'b', 'c')"
    assert run(learner, "assert x == e.Address('a', 'b', 'c')", modules=("email",)) is None


SHADOWED = {
    "isinstance": ("isinstance = lambda *a: True\nx = 'four'", "assert isinstance(x, int)"),
    "len": ("len = lambda o: 4\nx = []", "assert len(x) == 4"),
    "all": ("all = lambda o: True\nx = [0]", "assert all(v for v in x)"),
    "AssertionError": ("AssertionError = KeyError", "assert False"),
}


@pytest.mark.parametrize(("learner", "check"), SHADOWED.values(), ids=SHADOWED.keys())
def test_a_builtin_means_the_builtin(learner: str, check: str) -> None:
    with pytest.raises(AssertionError):
        run(learner, check)


def test_names_the_check_makes_itself_are_its_own() -> None:
    check = "sum = 3\ndef total(list):\n    return len(list)\nassert sum == 3 and total([1, 2]) == 2\nsum"
    assert run("", check) == 3


MEANING = {
    "each operand of a chain is computed once": (
        "n = []", "def f(v):\n    n.append(v)\n    return v\nassert 1 < f(2) < 3\nn", [2]),
    "a chain stops where it fails": ("x = [1]", "0 < 5 < 3 < x[7]", False),
    "a chain with a walrus": ("", "assert 1 < (y := 2) < 3\ny", 2),
    "the last expression is the value": ("x = 2", "assert x == 2\nx / 4", 0.5),
    "a check that ends with a statement has no value": ("", "x = 2", None),
    "numpy comparisons keep their shape": ("import numpy as np", "(np.array([1, 2]) == 1).tolist()", [True, False]),
    "f-strings": ("x = 3", "f'{x == 3} {len([x])}'", "True 1"),
    "match statements": ("x = 3", "match x:\n    case int(): y = 'int'\n    case _: y = 'other'\ny", "int"),
    "zero-argument super": ("", "class A(list):\n    def f(self):\n        return super().__len__()\nA([1]).f()", 1),
    "global names": ("total = 3", "'total' in globals() and 'other' not in globals()", True),
}  # fmt: skip


@pytest.mark.parametrize(("learner", "check", "value"), MEANING.values(), ids=MEANING.keys())
def test_a_hardened_check_means_what_python_means(learner: str, check: str, value: object) -> None:
    assert run(learner, check) == value


def test_what_stands_for_operators_has_no_name_a_learner_could_rebind() -> None:
    body, _ = compile_check("assert x == len(y)", "<check>", BUILTINS, Hardening())
    assert set(body.co_names) <= {"x", "y", "AssertionError"}


def test_the_modules_inside_need_nothing_of_the_kit() -> None:
    import kit.grading.inside.compiling as compiling
    import kit.grading.inside.guard as guard
    import kit.grading.inside.hardening as hardening

    for module in (compiling, guard, hardening):
        used = {v.__name__ for v in vars(module).values() if isinstance(v, types.ModuleType)}
        assert used <= set(sys.stdlib_module_names)
