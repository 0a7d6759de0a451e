"""The Python kernel in which a submission runs: ipykernel, and two more requests than a usual kernel answers.

    kit_prepare_request   once, before any learner code: what checks may rely on (see `Ground`)
    kit_check_request     one test cell: run hardened, with a reply that says how it ended

The reply to a check repeats the number it was asked with. Nothing a cell prints or displays is read as a result.
Started through ``__main__.py`` by the learner's interpreter; `kit` need not be installed there.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys

from ipykernel.iostream import OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.inputtransformer2 import TransformerManager

from .compiling import BUILTINS, compile_check
from .guard import Guard, Plumbing
from .hardening import Hardening

MESSAGE_LIMIT = 4_000


class BoundedStream(OutStream):
    """Standard output that stops passing text on when a cell has printed far more than anybody keeps."""

    limit = 1_000_000
    used = 0

    def write(self, string):
        """Write *string* unless this cell is over its limit; says nothing about it, the grader does."""
        if type(string) is str:
            room = max(0, BoundedStream.limit - BoundedStream.used)
            BoundedStream.used += len(string)
            if len(string) > room:
                super().write(string[:room])
                return len(string)
        return super().write(string)


class SubmissionShell(ZMQInteractiveShell):
    """A shell in which ``exit()`` ends nothing: the cells after it still count."""

    def ask_exit(self):
        """Asked by ``exit()`` and ``quit()``; ignored."""


class SubmissionKernel(IPythonKernel):
    """ipykernel with the two requests of the grader."""

    shell_class = SubmissionShell

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._clean_up = _nothing  # until the snapshot is taken
        self.shell_handlers["kit_prepare_request"] = self.kit_prepare_request
        self.shell_handlers["kit_check_request"] = self.kit_check_request

    def pre_handler_hook(self):
        """Every cell may print its own share."""
        BoundedStream.used = 0
        super().pre_handler_hook()

    async def do_execute(self, *arguments, **named):
        """Run a cell of the learner's; whatever it did to the kernel's own methods ends with it."""
        try:
            return await super().do_execute(*arguments, **named)
        finally:
            self._clean_up()

    async def kit_prepare_request(self, stream, ident, parent):
        """Take the snapshot that checks start from; content: modules, imports, own_names, own_classes, output_bytes."""
        content = parent["content"]
        BoundedStream.limit = max(4 * content["output_bytes"], 100_000)
        guard = Guard(content["modules"])
        hardening = Hardening(content["own_classes"], content["modules"])
        names = {name: value for name, value in BUILTINS.items() if name not in content["own_names"]}
        for name, origin in content["imports"].items():
            module, _, member = origin.partition(":")
            found = guard.modules.get(module) or sys.modules.get(module)  # `import a.b` makes the name a
            if found is not None and (not member or hasattr(found, member)):
                names[name] = getattr(found, member) if member else found
        _make_folder_importable()
        # Bound methods: replacing them in their classes later changes nothing here.
        self._kit = (guard.restore, hardening, names)
        self._clean_up = Plumbing(self, self.session).restore
        assert self.session is not None
        self.session.send(stream, "kit_prepare_reply", {"status": "ok"}, parent, ident=ident)

    async def kit_check_request(self, stream, ident, parent):
        """Run one check; content: source, key, forget, nonce."""
        # The kernel keeps its last messages: the text of a check must not be found in them by a later cell.
        content = dict(parent["content"])
        parent["content"].clear()
        shell, nonce = self.shell, content["nonce"]
        assert shell is not None
        before = {name: shell.user_ns.get(name, _NOTHING) for name in content["forget"]}
        report = await _run_check(shell, *self._kit, content["source"], f"<check {content['key']}>")
        _put_names_back(shell.user_ns, before)
        self._clean_up()
        for name in ("stdout", "stderr"):
            try:
                getattr(sys, name).flush()
            except Exception:
                break
        assert self.session is not None
        self.session.send(stream, "kit_check_reply", {"nonce": nonce, **report}, parent, ident=ident)


def _make_folder_importable():
    """Let learners import modules beside the notebook: after the standard library, as IPython does."""
    places = [n for n, entry in enumerate(sys.path) if entry.rstrip("/").endswith(("site-packages", "dist-packages"))]
    if "" not in sys.path:
        sys.path.insert(places[0] if places else len(sys.path), "")


_NOTHING = object()


def _nothing():
    """Nothing to put back yet."""


def _put_names_back(namespace, before):
    for name, value in before.items():
        if value is _NOTHING:
            namespace.pop(name, None)
        else:
            namespace[name] = value


async def _run_check(shell, restore, hardening, names, source, filename):
    namespace = shell.user_ns
    restore()
    namespace["__builtins__"] = builtins
    try:
        body, last = compile_check(_transform(source), filename, names, hardening, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = await _execute(body, namespace)
        if last is not None:
            value = await _execute(last, namespace)
            if source.rstrip().endswith(";"):
                value = None
    except BaseException as error:
        trouble = _trouble(error, filename)
        _let_go(error)
        return {"passed": False, "trouble": trouble}
    return {"passed": True, "value": _value(value)}


def _transform(source):
    # A fresh transformer: the shell's own may have been given functions by the learner.
    return TransformerManager().transform_cell(source)


async def _execute(code, namespace):
    result = eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        result = await result
    return result


def _trouble(error, filename):
    lines: list[int] = []
    step = error.__traceback__
    while step is not None and len(lines) < 200:
        if step.tb_frame.f_code.co_filename == filename:
            lines.append(step.tb_lineno or 0)
        step = step.tb_next
    if isinstance(error, SyntaxError) and not lines and error.filename == filename:
        lines.append(error.lineno or 0)
    try:
        message = str(error)
    except BaseException:
        message = ""
    message = str.__str__(message) if isinstance(message, str) else ""
    return {"name": str(type(error).__name__)[:100], "message": message[:MESSAGE_LIMIT], "lines": lines}


def _let_go(error):
    """Cut an exception, which learner code may have kept, from the frames of the check it went through."""
    waiting, seen = [error], set()
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        waiting += [error.__cause__, error.__context__]
        error.__traceback__ = None


def _value(value):
    kind = type(value)
    if value is None:
        return {"kind": "none"}
    if kind is bool:
        return {"kind": "bool", "number": float(value)}
    if kind in (int, float):
        return _number(value)
    if kind.__module__ == "numpy" and hasattr(value, "item") and getattr(value, "shape", None) == ():
        plain = value.item()
        if type(plain) in (int, float, bool):
            return _value(plain)
    return {"kind": "other"}


def _number(value):
    try:
        number = float(value)
    except OverflowError:
        return {"kind": "other"}
    if number != number or number in (float("inf"), float("-inf")):
        return {"kind": "other"}
    return {"kind": "number", "number": number}


def start():
    """Start the kernel; its command line is ipykernel's own (``-f connection.json``)."""
    IPKernelApp.launch_instance(kernel_class=SubmissionKernel, outstream_class=f"{__name__}.BoundedStream")
