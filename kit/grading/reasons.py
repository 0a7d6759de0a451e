"""Why a check cannot be carried out from outside the learner's process, and how to write it otherwise.

The judge holds the learner's functions and classes as mirrors: a call goes over, a plain value comes back. What looks
at anything but calls and values has no place there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One kind of check that has to run in a fork of the learner's process."""

    why: str
    """Ends the sentence "The check …"."""
    hint: str


REASONS: Mapping[str, Reason] = {
    "tagged": Reason(
        "is tagged `inside`",
        "Take the tag away where `kit check` finds the item right without it.",
    ),
    "magic": Reason(
        "uses a magic, a shell command or IPython itself",
        "Say it in plain Python: a function call instead of `%time`, a list instead of `!ls`.",
    ),
    "source": Reason(
        "looks at source or code instead of results",
        "Check what the function returns for several arguments; to see that it calls another one, swap that one.",
    ),
    "runs-code": Reason(
        "runs a text as code, or another program",
        "Ask for a function instead of a text with code, and call it.",
    ),
    "draws": Reason(
        "draws, or looks at a figure",
        "Let the answer return the data that is drawn, and check that; let a person grade the picture.",
    ),
    "patches": Reason(
        "changes a module or the builtins under the learner's code",
        "Give the notebook's own name another meaning instead (`input = lambda prompt: '3'`), or pass what is to be "
        "used as an argument.",
    ),
    "process": Reason(
        "sets or reads something of the whole process: environment, folder, recursion limit, warnings, logging",
        "Let the function take it as an argument, and check what it returns.",
    ),
    "interpreter": Reason(
        "looks into the interpreter: frames, references, memory, signals, `__main__`",
        "Check what the function returns; the time it takes can be measured.",
    ),
    "threads": Reason(
        "starts threads or processes",
        "Call the functions one after the other.",
    ),
    "identity": Reason(
        "compares `id(…)` of objects",
        "Use `is` and `is not` between two containers; for anything else check values.",
    ),
    "files": Reason(
        "reads or writes files that the learner's code writes or reads",
        "Let the answer work on text or lists and return the result; files that go out with the notebook may be read "
        "by a path written out in the check.",
    ),
    "subclass": Reason(
        "derives a class from a learner's class",
        "Ask for the derived class as a part of the task, or check the class by its objects.",
    ),
    "argument": Reason(
        "hands the learner's code an object that has no stand-in: an open file, a connection, a random generator",
        "Hand over lists, texts, numbers, functions or an `io.StringIO`; for chance, let the function take a seed.",
    ),
    "pickles": Reason(
        "pickles or copies an object of the learner's",
        "Check its attributes; containers of plain values can be copied.",
    ),
    "async": Reason(
        "goes through something asynchronous step by step",
        "Let the answer give back a list, or await a coroutine: `await f(3)` is carried out from outside.",
    ),
    "library": Reason(
        "works with objects of a library other than numpy and pandas",
        "Turn what is checked into plain values in the answer: `float(…)`, `list(…)`, a numpy array.",
    ),
}
"""A stable word for each reason → what it is, in the order in which the first that holds is told."""

NAMES: Mapping[str, str] = {
    **dict.fromkeys(("get_ipython", "Out", "_oh", "_dh"), "magic"),
    **dict.fromkeys(("In", "_ih", "_i", "_ii", "_iii"), "source"),
}
"""Names that nobody in the notebook binds → reason."""

ATTRIBUTES: Mapping[str, str] = {
    **dict.fromkeys(("__code__", "__closure__", "__globals__", "__wrapped__", "gi_code", "cr_code"), "source"),
    **dict.fromkeys(
        ("__traceback__", "tb_frame", "tb_next", "f_back", "f_locals", "gi_frame", "f_code"), "interpreter"
    ),
    **dict.fromkeys(("assertWarns", "assertWarnsRegex", "assertLogs", "assertNoLogs"), "process"),
    **dict.fromkeys(("savefig", "get_figure", "get_axes"), "draws"),
}
"""Attributes of anything → reason. Those that begin with ``co_`` are of code objects, too."""

DRAWING = frozenset(
    ("matplotlib", "pylab", "seaborn", "plotly", "altair", "bokeh", "holoviews", "plotnine", "folium", "turtle")
)
"""Packages that draw."""

_SOURCE = ("getsource", "getsourcelines", "getsourcefile", "getfile", "findsource", "getcomments", "getclosurevars")
_FRAMES = ("currentframe", "stack", "trace", "getframeinfo", "getouterframes", "getinnerframes", "getgeneratorstate")
_INTERPRETER = (
    "gc", "ctypes", "weakref", "tracemalloc", "signal", "faulthandler", "resource", "__main__", "sys.settrace",
    "sys.setprofile", "sys.gettrace", "sys._getframe", "sys.getrefcount", "sys._current_frames", "sys.exc_info",
    "sys.exception", "sys.last_value", "traceback.extract_tb", "traceback.extract_stack", "traceback.walk_tb",
)  # fmt: skip
_PROCESS = (
    "os.environ", "os.getenv", "os.putenv", "os.chdir", "os.getcwd", "os.umask", "sys.argv", "sys.path",
    "sys.setrecursionlimit", "decimal.getcontext", "decimal.setcontext", "decimal.localcontext", "locale.setlocale",
    "random.getstate", "random.setstate", "numpy.random.get_state", "numpy.random.set_state", "pytest.warns",
    "pytest.deprecated_call", "numpy.testing.assert_warns", "numpy.testing.assert_no_warnings",
    "pandas.testing.assert_produces_warning", "logging",
)  # fmt: skip

ORIGINS: Mapping[str, str] = {
    **{f"inspect.{name}": "source" for name in _SOURCE},
    **dict.fromkeys(("dis", "tokenize", "symtable", "linecache", "types.CodeType", "types.FunctionType"), "source"),
    **{f"inspect.{name}": "interpreter" for name in _FRAMES},
    **dict.fromkeys(_INTERPRETER, "interpreter"),
    **dict.fromkeys(_PROCESS, "process"),
    **dict.fromkeys(("threading", "multiprocessing", "concurrent", "_thread"), "threads"),
    **dict.fromkeys(("unittest.mock", "mock", "sys.modules", "importlib.reload", "pytest.MonkeyPatch"), "patches"),
    **dict.fromkeys(("subprocess", "os.system", "os.popen", "runpy", "doctest", "code", "importlib.import_module"),
                    "runs-code"),
    **dict.fromkeys(("pickle", "shelve", "marshal", "joblib", "dill", "cloudpickle"), "pickles"),
    "IPython": "magic",
    "builtins.id": "identity",
    "builtins.__import__": "runs-code",
}  # fmt: skip
"""Modules and members of modules, with all that is below them → reason."""

WORKS_APART = frozenset(("numpy", "pandas", "pytest", "scipy", "dateutil", "pytz", "hypothesis"))
"""Packages, besides the standard library, whose functions a check may call: on plain values they give plain values."""

NOT_PLAIN = ("scipy.sparse", "scipy.interpolate", "scipy.spatial")
"""Parts of those that give objects of their own."""

FILE_READERS = frozenset(
    ("builtins.open", "io.open", "codecs.open", "pathlib.Path", "sqlite3.connect", "zipfile.ZipFile", "gzip.open",
     "os.stat", "os.listdir", "os.scandir", "os.walk", "glob.glob", "glob.iglob", "numpy.load", "numpy.loadtxt",
     "numpy.genfromtxt", "numpy.fromfile", "os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize")
)  # fmt: skip
"""Functions whose first argument is a path; so is that of pandas' ``read_…``."""

FILE_WRITERS = frozenset(
    ("os.remove", "os.unlink", "os.rename", "os.replace", "os.mkdir", "os.makedirs", "os.rmdir", "numpy.save",
     "numpy.savetxt", "numpy.savez", "numpy.savez_compressed", "shutil", "tempfile")
)  # fmt: skip
WRITING_METHODS = frozenset(
    ("write_text", "write_bytes", "touch", "unlink", "mkdir", "tofile", "savefig", "to_csv", "to_excel", "to_json",
     "to_parquet", "to_pickle", "to_hdf", "to_sql", "to_html")
)  # fmt: skip

NOT_SENT = frozenset(
    ("builtins.open", "io.open", "io.TextIOWrapper", "sqlite3.connect", "random.Random", "numpy.random.default_rng",
     "numpy.random.RandomState", "numpy.random.Generator", "types.SimpleNamespace")
)  # fmt: skip
"""What these make is no plain value and has no stand-in: it cannot be an argument of a mirrored function."""
