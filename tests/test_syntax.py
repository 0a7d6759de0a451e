"""Trees of Python sources, made while other threads make theirs."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from kit import syntax

SOURCE = "\n".join(f"def f{i}(a, b):\n    return [x + {i} for x in (a, b) if x > {i} and (a or b)]" for i in range(30))


class Knot:
    """Rubbish that runs code when it is collected, so that threads take turns in the middle of a tree."""

    def __init__(self):
        self.own = self

    def __del__(self):
        sum(range(5))


@pytest.fixture
def impatient():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def parse_often(_):
    for _ in range(100):
        for _ in range(30):
            Knot()
        syntax.parse(SOURCE)


def test_threads_that_parse_at_once_do_not_get_into_each_others_way(impatient):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(parse_often, range(4)))


def test_what_is_no_python_is_a_syntax_error():
    with pytest.raises(SyntaxError):
        syntax.parse("for")
