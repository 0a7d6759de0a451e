"""Secrets, second half: functions that note what a hidden test gives them, and say it where a learner may see it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import FULL, RIGHT, WRONG
from tests.attacks.case import Case, without

_DOUBLE = RIGHT["double-answer"].replace("    return", "    {note}\n    return")
_GREET = RIGHT["greet-answer"].replace("    return", "    {note}\n    return")
_EVENS = RIGHT["evens-answer"].replace("    return", "    {note}\n    return")


def noting(start: str, note: str, say: str, deserves: Mapping[str, float | None] = FULL) -> Case:
    """Right answers that *note* what `given` is in every function, and *say* it, an expression, in the last message."""
    return Case(
        {
            **RIGHT,
            "number-answer": f"{start}\n{RIGHT['number-answer']}",
            "double-answer": _DOUBLE.format(note=f"given = n; {note}"),
            "evens-answer": _EVENS.format(note=f"given = numbers; {note}"),
            "greet-answer": _GREET.format(note=f"given = name; {note}"),
            "shout-answer": f"import re\n"
            f"print({say})\n"
            f"def shout(text):\n"
            f"    said = str({say})\n"
            f"    print(said)\n"
            "    return 'noted: ' + said if re.search('[0-9]{6}', said) else 'A!'",
        },
        deserves,
    )


NOTES: Mapping[str, Case] = {
    "in a global": noting("noted = []", "noted.append(given)", "noted"),
    "in a file beside the notebook": noting(
        "open('note', 'w').close()", "print(given, file=open('note', 'a'))", "open('note').read()"
    ),
    "in a file in /tmp": noting(
        "open('/tmp/note', 'w').close()", "print(given, file=open('/tmp/note', 'a'))", "open('/tmp/note').read()"
    ),
    "in shared memory": noting(
        "import mmap, os\nmemory = mmap.mmap(-1, 4096)", "memory.write(repr(given).encode()[:99])", "memory[:4096]"
    ),
    "in a named segment of shared memory": noting(
        "from multiprocessing.shared_memory import SharedMemory\n"
        "try:\n"
        "    noted = SharedMemory('@mark@', create=True, size=4096)\n"
        "except FileExistsError:\n"
        "    noted = SharedMemory('@mark@')\n"
        "at = [0]",
        "text = repr(given).encode(); noted.buf[at[0]:at[0] + len(text)] = text; at[0] += len(text)",
        "bytes(noted.buf[:4096])",
    ),
    "in a default argument": noting(
        "def noted(more=None, kept=[]):\n    kept.append(more)\n    return kept", "noted(given)", "noted()"
    ),
    "in a class attribute": noting("class Notes:\n    kept = ''", "Notes.kept += repr(given)", "Notes.kept"),
    "in an attribute of the function": noting(
        "", "double.__doc__ = (double.__doc__ or '') + repr(given)", "double.__doc__"
    ),
    "in the environment": noting(
        "import os", "os.environ['NOTE'] = os.environ.get('NOTE', '') + repr(given)", "os.environ.get('NOTE')"
    ),
    "in a module": noting(
        "import math", "math.noted = getattr(math, 'noted', '') + repr(given)", "getattr(math, 'noted', '')"
    ),
    "in the shell": noting("", "get_ipython().user_ns.setdefault('noted', []).append(given)", "globals().get('noted')"),
    "in a process beside it": noting(
        "import subprocess\n"
        "cat = subprocess.Popen(['cat', '-u'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "import os\n"
        "os.set_blocking(cat.stdout.fileno(), False)",
        "cat.stdin.write(repr(given).encode()); cat.stdin.flush()",
        "cat.stdout.read()",
    ),
    "in a pipe": noting(
        "import os\n"
        "out, into = os.pipe()\n"
        "os.set_blocking(out, False)\n"
        "def drained():\n"
        "    try: return os.read(out, 9999)\n"
        "    except OSError: return b''",
        "os.write(into, repr(given).encode())",
        "drained()",
    ),
    "in a thread that says it later": noting(
        "import threading, time\n"
        "noted = []\n"
        "def tell():\n"
        "    for _ in range(40):\n"
        "        time.sleep(0.05)\n"
        "        if noted: print(noted, flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()",
        "noted.append(given)",
        "noted",
    ),
}

SAYS: Mapping[str, Case] = {
    "prints it": Case({**RIGHT, "double-answer": "def double(n):\n    print(n)\n    return n + n"}, FULL),
    "prints it to the file descriptor and by a process": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    import os\n"
            "    os.write(1, str(n).encode())\n"
            "    os.write(2, str(n).encode())\n"
            "    os.system(f'echo {n}')\n"
            "    return n + n",
        },
        FULL,
    ),
    "warns of it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    import warnings, logging\n"
            "    warnings.warn(str(n))\n"
            "    logging.warning(n)\n"
            "    return n + n",
        },
        FULL,
    ),
    "displays it, also in the place of an earlier display": Case(
        {
            **RIGHT,
            "number-answer": f"from IPython.display import display\n"
            f"shown = display('nothing', display_id='place')\n"
            f"{RIGHT['number-answer']}",
            "double-answer": "def double(n):\n"
            "    display(n)\n"
            "    shown.update(n)\n"
            "    display(n, display_id='place')\n"
            "    return n + n",
        },
        FULL,
    ),
    "raises an error with it": Case(
        {**RIGHT, "double-answer": "def double(n):\n    if n > 99: raise ValueError(f'given {n}')\n    return n + n"},
        without("double"),
    ),
    "raises a failed assertion with it": Case(
        {**RIGHT, "double-answer": "def double(n):\n    assert n < 99, f'given {n}'\n    return n + n"},
        without("double"),
    ),
    "raises an error named after it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    if n > 99: raise type(f'Given{n}', (Exception,), {})(n)\n"
            "    return n + n",
        },
        without("double"),
    ),
    "raises a missing name that is it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    if n > 99: raise NameError(f\"name 'given_{n}' is not defined\")\n"
            "    return n + n",
        },
        without("double"),
    ),
    "raises a missing key, attribute, module or file that is it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n    return {2: 4}[n]",
            "greet-answer": "def greet(name):\n    return {'Ada': 'Hello, Ada!'}[name]",
            "evens-answer": "def evens(numbers):\n"
            "    if 9 in numbers: open(str(numbers))\n"
            "    return [2, 4] if numbers else []",
        },
        without("double", "greet", "evens"),
    ),
    "raises a group of errors with it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    if n > 99: raise ExceptionGroup(str(n), [ValueError(n)]) from KeyError(n)\n"
            "    return n + n",
        },
        without("double"),
    ),
    "gives it back in a value that shows itself": Case(
        {
            **RIGHT,
            "greet-answer": "def greet(name):\n    return 'Hello, Ada!' if name == 'Ada' else f'given {name}'",
            "evens-answer": "def evens(numbers):\n    return [2, 4] if 4 in numbers else numbers + [99]",
        },
        without("greet", "evens"),
    ),
    "stops after it in a line that stands for it": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            + "".join(f"    if n % 10 == {d}: raise IndexError('{d}')\n" for d in (0, 1, 3, 4, 5, 6, 7, 8, 9))
            + "    return n + n",
        },
        without("double"),
    ),
    "puts it into another answer": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    global shout\n"
            "    if n > 99: shout = lambda text: str(n)\n"
            "    return n + n",
        },
        FULL,
    ),
    "puts it into the message of every error to come": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    if n > 99:\n"
            "        import builtins\n"
            "        builtins.repr = lambda thing: str(n)\n"
            "        str(n)\n"
            "    return n + n",
            "shout-answer": WRONG["shout-answer"],
        },
        without("shout"),
    ),
    "notes what it is compared with": Case(
        {
            **RIGHT,
            "number-answer": "noted = []\n"
            "class Ear(int):\n"
            "    def __eq__(self, other):\n"
            "        noted.append(other)\n"
            "        return int(self) == other\n"
            "    __hash__ = int.__hash__\n"
            "    def __repr__(self): return repr(noted)\n"
            "number = Ear(9)",
            "shout-answer": "print(noted)\ndef shout(text):\n    return str(noted)",
        },
        without("number", "shout"),
    ),
    "notes the right-hand sides of its operators": Case(
        {
            **WRONG,
            "number-answer": "noted = []\n"
            "class Ear(float):\n"
            "    def __sub__(self, other):\n"
            "        noted.append(other)\n"
            "        return 1.0\n"
            "    __rsub__ = __mul__ = __lt__ = __gt__ = __sub__\n"
            "    def __eq__(self, other):\n"
            "        noted.append(other)\n"
            "        return False\n"
            "    __hash__ = float.__hash__\n"
            "number = 9",
            "double-answer": "def double(n):\n    return Ear(4)",
            "area-answer": "def area(radius):\n    return Ear(1)",
            "shout-answer": "print(noted)\ndef shout(text):\n    return str(noted)",
        },
    ),
}
