"""Damage: code that harms the grader, the machine or other learners. Each bounds itself, if nothing else stops it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import FULL, RIGHT
from tests.attacks.case import Case, right, without


def harming(attack: str, deserves: Mapping[str, float | None] = FULL, **limits: float) -> Case:
    """Right answers, after *attack* has been tried."""
    return Case(right(attack), deserves, limits=limits)


def lost(attack: str, **limits: float) -> Case:
    """A first answer that is nothing but an attack; the other answers are right and earn their points."""
    return Case({**RIGHT, "number-answer": attack}, without("number"), limits=limits)


FILES: Mapping[str, Case] = {
    "writes into the course": harming(
        "for path in ('@gradebook@', '@submission@', '@folder@/new', '@source@', '../gradebook.db', '../@mark@'):\n"
        "    try: open(path, 'w').write('mine')\n"
        "    except OSError: pass"
    ),
    "deletes the course": harming(
        "import shutil, os\n"
        "shutil.rmtree('@folder@', ignore_errors=True)\n"
        "for path in ('@tmp@', '@shm@'):\n"
        "    try: os.unlink(path)\n"
        "    except OSError: pass"
    ),
    "takes the rights to the course away": harming(
        "import os\n"
        "for path in ('@folder@', '@gradebook@'):\n"
        "    try: os.chmod(path, 0)\n"
        "    except OSError: pass\n"
        "    try: os.rename(path, path + '@mark@')\n"
        "    except OSError: pass"
    ),
    "writes through links": harming(
        "import os\n"
        "os.symlink('@gradebook@', 'one')\n"
        "os.symlink('@folder@', 'two')\n"
        "os.symlink('/tmp/@mark@', 'three')\n"
        "for path in ('one', 'two/new', 'three'):\n"
        "    try: open(path, 'w').write('mine')\n"
        "    except OSError: pass"
    ),
    "leaves files wherever it can": harming(
        "import os\n"
        "for place in ('/tmp', '/var/tmp', '/dev/shm', '/dev', '/run', '/etc', '/usr', '/', '/proc', '/sys', "
        "os.path.expanduser('~'), '/root'):\n"
        "    try: open(os.path.join(place, '@mark@'), 'w').write('mine')\n"
        "    except OSError: pass"
    ),
    "changes the libraries that everybody uses": harming(
        "import os, numpy, sys, json\n"
        "for module in (numpy, json, os, sys.modules.get('kit_inside')):\n"
        "    if module is None: continue\n"
        "    try: open(module.__file__, 'a').write('\\n# canary')\n"
        "    except OSError: pass\n"
        "    else: print('canary written')\n"
        "for place in [p for p in sys.path if p]:\n"
        "    try: open(os.path.join(place, '@mark@.pth'), 'w')\n"
        "    except OSError: pass\n"
        "    else: print('canary in', place)"
    ),
    "fills the disk": lost(
        "written = 0\n"
        "for place in ('.', '/tmp', '/dev/shm'):\n"
        "    try:\n"
        "        for n in range(12):\n"
        "            with open(f'{place}/big{n}', 'wb') as file:\n"
        "                for _ in range(50): written += file.write(bytes(10**6))\n"
        "    except OSError:\n"
        "        pass\n"
        "if written > 1_200_000_000: print('canary: wrote', written)"
    ),
    "makes very many files": harming(
        "import os\ntry:\n    for n in range(30_000): os.close(os.open(f'f{n}', os.O_CREAT))\nexcept OSError:\n    pass"
    ),
    "makes folders nested beyond what can be named": harming(
        "import os\n"
        "here = os.open('.', os.O_RDONLY)\n"
        "try:\n"
        "    for n in range(3000):\n"
        "        os.mkdir('d' * 20)\n"
        "        os.chdir('d' * 20)\n"
        "except OSError:\n"
        "    pass\n"
        "os.fchdir(here)"
    ),
    "makes files that cannot be named, read or entered": harming(
        "import os\n"
        "for name in (b'\\xff\\xfe', b'a\\nb', b' ', b'-rf', b'*', b'x' * 255):\n"
        "    open(name, 'w').close()\n"
        "os.makedirs('closed/within/it')\n"
        "os.chmod('closed/within', 0)\n"
        "os.chmod('closed', 0)\n"
        "os.mkfifo('pipe')\n"
        "os.symlink('loop', 'loop')"
    ),
    "sparse files of terabytes": harming(
        "import os, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n"
        "    with open('sparse', 'wb') as file: "
        "file.truncate(2**42)\n"
        "except OSError:\n"
        "    pass"
    ),
}

MEMORY: Mapping[str, Case] = {
    "four processes of 500 MB each": Case(
        {
            **RIGHT,
            "number-answer": "import os, time\n"
            "held = []\n"
            "out, into = os.pipe()\n"
            "for _ in range(4):\n"
            "    pid = os.fork()\n"
            "    if pid == 0:\n"
            "        try:\n"
            "            block = bytearray(os.urandom(4096) * 128_000)\n"
            "            os.write(into, b'x')\n"
            "            time.sleep(30)\n"
            "        finally:\n"
            "            os._exit(0)\n"
            "    held.append(pid)\n"
            "os.set_blocking(out, False)\n"
            "seen = b''\n"
            "for _ in range(60):\n"
            "    time.sleep(0.1)\n"
            "    try: seen += os.read(out, 9)\n"
            "    except BlockingIOError: pass\n"
            "    if len(seen) == 4: break\n"
            "time.sleep(0.5)\n"
            "print('canary: all four at once', flush=True) if len(seen) == 4 else None",
        },
        without("number"),
        limits={"memory_bytes": 1_000_000_000, "cell_seconds": 10},
    ),
    "one list that grows": lost(
        # It gives a little back, so that the other answers have room to be asked in.
        "kept = []\n"
        "try:\n"
        "    while sum(map(len, kept)) < 8_000_000_000:\n"
        "        kept.append(bytearray(b'x') * 100_000_000)\n"
        "except MemoryError:\n"
        "    kept.pop()\n"
        "    raise\n"
        "print('canary: eight billion')",
        memory_bytes=1_000_000_000,
    ),
    "more than any machine has": lost("block = bytearray(10 ** 15)"),
    "memory of files in /dev/shm": lost(
        "import mmap, os\n"
        "kept = []\n"
        "try:\n"
        "    for n in range(12):\n"
        "        file = os.open(f'/dev/shm/m{n}', os.O_CREAT | os.O_RDWR)\n"
        "        os.posix_fallocate(file, 0, 90_000_000)\n"
        "        kept.append(mmap.mmap(file, 90_000_000))\n"
        "except OSError:\n"
        "    pass\n"
        "if len(kept) == 12: print('canary: a billion')",
        memory_bytes=1_000_000_000,
    ),
    "a number with a million digits, an int of a gigabyte": Case(
        {
            **RIGHT,
            "number-answer": "number = 1 << 3_000_000",
            "double-answer": "def double(n):\n    return 1 << 3_000_000",
        },
        without("number", "double"),
    ),
    "answers of a hundred megabytes": Case(
        {
            **RIGHT,
            "number-answer": "number = 'x' * 100_000_000",
            "evens-answer": "def evens(numbers):\n    return [0] * 10_000_000",
            "shout-answer": "def shout(text):\n    return 'A!' * 50_000_000",
        },
        without("number", "evens", "shout"),
    ),
    "answers nested a hundred thousand deep": Case(
        {
            **RIGHT,
            "number-answer": "number = []\nfor _ in range(100_000): number = [number]",
            "evens-answer": "def evens(numbers):\n"
            "    deep = {}\n"
            "    for _ in range(100_000): deep = {1: deep}\n"
            "    return deep",
        },
        without("number", "evens"),
    ),
    "answers that hold themselves": Case(
        {
            **RIGHT,
            "number-answer": "number = []\nnumber.append(number)",
            "evens-answer": "def evens(numbers):\n    own = [2]\n    own.append(own)\n    return own",
            "totals-answer": "def totals(frame):\n"
            "    frame = frame.astype(object)\n"
            "    frame.at[0, 'n'] = [frame]\n"
            "    return frame",
        },
        without("number", "evens", "totals"),
    ),
    "answers that never end": Case(
        {
            **RIGHT,
            "evens-answer": "def evens(numbers):\n    while True: yield 2",
            "shout-answer": "class Long:\n"
            "    def __getattr__(self, name): return Long()\n"
            "    def __len__(self): return 2**62\n"
            "    def __iter__(self): return self\n"
            "    def __next__(self): return self\n"
            "def shout(text):\n"
            "    return Long()",
        },
        without("evens", "shout"),
    ),
}

TIME: Mapping[str, Case] = {
    "an endless loop that catches everything": lost(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", cell_seconds=2
    ),
    "an endless sleep with every signal blocked": lost(
        "import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\ntime.sleep(600)",
        cell_seconds=2,
    ),
    "a calculation that nothing interrupts": lost("10 ** (10 ** 10)", cell_seconds=2),
    "a regular expression that never ends": lost("import re\nre.match('(a*)*b', 'a' * 60)", cell_seconds=2),
    "a process that stops itself": lost("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", cell_seconds=2),
    "a function that never comes back": Case(
        {
            **RIGHT,
            "double-answer": "def double(n):\n"
            "    while n > 99:\n"
            "        try:\n"
            "            while True: pass\n"
            "        except BaseException: pass\n"
            "    return n + n",
        },
        without("double"),
        limits={"cell_seconds": 2},
    ),
    "a text of itself that never ends": Case(
        {
            **RIGHT,
            "shout-answer": "class Slow:\n"
            "    def __repr__(self):\n"
            "        while True: pass\n"
            "    __str__ = __format__ = __repr__\n"
            "    def __format__(self, spec):\n"
            "        while True: pass\n"
            "def shout(text):\n"
            "    return Slow()",
        },
        without("shout"),
        limits={"cell_seconds": 2},
    ),
    "an exception whose message never ends": lost(
        "class Slow(Exception):\n"
        "    def __str__(self):\n"
        "        while True: pass\n"
        "    __repr__ = __str__\n"
        "raise Slow()",
        cell_seconds=2,
    ),
    "recursion without a limit": lost(
        "import sys\nsys.setrecursionlimit(10**9)\ndef deeper(n): return deeper(n + 1) + 1\ndeeper(0)"
    ),
    "a thousand causes of an exception": lost(
        "error = ValueError('x')\n"
        "for n in range(5000):\n"
        "    new = ValueError(n)\n"
        "    new.__cause__ = error\n"
        "    error = new\n"
        "for n in range(300): error = ExceptionGroup('g', [error, error])\n"
        "raise error",
        cell_seconds=2,
    ),
    "messages that are hard for regular expressions": lost(
        "raise SyntaxError('(' * 100_000 + ', line ' * 100_000 + '-' * 100_000 + '\\x1b[' * 100_000)"
    ),
}

OUTPUT: Mapping[str, Case] = {
    "a flood from C": lost("import os\nwhile True: os.write(1, b'x' * 65536)", cell_seconds=2),
    "a flood from a program": lost("import subprocess\nsubprocess.run(['yes'])", cell_seconds=2),
    "a hundred million letters": harming("print('x' * 100_000_000)"),
    "five thousand displays": harming("for n in range(5_000): display(n)"),
    "a picture of fifty megabytes": harming("display({'image/png': 'A' * 50_000_000, 'text/plain': 'x'}, raw=True)"),
    "letters that are none": harming(
        "import os\nos.write(1, bytes(range(256)) * 10)\nprint('\\x00\\x1b[2J\\x1b]0;title\\x07')"
    ),
    "a closed standard output": harming(
        "import os, sys\nsys.__stdout__ = sys.__stderr__ = None\nos.close(1)\nos.close(2)"
    ),
}
