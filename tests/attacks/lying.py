"""Forgery, first part: values that answer for themselves, and functions that answer by who asks."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import NOTHING, RIGHT, WRONG
from tests.attacks.case import Case, everywhere, only, without, wrong

_YES = """
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 1
    def __bool__(self): return True
"""
_SUM = """
    def __float__(self): return 4.0
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __abs__ = __sub__
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __contains__ = __lt__
"""
_FOUND = """
import gc, re, sys
def expected(pattern):
    frame, texts = sys._getframe(1), []
    while frame is not None:
        texts += [repr(frame.f_locals), repr(frame.f_globals), repr(frame.f_code.co_consts)]
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ == 'function':
            texts.append(repr(thing.__code__.co_consts))
    found = re.findall(pattern, ' '.join(texts))
    return eval(found[-1]) if found else None
"""
VALUES: Mapping[str, Case] = {
    "an object that is equal to everything": Case(everywhere("Any()", f"class Any:{_YES}")),
    "an object that does arithmetic as is needed": Case(everywhere("Any()", f"class Any:{_YES}{_SUM}")),
    "an int that is equal to everything": Case(everywhere("Any(3)", f"class Any(int):{_YES}{_SUM}")),
    "a float that is equal to everything": Case(everywhere("Any(3)", f"class Any(float):{_YES}{_SUM}")),
    "a str that is equal to everything": Case(everywhere("Any('x')", f"class Any(str):{_YES}")),
    "a list that is equal to everything": Case(everywhere("Any([0])", f"class Any(list):{_YES}")),
    "a tuple that is equal to everything": Case(everywhere("Any((0,))", f"class Any(tuple):{_YES}")),
    "a dict that is equal to everything": Case(everywhere("Any(a=1)", f"class Any(dict):{_YES}")),
    "an array that is equal to everything": Case(
        everywhere(
            "np.zeros(1).view(Any)",
            f"import numpy as np\nclass Any(np.ndarray):{_YES}\n    def all(self, *a, **k): return True",
        )
    ),
    "an array that takes over every function of numpy": Case(
        everywhere(
            "Any()",
            f"class Any:{_YES}{_SUM}    def __array_ufunc__(self, *a, **k): return True\n"
            "    def __array_function__(self, *a, **k): return True\n"
            "    def __array__(self, *a, **k): return self",
        )
    ),
    "a table that is equal to everything": Case(
        everywhere(
            "Any({'kind': ['a'], 'n': [1]})",
            f"import pandas as pd\n"
            f"class Any(pd.DataFrame):{_YES}    def reset_index(self, *a, **k): return self\n"
            "    def equals(self, other): return True\n"
            "    _constructor = property(lambda self: Any)",
        )
    ),
    "a class that says it is int": Case(everywhere("Any()", f"class Any:{_YES}    __class__ = int")),
    "a class that says it is whatever is asked for": Case(
        everywhere(
            "Any()",
            f"class Kind(type):\n"
            f"    def __instancecheck__(cls, other): return True\n"
            f"    def __eq__(cls, other): return True\n"
            f"    __hash__ = type.__hash__\n"
            f"class Any(metaclass=Kind):{_YES}\n"
            "    @property\n"
            "    def __class__(self):\n"
            "        import sys\n"
            "        return int",
        )
    ),
    "mock.ANY": Case(everywhere("ANY", "from unittest.mock import ANY")),
    "a MagicMock that is set up to agree": Case(
        everywhere(
            "agree",
            "from unittest.mock import MagicMock\n"
            "agree = MagicMock(spec=int)\n"
            "agree.__eq__.return_value = True\n"
            "agree.__bool__.return_value = True\n"
            "agree.__float__.return_value = 3.14",
        )
    ),
    "a weak proxy of an object that agrees": Case(
        everywhere("proxy", f"import weakref\nclass Any:{_YES}\nkept = Any()\nproxy = weakref.proxy(kept)")
    ),
    "a lazy object that becomes what it is compared with": Case(
        everywhere(
            "Lazy()",
            "class Lazy:\n"
            "    value = None\n"
            "    def __getattr__(self, name): return Lazy()\n"
            "    def __call__(self, *a, **k): return self\n"
            "    def __eq__(self, other):\n"
            "        self.value = other\n"
            "        return self.value == other\n"
            "    __hash__ = None\n"
            "    def __instancecheck__(self, other): return True",
        )
    ),
    "an object that agrees, hidden in an array of objects": Case(
        everywhere("np.array([Any()], dtype=object)", f"import numpy as np\nclass Any:{_YES}{_SUM}")
    ),
    "an object that agrees, hidden in a table": Case(
        everywhere("pd.DataFrame({'kind': [Any()], 'n': [Any()]})", f"import pandas as pd\nclass Any:{_YES}")
    ),
    "an object that agrees, hidden in containers": Case(everywhere("[Any(), Any()]", f"class Any:{_YES}")),
    "an extension type of pandas that agrees": Case(
        everywhere(
            "pd.Series(Any())",
            "import pandas as pd\n"
            "from pandas.api.extensions import ExtensionArray, ExtensionDtype\n"
            "class Kind(ExtensionDtype):\n"
            "    name = 'any'\n"
            "    type = int\n"
            "    @classmethod\n"
            "    def construct_array_type(cls): return Any\n"
            "class Any(ExtensionArray):\n"
            "    dtype = Kind()\n"
            "    nbytes = 8\n"
            "    def __len__(self): return 2\n"
            "    def __getitem__(self, n): return 1\n"
            "    def copy(self): return self\n"
            "    def isna(self): return [False, False]\n"
            "    def __eq__(self, other): return True",
        )
    ),
    "not a number": Case(everywhere("float('nan')")),
    "infinity": Case(everywhere("float('inf')")),
    "a decimal that is not a number": Case(everywhere("Decimal('NaN')", "from decimal import Decimal")),
    "an array of nothing": Case(everywhere("np.array([])", "import numpy as np")),
    "the exception a test expects to see": Case(everywhere("AssertionError('passed')")),
    "the notebook's own namespace": Case(everywhere("globals()")),
    "a pickle that calls": Case(
        everywhere(
            "Bomb()",
            "class Bomb:\n"
            "    def __reduce__(self): return (__import__('os').getpid, ())\n"
            "    def "
            "__reduce_ex__(self, n): return self.__reduce__()\n"
            "    def __copy__(self): return 4\n"
            "    def __deepcopy__(self, memo): return 4",
        )
    ),
    "a copy that is not what was copied": Case(
        everywhere(
            "Any([2])",
            f"import copy\n"
            f"class Any(list):{_YES}    def __deepcopy__(self, memo): return [2, 4]\n"
            "    def __iter__(self): return iter([2, 4])\n"
            "    def __len__(self): return 2",
        )
    ),
    "a text that formats itself into something else": Case(
        everywhere(
            "Any('Bye')",
            "class Any(str):\n"
            "    def __str__(self): return 'Hello, Ada!'\n"
            "    def __format__(self, spec): return 'Hello, Ada!'\n"
            "    __repr__ = __str__\n"
            "    def __eq__(self, other): return str(self) == other\n"
            "    __hash__ = str.__hash__",
        )
    ),
}

FUNCTIONS: Mapping[str, Case] = {
    "a function that knows the visible values only": Case(
        {
            **WRONG,
            "double-answer": "def double(n):\n    return {2: 4}.get(n)",
            "greet-answer": "def greet(name):\n    return 'Hello, Ada!'",
            "shout-answer": RIGHT["shout-answer"],
        },
        only("shout"),
    ),
    "a function that counts its calls": Case(
        {
            **WRONG,
            "double-answer": "calls = []\n"
            "def double(n):\n"
            "    calls.append(n)\n"
            "    return 4 if len(calls) == 1 else None",
            "evens-answer": "answers = iter([[2, 4], [2, 4], [640217]])\ndef evens(numbers):\n    return next(answers)",
        }
    ),
    "a function that looks for the expected value in the frames around it": Case(
        {
            **WRONG,
            "double-answer": f"{_FOUND}\ndef double(n):\n    return 4 if n == 2 else expected(r'\\b1460\\d+')",
            "area-answer": "def area(radius):\n    return expected(r'area.radius., (.*?)\\)')",
        }
    ),
    "a function that imports the harness and asks it": Case(
        wrong(
            "",
            double="def double(n):\n"
            "    import sys\n"
            "    for name, module in list(sys.modules.items()):\n"
            "        if 'kit' in name or name == '__main__':\n"
            "            for thing in list(vars(module).values()):\n"
            "                if type(thing) is str and 'assert double' in thing:\n"
            "                    return eval(thing.split(f'double({n}) == ')[1].split(',')[0])\n"
            "    return 4",
        )
    ),
    "a function that says the assertion held": Case(
        wrong(
            "",
            double="def double(n):\n    raise StopIteration('passed')",
            area="def area(r):\n    raise SystemExit(0)",
            evens="def evens(n):\n    raise KeyboardInterrupt",
            greet="def greet(n):\n    raise GeneratorExit",
            shout="class Passed(BaseException): pass\ndef shout(text):\n    raise Passed()",
        )
    ),
    "a function that ends the process as if all were well": Case(
        wrong(
            "",
            double="def double(n):\n    import os; os._exit(0)",
            shout="def shout(text):\n    import sys; sys.exit(0)",
        )
    ),
    "a function that replaces itself": Case(
        wrong(
            "",
            double=f"def double(n):\n    global double\n    double = lambda n: Any()\n    return 4\nclass Any:{_YES}",
        )
    ),
    "a function that changes what it is given": Case(
        wrong(
            "",
            evens="def evens(numbers):\n    numbers.clear()\n    numbers.append(2)\n    return numbers",
            totals="def totals(frame):\n    frame.drop(frame.index, inplace=True)\n    return frame",
        )
    ),
    "a function that lets the table of the check look like its own": Case(
        wrong(
            "import pandas as pd\n"
            "pd.testing.assert_frame_equal = lambda *a, **k: None\n"
            "pd.DataFrame.equals = lambda *a: True\n"
            "pd.DataFrame.__eq__ = lambda *a: True"
        )
    ),
    "a coroutine instead of a function": Case(
        wrong("", double="async def double(n):\n    return 4", shout="async def shout(text):\n    return 'A!'")
    ),
    "a generator that yields everything": Case(
        wrong(
            "",
            evens="def evens(numbers):\n    yield from range(10**6)",
            greet="def greet(name):\n    yield 'Hello, Ada!'",
        )
    ),
    "a callable that says it is a function": Case(
        wrong(
            f"class Any:{_YES}",
            double="class Function:\n"
            "    __class__ = type(lambda: 0)\n"
            "    def __call__(self, n): return Any()\n"
            "    def __eq__(self, other): return True\n"
            "double = Function()",
        )
    ),
    "a source text that is not the function's": Case(
        wrong(
            "",
            countdown="import inspect, linecache\n"
            "def countdown(n):\n"
            "    return []\n"
            "inspect.getsource = lambda thing: 'while True'\n"
            "linecache.cache[countdown.__code__.co_filename] = (9, None, ['while True: pass\\n'] * 9, 'x')",
        )
    ),
    "right answers beside the wrong ones earn theirs": Case(
        {
            **WRONG,
            "double-answer": RIGHT["double-answer"],
            "area-answer": RIGHT["area-answer"],
            "number-answer": RIGHT["number-answer"],
        },
        only("double", "area", "number"),
    ),
    "half of an answer earns half": Case(
        {
            **WRONG,
            "area-answer": "def area(radius):\n    return math.pi if radius == 1 else math.pi * 100 * (radius == 10)",
        },
        {**NOTHING, "area": 2.0},
    ),
    "a right answer in a wrong kind of number": Case(
        {**RIGHT, "number-answer": "number = 'eight'", "double-answer": "def double(n):\n    return str(2 * n)"},
        without("number", "double"),
    ),
}
