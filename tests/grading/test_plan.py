"""How the checks of a notebook are planned, read from the author's code."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest

from kit.grading.executors import CellJob
from kit.grading.ground import find_ground, parse
from kit.grading.match import Placed
from kit.grading.names import names_of
from kit.grading.plan import CheckPlan, cell_jobs, mode_of, plan_of
from kit.grading.reasons import REASONS
from kit.grading.trusted import Role, SourceCell, Trusted

PYTHON = {"name": "python3", "language": "python"}


def cell(role: Role, source: str, *tags: str, released: str | None = None) -> SourceCell:
    number = next(NUMBERS)
    return SourceCell(role, "code", source, source if released is None else released, f"c{number}",
                      f"g{number}" if role != "plain" else "", {"tags": list(tags)})  # fmt: skip


NUMBERS = iter(range(10_000))


def notebook(*cells: SourceCell, language: str = "python") -> Trusted:
    return Trusted(cells, {**PYTHON, "language": language}, {})


GIVEN = """import math, random, sys, os, io
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import sympy
from sklearn.linear_model import LinearRegression
"""
ANSWER = """
def area(a, b): return a * b
def names(): yield "Ada"
def ask(): return int(input("How many? "))
def save(path):
    with open(path, "w") as out: out.write("done")
def count_lines(path): return len(open(path).readlines())
def formula(x): return sympy.sin(x)
def slope(model): return float(model.coef_[0])
class Dog:
    def bark(self): return "woof"
total = 12
words = ["one", "two"]
model = LinearRegression().fit([[1]], [2])
r2 = model.score([[1]], [2])
fig, ax = plt.subplots()
picture = table.plot()
matrix = np.zeros((2, 2))
with open("report.txt", "w") as out: out.write("total")
table = pd.read_csv("data.csv")
"""

APART = {
    "a value": "assert total == 12",
    "a call": "assert area(2, 3) == 6, 'For 2 and 3 it is 6.'",
    "containers": "assert words == ['one', 'two'] and words is not total",
    "numpy": "np.testing.assert_allclose(matrix, np.zeros((2, 2)))",
    "pandas": "pd.testing.assert_frame_equal(table, pd.DataFrame({'a': [1]}))",
    "a library's number made plain": "assert round(slope(3), 2) == 2",
    "a score": "assert r2 > 0.9",
    "an import of its own": "from math import isclose\nassert isclose(area(2, 3), 6)",
    "scipy on plain values": "from scipy import stats\nassert stats.norm.cdf(total) > 0.9",
    "types": "assert type(total) is int and isinstance(words, list)",
    "hashes as nbgrader makes them": "from hashlib import sha1\nassert sha1(str(total).encode()).hexdigest() == 'a'",
    "a class of the learner's": "d = Dog()\nassert d.bark() == 'woof' and isinstance(d, Dog)",
    "exceptions": "import pytest\nwith pytest.raises(TypeError):\n    area('a', 'b')",
    "unittest": "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(area(1, 1), 1)",
    "printed text": "from contextlib import redirect_stdout\nwith redirect_stdout(io.StringIO()): area(1, 2)",
    "printed text by hand": "kept = sys.stdout\nsys.stdout = io.StringIO()\narea(1, 2)\nsys.stdout = kept",
    "a signature": "import inspect\nassert list(inspect.signature(area).parameters) == ['a', 'b']",
    "a docstring": "assert area.__doc__ and area.__name__ == 'area' and area.__defaults__ is None",
    "a seed": "random.seed(1)\nnp.random.seed(1)\nassert area(1, 1) == 1",
    "chance of its own": "rng = np.random.default_rng(0)\nassert area(int(rng.integers(9)), 0) == 0",
    "time": "import time\nstart = time.perf_counter()\narea(1, 2)\nassert time.perf_counter() - start < 1",
    "a helper swapped": "kept = area\ndef area(a, b): return 0\nassert ask\narea = kept",
    "input answered by a name": "input = lambda prompt='': '3'\nassert ask() == 3\ndel input",
    "a callback": "assert list(map(area, [1], [2])) == [2]\nassert sorted(words, key=lambda w: len(w))",
    "a text as a file": "assert count_lines(io.StringIO('a\\nb'))",
    "names in globals": "assert 'total' in globals(), 'Run your cell first.'",
    "an expression written out": "assert eval('total + 1') == 13",
    "expressions in a loop": "for text in ['area(1, 2)', 'area(2, 1)']:\n    assert eval(text) == 2",
    "a released file": "assert len(open('data.csv').readlines()) > 1 and len(pd.read_csv('data.csv')) == len(table)",
    "a copy of plain data": "import copy\nbefore = copy.deepcopy(words)\nassert words == before",
    "json": "import json\nassert json.loads(json.dumps(words)) == words",
    "a table as text": "assert 'a' in table.to_csv()",
    "top-level await": "assert await area(1, 2) == 2",
    "a generator": "g = names()\nassert next(g) == 'Ada' and list(g) == []",
    "warnings that do not matter": "import warnings\nwarnings.simplefilter('ignore')\nassert area(1, 2) == 2",
    "a line that goes on with a per cent sign": "assert (area(7, 1)\n    % 2) == 1",
    "a name that is a module's elsewhere": "signal = area(1, 2)\nassert signal == 2",
    "id as a name": "for id in range(3):\n    assert area(id, 1) == id",
    "the module of a function": "assert area.__module__ == '__main__'",
    "tags of other kinds": "assert total == 12",
    "literal_eval": "import ast\nassert ast.literal_eval(words[0]) == 1",
    "partial credit": "points = 0\nif total == 12: points += 1\npoints",
}  # fmt: skip

INSIDE = {
    "getsource": ("import inspect\nassert 'for' in inspect.getsource(area)", "source"),
    "getsource by name": ("from inspect import getsource\nassert 'for' in getsource(area)", "source"),
    "the code object": ("assert 'sum' not in area.__code__.co_names", "source"),
    "disassembly": ("import dis\nassert list(dis.get_instructions(area))", "source"),
    "the tree of a cell": ("import ast\nast.parse(In[-2])", "source"),
    "the last cell's text": ("assert 'sum' not in _i", "source"),
    "a cell by number": ("assert 'sum' not in _i12", "source"),
    "a closure": ("assert area.__closure__ is None", "source"),
    "a magic": ("%time area(1, 2)\nassert total == 12", "magic"),
    "a cell magic": ("%%timeit\narea(1, 2)", "magic"),
    "a shell command": ("listing = !ls\nassert listing", "magic"),
    "the shell object": ("assert get_ipython().user_ns['total'] == 12", "magic"),
    "output history": ("assert Out[1] == 12", "magic"),
    "IPython imported": ("from IPython.utils.capture import capture_output\nwith capture_output() as c: area(1, 1)",
                         "magic"),
    "a figure": ("assert len(plt.gcf().axes) == 1", "draws"),
    "a figure imported here": ("import matplotlib\nassert matplotlib.get_backend()", "draws"),
    "axes of the learner's": ("assert ax.get_title() == 'Rain'", "draws"),
    "a plot by pandas": ("assert picture.get_xlabel() == 'day'", "draws"),
    "seaborn": ("import seaborn as sns\nsns.set_theme()", "draws"),
    "patching input": ("from unittest.mock import patch\nwith patch('builtins.input', return_value='3'):\n    ask()",
                       "patches"),
    "patch of an object": ("import unittest.mock as mock\nwith mock.patch.object(random, 'random'):\n    area(1, 1)",
                           "patches"),
    "builtins.input": ("import builtins\nbuiltins.input = lambda p: '3'\nassert ask() == 3", "patches"),
    "standard input": ("sys.stdin = io.StringIO('3')\nassert ask() == 3", "patches"),
    "a function of a module": ("random.random = lambda: 0.5\nassert area(1, 2) == 2", "patches"),
    "setattr of a module": ("setattr(math, 'sqrt', None)\narea(1, 2)", "patches"),
    "sys.modules": ("del sys.modules['math']\nassert area(1, 1)", "patches"),
    "reload": ("import importlib\nimportlib.reload(math)", "patches"),
    "the environment": ("os.environ['KEY'] = '1'\nassert area(1, 1)", "process"),
    "the folder": ("os.chdir('/tmp')\narea(1, 1)", "process"),
    "the recursion limit": ("sys.setrecursionlimit(50)\narea(1, 1)", "process"),
    "warnings recorded": ("import warnings\nwith warnings.catch_warnings(record=True): area(1, 2)", "process"),
    "warnings made errors": ("import warnings\nwarnings.simplefilter('error')\narea(1, 2)", "process"),
    "warnings expected": ("import pytest\nwith pytest.warns(UserWarning):\n    area(1, 2)", "process"),
    "frames": ("assert sys._getframe().f_locals", "interpreter"),
    "tracing": ("sys.settrace(print)\narea(1, 2)", "interpreter"),
    "the garbage": ("import gc\nassert gc.get_referrers(words)", "interpreter"),
    "ctypes": ("import ctypes\nctypes.c_int(3)", "interpreter"),
    "weak references": ("import weakref\nassert weakref.ref(Dog())", "interpreter"),
    "the main module": ("import __main__\nassert __main__.total == 12", "interpreter"),
    "a traceback": ("try:\n    area(1)\nexcept TypeError as e:\n    assert e.__traceback__.tb_next", "interpreter"),
    "threads": ("import threading\nthreading.Thread(target=area).start()", "threads"),
    "a pool": ("from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor().map(area, [1])", "threads"),
    "processes": ("import multiprocessing as mp\nmp.Process(target=area).start()", "threads"),
    "identity by number": ("assert id(words) != id(total)", "identity"),
    "a file the answer wrote": ("assert open('report.txt').read() == 'total'", "files"),
    "a file a function wrote": ("save('x.txt')\nassert open('x.txt').read() == 'done'", "files"),
    "a file for the answer": ("with open('t.txt', 'w') as f: f.write('a')\nassert count_lines('t.txt') == 1", "files"),
    "a temporary file": ("import tempfile\nwith tempfile.NamedTemporaryFile() as f: count_lines(f.name)", "files"),
    "a path of the learner's": ("assert os.path.exists(words[0])", "files"),
    "a class from theirs": ("class Puppy(Dog): pass\nassert Puppy().bark() == 'woof'", "subclass"),
    "a random generator handed over": ("rng = np.random.default_rng(0)\nassert area(rng, 2)", "argument"),
    "an open file handed over": ("with open('data.csv') as f:\n    assert area(f, 1)", "argument"),
    "pickles": ("import pickle\nassert pickle.loads(pickle.dumps(words)) == words", "pickles"),
    "a copy of an object": ("import copy\nd = Dog()\nassert copy.copy(d).bark() == 'woof'", "pickles"),
    "an asynchronous generator": ("assert [i async for i in count(3)] == [0, 1, 2]", "async"),
    "sympy": ("assert sympy.simplify(formula(3) - 1) == 0", "library"),
    "what a function makes of sympy": ("assert formula(0) == 0", "library"),
    "a model": ("assert model.coef_[0] > 1", "library"),
    "a module nobody knows": ("from checker import same\nassert same(total, 12)", "library"),
    "sparse matrices": ("import scipy.sparse as sp\nassert sp.issparse(matrix)", "library"),
    "a text of the learner's run": ("assert eval(words[0]) == 1", "runs-code"),
    "a text put together": ("for n in range(3):\n    exec(f'x{n} = {words[n]}')", "runs-code"),
    "another program": ("import subprocess\nsubprocess.run(words)", "runs-code"),
    "doctest": ("import doctest\ndoctest.run_docstring_examples(area, globals())", "runs-code"),
}  # fmt: skip


@pytest.mark.parametrize("source", APART.values(), ids=APART.keys())
def test_the_judge_carries_out(source: str) -> None:
    check = cell("check", source)
    verdict = mode_of(check, notebook(cell("plain", GIVEN), cell("answer", ANSWER), check))
    assert (verdict.mode, verdict.reason) == ("apart", "")


@pytest.mark.parametrize(("source", "reason"), INSIDE.values(), ids=INSIDE.keys())
def test_in_the_learners_process_runs(source: str, reason: str) -> None:
    check = cell("check", source)
    verdict = mode_of(check, notebook(cell("plain", GIVEN), cell("answer", ANSWER), check))
    assert (verdict.mode, verdict.reason) == ("inside", reason)
    assert verdict.why == REASONS[reason].why
    assert verdict.hint == REASONS[reason].hint


def test_the_author_may_say_so() -> None:
    check = cell("check", "assert total == 12", "objective:x", "inside")
    assert mode_of(check, notebook(check)).reason == "tagged"


def test_every_reason_has_a_case_and_reads_as_a_sentence() -> None:
    assert {reason for _, reason in INSIDE.values()} | {"tagged"} == set(REASONS)
    for reason in REASONS.values():
        assert not reason.why.endswith(".")
        assert reason.hint.endswith(".")


# --- names ------------------------------------------------------------------------------------------------------------


def plans(*cells: SourceCell) -> list[CheckPlan]:
    return list(plan_of(notebook(*cells)).values())


def check(source: str, hidden: str = "") -> SourceCell:
    marked = f"{source}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" if hidden else source
    return cell("check", marked, released=source)


READS = {
    "what it looks up": ("assert area(2, 3) == total", {"area", "total"}),
    "not what it has bound": ("got = area(2)\nassert got == 4", {"area"}),
    "not builtins": ("assert len(words) == max(1, 2)", {"words"}),
    "both bound and looked up before": ("kept = area\ndef area(): pass\narea = kept", {"area"}),
    "added to": ("total += 1", {"total"}),
    "deleted": ("del total", {"total"}),
    "names in functions": ("def test():\n    local = area(1)\n    return local\ntest()", {"area"}),
    "names in lambdas, with defaults": ("f = lambda a, b=total: area(a, b, other)", {"total", "area", "other"}),
    "names in comprehensions": ("assert [n * k for n in words if n > limit]", {"words", "limit", "k"}),
    "a comprehension over its own name": ("assert [n for n in n]", {"n"}),
    "names in class bodies": ("class T:\n    size = total\n    def m(self): size, area", {"total", "size", "area"}),
    "names in texts with braces": ("print(f'{total:{width}}')", {"total", "width"}),
    "an exception that leaves": ("try:\n    got = area(1)\nexcept E:\n    raise\nassert got", {"area", "E"}),
    "an exception that does not": ("try:\n    got = area(1)\nexcept E:\n    pass\nassert got", {"area", "E", "got"}),
    "bound on one way only": ("if total:\n    x = 1\nassert x", {"total", "x"}),
    "bound on both ways": ("if total:\n    x = 1\nelse:\n    x = 2\nassert x", {"total"}),
    "bound in a loop that may not run": ("for n in words:\n    last = n\nassert last", {"words", "last"}),
    "with": ("with open(f) as g:\n    assert g", {"f"}),
    "the walrus": ("assert (n := area(1)) > 3\nassert n", {"area"}),
    "global in a function": ("def t():\n    global total\n    total = total + 1\nt()", {"total"}),
    "nonlocal is nobody else's": ("def t():\n    n = 0\n    def u():\n        nonlocal n\n        n += 1", set()),
    "a match": ("match total:\n    case [first, *rest] if first > low: assert rest", {"total", "low"}),
    "decorators and annotations": ("@keep\ndef f(a: Kind) -> Other: pass", {"keep", "Kind", "Other"}),
    "a text in globals": ("assert 'total' in globals(), 'no total'", {"total"}),
    "a text that takes an item": ("assert globals()['total'] == locals().get('limit')", {"total", "limit"}),
    "texts put together": ("for n in '12':\n    assert globals()['x' + n]", {"x1", "x2", "given", "x", "math"}),
    "a text to be evaluated": ("eval('x1 + x2')", {"x1", "x2", "given", "math"}),
    "what the author imported is no name of theirs": ("assert np.pi > math.pi", {"math"}),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reads"), READS.values(), ids=READS.keys())
def test_names_that_the_learners_process_gives_a_value(source: str, reads: set[str]) -> None:
    around = (cell("plain", "import numpy as np\ngiven = 1"), cell("answer", "import math\nx1 = x2 = 0"))
    assert set(plans(*around, check(source))[0].reads) == reads


EARLIER = {
    "made by an earlier check": (("check", "limit = 3"), set()),
    "imported by an earlier check": (("check", "from math import sin as limit"), set()),
    "bound by the author's own cell afterwards": (("check", "limit = 3", "answer", "limit = 4"), {"limit"}),
    "bound by the author's own cell before": (("answer", "limit = 4", "check", "limit = 3"), set()),
    "given back by the earlier check": (
        ("answer", "limit = 4", "check", "kept = limit\nlimit = 3\nassert f()\nlimit = kept"), {"limit"}),
    "given back twice": (
        ("answer", "limit = 4", "check", "k = limit\nlimit = 3\nlimit = k\nlimit = 5\nlimit = k"), {"limit"}),
    "deleted by the earlier check": (("answer", "limit = 4", "check", "limit = 3\ndel limit"), {"limit"}),
    "made in a cell that is no Python": (("check", "limit = 3", "plain", "%%time\nlimit = 4"), {"limit"}),
    "made where it cannot be fetched": (("check", "limit = 3\nassert f.__code__"), {"limit"}),
}  # fmt: skip


@pytest.mark.parametrize(("before", "reads"), EARLIER.values(), ids=EARLIER.keys())
def test_what_earlier_checks_made_is_with_the_judge(before: Sequence[str], reads: set[str]) -> None:
    cells = [cell(role, source) for role, source in zip(before[::2], before[1::2], strict=True)]  # type: ignore[arg-type]
    assert set(plans(*cells, check("assert limit == 3"))[-1].reads) == reads


SHARES = {
    "a helper that the answer calls": ("kept = helper\ndef helper(): pass\nassert box()\nhelper = kept", {"helper"}),
    "a value the answer looks up": ("rate = 3\nassert box() == rate", {"rate"}),
    "a builtin the answer looks up": ("input = lambda: 3\nassert box() == 3\ndel input", {"input"}),
    "a value of the notebook, set for nothing else": ("outside = 1000\nassert box() == 3", {"outside"}),
    "one that is taken away": ("del outside\nassert box() == 3", {"outside"}),
    "not what the check compares with": ("outside = 12\nassert box() == outside", set()),
    "not names nobody looks up": ("expected = 12\nfor n in range(3): assert box() == expected", set()),
    "not imports": ("import helper\nassert box()", set()),
}


@pytest.mark.parametrize(("source", "shares"), SHARES.values(), ids=SHARES.keys())
def test_names_that_go_to_the_learners_process(source: str, shares: set[str]) -> None:
    answer = cell("answer", "outside = 1\ndef box():\n    n = helper() * rate\n    return n + int(input())")
    assert set(plans(answer, check(source))[0].shares) == shares


def test_a_value_left_by_a_check_goes_on_to_the_learners_process() -> None:
    answer = cell("answer", "outside = 1\ndef box():\n    return outside * rate")
    left = plans(answer, check("outside = 2\nrate = 3\nassert box()"), check("assert box() == 6"))
    assert left[1].shares == ("outside", "rate")
    back = plans(answer, check("kept = outside\noutside = 2\nassert box()\noutside = kept"), check("assert box() == 6"))
    assert back[1].shares == ()
    hidden = plans(answer, check("assert box()", hidden="rate = 3\nassert box() == 3"), check("assert box() == 3"))
    assert hidden[1].hidden_from == 1


# --- what is hidden ---------------------------------------------------------------------------------------------------

HIDDEN = {
    "nothing": ("assert a == 1", None),
    "the last part": ("assert a == 1\n### BEGIN HIDDEN TESTS\nassert b == 2\n### END HIDDEN TESTS", 2),
    "all of it": ("### BEGIN HIDDEN TESTS\nassert b == 2\n### END HIDDEN TESTS", 1),
    "two parts": ("a = 1\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc\n### BEGIN HIDDEN TESTS\nd", 2),
    "a part of a statement": ("a = 1\nfor n in a:\n    ### BEGIN HIDDEN TESTS\n    m\n    ### END HIDDEN TESTS", 2),
    "a part of a function with a decorator": (
        "a = 1\n@keep\ndef f():\n    a\n    ### BEGIN HIDDEN TESTS\n    b\n    ### END HIDDEN TESTS\nf()", 2),
    "an end that was forgotten": ("a = 1\n\n### BEGIN HIDDEN TESTS\nb", 3),
}  # fmt: skip


@pytest.mark.parametrize(("source", "line"), HIDDEN.values(), ids=HIDDEN.keys())
def test_the_line_from_which_on_nothing_is_shown(source: str, line: int | None) -> None:
    assert plans(cell("check", source))[0].hidden_from == line


GOES_ON = {
    "with a name of an earlier hidden part": ("assert same(a, 1)", 1),
    "with its own": ("same = 3\nassert same", None),
    "with others": ("assert other(a, 1)", None),
    "whatever comes of a try": ("try:\n    same = f()\nexcept E:\n    raise\nassert same", None),
}


@pytest.mark.parametrize(("source", "line"), GOES_ON.values(), ids=GOES_ON.keys())
def test_a_check_is_hidden_if_it_goes_on(source: str, line: int | None) -> None:
    first = check("def other(): pass", hidden="def same(a, b): return a == b")
    assert plans(first, check(source))[1].hidden_from == line


# --- names that later cells use ---------------------------------------------------------------------------------------

LATER = {
    "a cell that uses what a check made": (["print(shown)"], True),
    "in a function": (["def f(): return shown"], True),
    "after a magic": (["%matplotlib inline\nprint(shown)"], True),
    "in a cell magic": (["%%time\nprint(shown)"], True),
    "in what is no Python": (["print(shown"], True),
    "in a very long cell": (["print(shown)\n" + "x = 1\n" * 5_000], True),
    "bound by the learner themselves": (["shown = 3\nprint(shown)"], False),
    "bound in another cell": (["shown = 3", "print(shown)"], False),
    "a name of the hidden part": (["print(secret)"], False),
    "what the author imported": (["print(math.pi)"], "import math"),
    "a comment or a text": (["# shown\nprint('shown')"], False),
    "nothing of it": (["print(3)"], False),
}


@pytest.mark.parametrize(("cells", "released"), LATER.values(), ids=LATER.keys())
def test_the_released_text_is_run_for_names_that_later_cells_use(cells: Sequence[str], released: bool | str) -> None:
    job = submitted([check("import math\nshown = total + 1", hidden="secret = 3")], cells)[0]
    whole = "import math\nshown = total + 1"
    assert job.released == (released if isinstance(released, str) else whole if released else "")


def test_a_learner_cannot_take_the_place_of_a_helper_that_a_check_made() -> None:
    helper, user = check("def same(a, b): assert a == b"), check("same(total, 12)")
    forged = Placed("x", "code", "def same(a, b): pass", "extra")
    first, second = placed([helper, user])
    assert cell_jobs(notebook(helper, user), [first, forged, second])[2].reads == ("total",)


def test_a_cell_before_the_check_does_not_count() -> None:
    trusted = notebook(cell("plain", "print(shown)"), check("shown = 3"))
    assert [job.released for job in cell_jobs(trusted, placed(trusted.cells))] == ["", ""]


def test_a_check_inside_finds_what_the_visible_part_of_an_earlier_one_made() -> None:
    helper, user = check("def same(a, b): return a == b"), check("assert same(f.__code__, 3)")
    assert [job.released != "" for job in submitted([helper, user], [])] == [True, False]


def test_what_a_check_inside_made_is_found_in_the_learners_process() -> None:
    helper, user = check("assert f.__code__\nlimit = 3"), check("assert total == limit")
    jobs = submitted([helper, user], [])
    assert (jobs[0].released != "", jobs[1].mode, jobs[1].reads) == (True, "apart", ("limit", "total"))


def test_the_jobs_of_a_submission() -> None:
    answer, last = cell("answer", "total = 12"), check("assert total == 12", hidden="assert total is not None")
    trusted = notebook(answer, last)
    handed_in = [Placed("a", "code", "total = 11 + 1", "kept", answer), Placed("b", "code", last.source, "kept", last)]
    assert cell_jobs(trusted, handed_in) == (
        CellJob("a", "total = 11 + 1"),
        CellJob("b", last.source, check=True, hidden_from=2, reads=("total",)),
    )


def test_another_language_has_no_plan() -> None:
    trusted = notebook(check("stopifnot(total == 12)"), language="r")
    assert plan_of(trusted) == {}
    assert [job.check for job in cell_jobs(trusted, placed(trusted.cells))] == [True]


def submitted(checks: Sequence[SourceCell], cells: Sequence[str]) -> tuple[CellJob, ...]:
    extra = [Placed(f"x{n}", "code", source, "extra") for n, source in enumerate(cells)]
    return cell_jobs(notebook(*checks), [*placed(checks), *extra])


def placed(cells: Sequence[SourceCell]) -> list[Placed]:
    return [Placed(cell.id, "code", cell.source, "kept", cell) for cell in cells]


# --- functions of the author's that checks use ------------------------------------------------------------------------

SAME = "def same(a, b): assert a == b"
USES = "same(total, 12)"
MADE_ANEW = {
    "a given function": ([cell("plain", SAME)], True),
    "a locked one": ([cell("locked", SAME)], True),
    "with builtins and imports": ([cell("plain", "import math\ndef same(a, b): assert math.isclose(a, abs(b))")], True),
    "with another such function": ([cell("plain", "def near(a, b): return a == b"),
                                    cell("plain", "def same(a, b, more=(1, -2)): assert near(a, b)")], True),
    "that calls itself": ([cell("plain", "def same(a, b): return a == b or same(a - 1, b)")], True),
    "an answer binds it": ([cell("plain", SAME), cell("answer", "same = None")], False),
    "an answer changes it": ([cell("plain", SAME), cell("answer", "same.seen = []")], False),
    "an answer is no Python": ([cell("plain", SAME), cell("answer", "same = (")], False),
    "a check binds it": ([cell("plain", SAME), cell("check", "same = max")], False),
    "made twice": ([cell("plain", SAME), cell("plain", SAME)], False),
    "an answer cell's own": ([cell("answer", SAME)], False),
    "made later": ([], False),
    "with a name of the learner's": ([cell("plain", "def same(a, b): assert a == total")], False),
    "with another function of the learner's": (
        [cell("answer", "def near(a, b): return a == b"), cell("plain", "def same(a, b): assert near(a, b)")], False),
    "with a builtin the notebook binds": (
        [cell("answer", "def abs(x): return x"), cell("plain", "def same(a, b): assert abs(a) == b")], False),
    "decorated": ([cell("plain", "import functools\n@functools.cache\ndef same(a, b): assert a == b")], False),
    "with a state": ([cell("plain", "def same(a, b, seen=[]): assert a == b")], False),
    "with a global": ([cell("plain", "def same(a, b):\n    global seen\n    seen = a")], False),
    "with chance": ([cell("plain", "import random\ndef same(a, b): return random.random() < 1")], False),
    "that looks at source": ([cell("plain", "import inspect\ndef same(a, b): assert inspect.getsource(a)")], False),
    "that reads a file it is told": ([cell("plain", "def same(a, b): assert open(a)")], False),
    "a class": ([cell("plain", "class same:\n    def __init__(self, a, b): assert a == b")], False),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "anew"), MADE_ANEW.values(), ids=MADE_ANEW.keys())
def test_a_function_of_the_authors_is_made_anew_for_a_check(cells: Sequence[SourceCell], anew: bool) -> None:
    user = check(USES)
    plan = plan_of(notebook(*cells, user, *([] if cells else [cell("plain", SAME)])))[user]
    made_by_a_check = any(cell.role == "check" for cell in cells)
    assert ("def same" in plan.prelude) == anew
    assert set(plan.reads) == {"total"} | (set() if anew or made_by_a_check else {"same"})


def test_a_check_is_given_all_that_its_function_leads_to_and_nothing_else() -> None:
    user = check(USES)
    given = [cell("plain", f"{one}\nother = 1\ndef unused(): pass") for one in ("def near(a, b): return a == b",)]
    plan = plan_of(notebook(*given, cell("plain", "def same(a, b):\n    assert near(a, b)"), user))[user]
    assert plan.prelude == "def near(a, b): return a == b\n\ndef same(a, b):\n    assert near(a, b)"


def test_a_check_inside_takes_the_function_from_the_process_it_runs_in() -> None:
    user = check(f"{USES}\nassert area.__code__")
    plan = plan_of(notebook(cell("plain", SAME), user))[user]
    assert (plan.verdict.mode, plan.prelude, plan.reads) == ("inside", "", ("area", "same", "total"))


# --- robustness -------------------------------------------------------------------------------------------------------

HOSTILE = {
    "brackets": "(" * 5_000 + "shown",
    "signs": "-" * 15_000 + "shown",
    "a sum": "shown" + "+1" * 9_000,
    "attributes": "shown" + ".a" * 9_000,
    "functions in functions": "".join(" " * n + f"def f{n}():\n" for n in range(90)) + " " * 90 + "shown",
    "a zero byte": "shown\0",
    "half a pair": "shown = '\ud800'",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_whatever_a_learner_writes_the_plan_is_made(source: str) -> None:
    assert submitted([check("shown = 3")], [source])[0].key


class Parsed(list[str]):
    """The texts that were read as Python."""

    def __call__(self, source: str) -> ast.Module | None:
        self.append(source)
        return parse(source)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Parsed:
    parsed = Parsed()
    monkeypatch.setattr("kit.grading.plan.parse", parsed)
    return parsed


NEVER_PARSED = {
    "too long": "shown\n" + "x = 1\n" * 10_000,
    "too deep": "shown\n" + "[" * 101 + "]" * 101,
    "too deep in mixed brackets": "shown\n" + "([{" * 34 + "}])" * 34,
}


@pytest.mark.parametrize("source", NEVER_PARSED.values(), ids=NEVER_PARSED.keys())
def test_a_cell_that_takes_long_to_parse_is_read_word_by_word(parsed: Parsed, source: str) -> None:
    assert submitted([check("shown = 3")], [source])[0].released == "shown = 3"
    assert source not in parsed


def test_cells_are_parsed_once_and_only_so_many_of_them(parsed: Parsed) -> None:
    cells = [f"print(shown, {n})\n" + "x = 1\n" * 2_000 for n in range(40)]
    assert submitted([check("shown = 3")], [*cells, *cells])[0].released == "shown = 3"
    of_learner = [source for source in parsed if source.startswith("print")]
    assert len(of_learner) == len(set(of_learner))
    assert 200_000 < sum(map(len, of_learner)) <= 300_000


def test_what_an_authors_cell_binds_is_found_in_every_kind_of_statement() -> None:
    source = "a, (b, *c) = d.e, f[0] = x\nfor g, h in y: pass\nimport i.j, k as l\nfrom m import n as o\ndef p(): pass"
    tree = parse(source)
    assert tree is not None
    assert names_of(tree.body).makes == set("abcghilop")
    assert find_ground(notebook(cell("plain", source))).imports == {"i": "i", "l": "k", "o": "m:n"}
