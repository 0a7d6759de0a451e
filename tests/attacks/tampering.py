"""Forgery, second part: bending the interpreter, the harness or its messages instead of answering."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.assignment import FULL
from tests.attacks.case import Case, wrong

INTERPRETER: Mapping[str, Case] = {
    "a transformer of cells that drops assertions": Case(
        wrong(
            "def drop(lines): return [line.replace('assert ', 'None if True else ') for line in lines]\n"
            "shell = get_ipython()\n"
            "shell.input_transformers_cleanup.append(drop)\n"
            "shell.input_transformers_post.append(drop)\n"
            "shell.input_transformer_manager.line_transforms.append(drop)"
        )
    ),
    "a transformer of syntax trees that drops assertions": Case(
        wrong(
            "import ast\n"
            "class Drop(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node): return ast.Pass()\n"
            "get_ipython().ast_transformers.append(Drop())"
        )
    ),
    "a transformer in the class that every shell uses": Case(
        wrong(
            "import IPython.core.inputtransformer2 as t\nt.TransformerManager.transform_cell = lambda self, cell: '4.0'"
        )
    ),
    "a shell that runs nothing": Case(
        wrong(
            "from IPython.core.interactiveshell import InteractiveShell, ExecutionResult\n"
            "def nothing(self, *a, **k): return ExecutionResult(None)\n"
            "for name in ('run_cell', '_run_cell', 'run_code', 'run_ast_nodes', 'run_cell_async', 'run'):\n"
            "    setattr(InteractiveShell, name, nothing)\n"
            "    setattr(type(get_ipython()), name, nothing)"
        ),
    ),
    "events before and after every cell": Case(
        wrong(
            "class Any:\n"
            "    def __eq__(self, other): return True\n"
            "def settle(*a):\n"
            "    globals().update(number=Any(), double=lambda n: Any())\n"
            "    print(4.0)\n"
            "for name in ('pre_execute', 'pre_run_cell', 'post_execute', 'post_run_cell'):\n"
            "    get_ipython().events.register(name, settle)"
        )
    ),
    "a display hook that shows full points": Case(
        wrong(
            "import sys\n"
            "from IPython.display import display\n"
            "sys.displayhook(4.0)\n"
            "display(4.0)\n"
            "hook = type(get_ipython().displayhook)\n"
            "hook.__call__ = lambda self, result=None: self.__class__.show(4.0)\n"
            "hook.show = staticmethod(display)",
            area="def area(radius):\n    import sys\n    sys.displayhook(4.0)\n    return -1.0",
        )
    ),
    "builtins that agree": Case(
        wrong(
            "import builtins\n"
            "builtins.isinstance = lambda *a: True\n"
            "builtins.all = lambda *a: True\n"
            "builtins.any = lambda *a: True\n"
            "builtins.sum = lambda *a: 4.0\n"
            "builtins.len = lambda *a: 14\n"
            "builtins.AssertionError = type('Fine', (BaseException,), {'__init__': lambda self, *a: None})"
        )
    ),
    "names of builtins in the notebook": Case(
        wrong(
            "def isinstance(*a): return True\n"
            "def sum(*a): return 4.0\n"
            "def len(*a): return 14\n"
            "AssertionError = KeyError\n"
            "__builtins__ = {'isinstance': isinstance, 'sum': sum}"
        )
    ),
    "modules that agree": Case(
        wrong(
            "import math, numpy as np, pandas as pd\n"
            "math.isclose = lambda *a, **k: True\n"
            "math.pi = -1.0\n"
            "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
            "pd.testing.assert_frame_equal = pd._testing.assert_frame_equal = lambda *a, **k: None"
        )
    ),
    "other modules under their names": Case(
        wrong(
            "import sys, types\n"
            "fake = types.ModuleType('math')\n"
            "fake.isclose = lambda *a: True\n"
            "fake.pi = 1.0\n"
            "sys.modules['math'] = math = fake\n"
            "sys.modules['pandas.testing'] = fake\n"
            "pd = np = fake"
        )
    ),
    "an import hook that gives out other modules": Case(
        wrong(
            "import sys, builtins, types\n"
            "class Finder:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        from importlib.machinery import ModuleSpec\n"
            "        return ModuleSpec(name, self)\n"
            "    def create_module(self, spec): return types.ModuleType(spec.name)\n"
            "    def exec_module(self, module): module.isclose = module.getsource = lambda *a: 'while True'\n"
            "sys.meta_path.insert(0, Finder())\n"
            "sys.modules.pop('inspect', None)\n"
            "real = builtins.__import__\n"
            "builtins.__import__ = lambda name, *a: types.SimpleNamespace(getsource=lambda f: 'while') "
            "if name == 'inspect' else real(name, *a)"
        )
    ),
    "a trace function that jumps over assertions": Case(
        wrong(
            "import sys\n"
            "def skip(frame, event, arg):\n"
            "    try:\n"
            "        frame.f_lineno = frame.f_lineno + 1\n"
            "    except ValueError:\n"
            "        pass\n"
            "    return skip\n"
            "sys.settrace(skip)\n"
            "import threading\n"
            "threading.settrace(skip)\n"
            "sys.setprofile(skip)"
        ),
        limits={"cell_seconds": 4},
    ),
    "an audit hook that stops every check": Case(
        wrong(
            "import sys\n"
            "def hook(event, arguments):\n"
            "    if event in ('compile', 'exec') and b'assert' in repr(arguments).encode():\n"
            "        raise SystemExit(0)\n"
            "sys.addaudithook(hook)"
        )
    ),
    "signal handlers and timers that interrupt every check": Case(
        wrong(
            "import signal\n"
            "def leave(*a): raise SystemExit(0)\n"
            "for number in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):\n"
            "    signal.signal(number, leave)",
            double="def double(n):\n"
            "    import signal\n"
            "    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
            "    return 9",
        )
    ),
    "a thread that changes things later": Case(
        wrong(
            "import threading, time, builtins, math\n"
            "def tamper():\n"
            "    end = time.time() + 20\n"
            "    while time.time() < end:\n"
            "        math.isclose = lambda *a: True\n"
            "        builtins.isinstance = lambda *a: True\n"
            "        globals()['number'] = Any()\n"
            "        globals()['double'] = lambda n: Any()\n"
            "        time.sleep(0.001)\n"
            "class Any:\n"
            "    def __eq__(self, other): return True\n"
            "threading.Thread(target=tamper, daemon=True).start()"
        ),
        limits={"cell_seconds": 4},
    ),
    "an exit handler that reports success": Case(
        wrong(
            "import atexit, os, sys\n"
            "@atexit.register\n"
            "def report():\n"
            "    print('passed', 4.0)\n"
            "    sys.displayhook(4.0)\n"
            "    os._exit(0)"
        )
    ),
    "hooks for errors that swallow them": Case(
        wrong(
            "import sys, threading, traceback\n"
            "sys.excepthook = threading.excepthook = sys.unraisablehook = lambda *a: None\n"
            "get_ipython().showtraceback = lambda *a, **k: None\n"
            "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: [])\n"
            "traceback.TracebackException = None"
        )
    ),
    "a loop of asyncio that returns at once": Case(
        wrong(
            "import asyncio\n"
            "loop = asyncio.get_event_loop()\n"
            "type(loop).run_until_complete = asyncio.BaseEventLoop.run_until_complete = lambda self, work: work.close()"
        )
    ),
    "ints changed in memory": Case(
        wrong("import ctypes, sys\nfor low in (2, 4):\n    ctypes.memmove(id(low) + 24, id(low // 2) + 24, 4)"),
        limits={"cell_seconds": 4},
    ),
    "comparisons changed in memory": Case(
        wrong(
            "import ctypes\n"
            "slot = ctypes.c_void_p.from_address(id(list) + 200)\n"
            "slot.value = ctypes.c_void_p.from_address(id(object) + 200).value"
        )
    ),
    "garbage collection that runs code": Case(
        wrong(
            "import gc\n"
            "class Any:\n"
            "    def __eq__(self, other): return True\n"
            "def replace(*a): globals().update(number=Any(), double=lambda n: Any())\n"
            "gc.callbacks.append(replace)\n"
            "gc.set_threshold(1)"
        )
    ),
    "a namespace that answers every question": Case(
        wrong(
            "class Any:\n"
            "    def __eq__(self, other): return True\n"
            "    def __call__(self, *a): return self\n"
            "class Lies(dict):\n"
            "    def __getitem__(self, name): return Any()\n"
            "    __missing__ = get = __getitem__\n"
            "get_ipython().user_ns = Lies(get_ipython().user_ns)"
        )
    ),
    "warnings and logging turned into success": Case(
        wrong(
            "import warnings, logging\n"
            "warnings.warn = warnings.showwarning = lambda *a, **k: None\n"
            "warnings.simplefilter('error')\n"
            "logging.disable()\n"
            "logging.raiseExceptions = False"
        )
    ),
    "a recursion limit under which no test can run": Case(
        wrong("", shout="def shout(text):\n    import sys\n    sys.setrecursionlimit(60)\n    return text")
    ),
}

_OWN_FRAMES = """
import gc, json, os, socket, struct
replies = [
    {'did': 'check', 'key': KEY, 'state': 'ran', 'value': {'kind': 'number', 'number': 4.0}, 'passed': True}
    for KEY in ('number', 'double', 'evens', 'totals', 'area', 'countdown', 'greet', 'shout')
] + [{'did': 'cell', 'trouble': None, 'outputs': []}, {'did': 'answer'}, {'did': 'view', 'own': False},
     {'did': 'inside', 'passed': True, 'value': {'kind': 'none'}, 'nonce': ''}, {'did': 'finish', 'state': 'ran'}]
def frames():
    for reply in replies:
        text = json.dumps(reply).encode()
        yield struct.pack('>II', len(text), 0) + text
"""
MESSAGES: Mapping[str, Case] = {
    "forged results on every open file descriptor": Case(
        wrong(
            f"{_OWN_FRAMES}\n"
            f"for descriptor in range(3, 64):\n"
            f"    for frame in frames():\n"
            f"        try:\n"
            "            os.set_blocking(descriptor, False)\n"
            "            os.write(descriptor, frame)\n"
            "        except OSError:\n"
            "            break"
        ),
        {**dict.fromkeys(FULL, 0.0)},
    ),
    "forged results while the function is called": Case(
        wrong(
            _OWN_FRAMES,
            double="def double(n):\n"
            "    for descriptor in range(3, 64):\n"
            "        for frame in frames():\n"
            "            try:\n"
            "                os.set_blocking(descriptor, False)\n"
            "                os.write(descriptor, frame)\n"
            "            except OSError:\n"
            "                break\n"
            "    return n",
        )
    ),
    "a patched json, struct and socket": Case(
        wrong(
            "import json, struct, socket\n"
            "real = json.dumps\n"
            "def lie(value, *a, **k):\n"
            "    if isinstance(value, dict):\n"
            "        value = {**value, 'passed': True, 'state': 'ran', 'trouble': None, 'value': {'kind': 'number', "
            "'number': 4.0}}\n"
            "    return real(value, *a, **k)\n"
            "json.dumps = lie\n"
            "json.JSONEncoder.encode = lambda self, value: lie(value)\n"
            "socket.socket.send = lambda self, data, *a: len(data)"
        ),
    ),
    "a patched session of the kernel": Case(
        wrong(
            "shell = get_ipython()\n"
            "kernel = getattr(shell, 'kernel', None)\n"
            "if kernel is not None:\n"
            "    session, send = kernel.session, kernel.session.send\n"
            "    def lie(stream, kind, content=None, *rest, **named):\n"
            "        if 'check' in str(kind):\n"
            "            content = {**(content or {}), 'passed': True, 'value': {'kind': 'none'}}\n"
            "        return send(stream, kind, content, *rest, **named)\n"
            "    session.send = lie"
        )
    ),
    "a harness whose every class and function is replaced": Case(
        wrong(
            "import sys\n"
            "def agree(*a, **k): return True\n"
            "for name, module in list(sys.modules.items()):\n"
            "    if name.startswith('kit_inside'):\n"
            "        for what, thing in list(vars(module).items()):\n"
            "            if isinstance(thing, type) and thing.__module__.startswith('kit_inside'):\n"
            "                for method in ('compare', 'restore', 'run', '_run_inside', 'check'):\n"
            "                    if hasattr(thing, method): setattr(thing, method, agree)\n"
            "            elif what in ('compile_check', 'value_of', 'trouble_of', 'execute', 'pack', 'take'):\n"
            "                setattr(module, what, agree)"
        ),
    ),
    "answers sent in place of the harness": Case(
        wrong(
            "import gc, sys\n"
            "for thing in gc.get_objects():\n"
            "    if type(thing).__module__.startswith('kit_inside') and "
            "hasattr(thing, 'send'):\n"
            "        for did in ('cell', 'cell', 'view', 'answer'):\n"
            "            try:\n"
            "                thing.send({'did': did, 'trouble': None, 'outputs': [], 'own': False})\n"
            "            except Exception:\n"
            "                pass"
        )
    ),
    "a second process that goes on as the learner's": Case(
        wrong("import os\nos.fork()", double="import os\nos.fork()\ndef double(n):\n    os.fork()\n    return n")
    ),
    "a success written to standard output in every way": Case(
        wrong(
            "import os, sys\n"
            "for text in ('passed', '4.0', '\\x00execute_result 4.0', '{\"passed\": true}'):\n"
            "    print(text)\n"
            "    os.write(1, text.encode())\n"
            "    os.write(2, text.encode())\n"
            "    sys.__stdout__.write(text)\n"
            "get_ipython().display_pub.publish({'text/plain': '4.0'})\n"
            "get_ipython().display_pub.publish(data={'application/x-kit': {'passed': True}}, metadata={'score': 4.0})"
        )
    ),
}
