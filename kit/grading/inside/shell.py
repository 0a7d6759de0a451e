"""The IPython shell in which a learner's cells run: no kernel, no wires; what it shows goes into `Shown`.

Cells run inside a running event loop, as in a Jupyter kernel: `asyncio.run` fails here as it does there, and top-level
``await`` works.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import os
import re
import signal
import sys
import traceback

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any, Type
from traitlets.config import Config

from .reporting import MESSAGE_LIMIT, message_of

_FRAMES = 30
_SPECIAL = re.compile(
    r"\A\s|^[^\S\n]+$|^\s*[%!?,;/]|=\s*[%!](?!=)|\?|>>>|^\s*In \[|^\s*\.\.\.",  # magics, help, prompts, blank lines
    re.MULTILINE,
)
"""What IPython may look at in a cell of several lines; anything else is Python, which it leaves alone."""


class Shown:
    """What one cell printed and displayed, as nbformat outputs; cut at *limit* characters."""

    def __init__(self, limit=200_000):
        self.limit = limit
        self.begin()

    def begin(self):
        """Forget what was there: another cell begins."""
        self.outputs = []
        self.used = 0
        self.clear_next = False

    def write(self, name, text):
        """Text on a stream; neighbouring pieces of one stream are joined."""
        room = self.limit - self.used
        self.used += len(text)
        if room <= 0:
            return
        self._clear()
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.get("name") == name:
            last["text"].append(text[:room])
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": [text[:room]]})

    def add(self, output, data, metadata, display=None):
        """A display or a result: its MIME bundle, with pictures as base64."""
        data = {str(mime): _portable(value) for mime, value in data.items()}
        self.used += sum(len(value) for value in data.values() if type(value) is str)
        if self.used > self.limit:
            return
        self._clear()
        self.outputs.append({**output, "data": data, "metadata": metadata or {}, "display": display})

    def update(self, data, metadata, display):
        """Replace what was displayed under the id *display* in this cell."""
        for output in self.outputs:
            if display is not None and output.get("display") == display:
                output["data"] = {str(mime): _portable(value) for mime, value in data.items()}
                output["metadata"] = metadata or {}

    def clear(self, wait):
        """`clear_output`: now, or as soon as something else comes."""
        self.clear_next = wait
        if not wait:
            self.outputs.clear()

    def _clear(self):
        if self.clear_next:
            self.clear_next = False
            self.outputs.clear()

    def take(self):
        """The outputs, as JSON values."""
        outputs, self.outputs = self.outputs, []
        for output in outputs:
            output.pop("display", None)
            if "text" in output:
                output["text"] = "".join(output["text"])
        return outputs


def _portable(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value if type(value) in (str, int, float, bool, dict, list, type(None)) else str(value)


class Stream(io.TextIOBase):
    """Standard output or error of the cells."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, shown, name, descriptor):
        super().__init__()
        self.name = f"<{name}>"
        self._kind = name
        self._shown = shown
        self._descriptor = descriptor
        self._pid = os.getpid()

    def write(self, text):
        """Take *text*; in a process the learner forked it goes to the file descriptor, which is caught too."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() != self._pid:
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        else:
            self._shown.write(self._kind, text)
        return len(text)

    def fileno(self):
        """The file descriptor of the same name."""
        return self._descriptor

    def writable(self):
        """True."""
        return True

    def isatty(self):
        """False."""
        return False


class _Publisher(DisplayPublisher):
    shown = Any()

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        display = (transient or {}).get("display_id")
        if update:
            self.shown.update(data, metadata, display)
        else:
            self.shown.add({"output_type": "display_data"}, data, metadata, display)

    def clear_output(self, wait=False):
        self.shown.clear(wait)


class _Hook(DisplayHook):
    shown = Any()

    def write_output_prompt(self):
        """There is no prompt to write."""

    def write_format_data(self, format_dict, md_dict=None):
        count = self.prompt_count
        self.shown.add({"output_type": "execute_result", "execution_count": count}, format_dict, md_dict)

    def finish_displayhook(self):
        self._is_active = False


class Shell(InteractiveShell):
    """An IPython shell for cells of notebooks; `run` runs one."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    shown = Any()
    error = Any()

    def __init__(self, **named):
        super().__init__(**named)
        self._own_transformers = self._transformers()

    def init_sys_modules(self):
        """The cells are the module ``__main__``, as in a kernel."""
        self._main_mod_cache = {}
        sys.modules["__main__"] = self.user_module

    def enable_gui(self, gui=None):
        """There are no windows here: ``%matplotlib`` draws inline."""

    def ask_exit(self):
        """Asked by ``exit()`` and ``quit()``; ignored, for the cells after it still count."""

    def showtraceback(self, *arguments, **named):
        """Keep the exception; it is shown as `run` reports it."""
        self.error = sys.exc_info()[1]

    showsyntaxerror = showindentationerror = showtraceback

    def transform_cell(self, raw_cell):
        """What IPython makes of a cell; it is asked only where it may change it, for that takes a third of the time."""
        if "\n" not in raw_cell.strip() or _SPECIAL.search(raw_cell) or self._transformers() != self._own_transformers:
            return super().transform_cell(raw_cell)
        return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"

    def _transformers(self):
        manager = self.input_transformer_manager
        of_lines = (manager.cleanup_transforms, manager.line_transforms, self.input_transformers_post)
        return [list(some) for some in (*of_lines, manager.token_transformers)]

    def _format_exception_for_storage(self, exception, *_, **__):
        """What IPython's history keeps of one: its own text of it takes longer than the cell, and nobody reads it."""
        return {"ename": type(exception).__name__, "evalue": "", "traceback": []}

    def run(self, source, loop):
        """Run a cell; the exception that ended it, or None."""
        self.error = None
        result = loop.run_until_complete(self._in_the_loop(source))
        return result.error_before_exec or result.error_in_exec or self.error

    async def _in_the_loop(self, source):
        try:
            transformed, broken = self.transform_cell(source), None
        except Exception:
            transformed, broken = source, sys.exc_info()
        running = self.run_cell_async(
            source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=broken
        )
        result = None
        try:
            if self.should_run_async(source, transformed_cell=transformed, preprocessing_exc_tuple=broken):
                cell = asyncio.ensure_future(running)
                with _cancelled_by_sigint(cell):
                    result = await cell
            else:
                result = _run_through(running)
            return result
        finally:
            self.events.trigger("post_execute")
            self.events.trigger("post_run_cell", result)


def _run_through(coroutine):
    """The result of a coroutine that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("a cell without await waits for something")


@contextlib.contextmanager
def _cancelled_by_sigint(task):
    """While a cell awaits, an interrupt cancels it; as an exception it would end the loop instead."""
    loop = asyncio.get_running_loop()
    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(task.cancel))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"  # by this name notebooks find out that they are in Jupyter


def make_shell():
    """The one shell of this process, made in the warm parent; `take_over` makes it a submission's."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoindent = False
    config.InteractiveShell.separate_in = ""
    shell = Shell.instance(config=config)
    shell.user_ns["__name__"] = "__main__"
    _warm_up(shell)
    return shell


def _warm_up(shell):
    """One cell, so that what IPython makes at the first one is there in every child."""
    streams = sys.stdout, sys.stderr
    take_over(shell, Shown())
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        asyncio.set_event_loop(loop)
        shell.run("x = 1\nx", loop)
        shell.run("1 / 0", loop)
        asyncio.set_event_loop(None)
    shell.reset(new_session=True)
    shell.execution_count = 1
    sys.stdout, sys.stderr = streams  # the warm parent's own words go to its log


def take_over(shell, shown):
    """Let everything *shell* shows from now on go to *shown*."""
    shell.shown = shell.display_pub.shown = shell.displayhook.shown = shown
    sys.stdout, sys.stderr = Stream(shown, "stdout", 1), Stream(shown, "stderr", 2)
    import builtins
    import getpass

    builtins.input = getpass.getpass = _nobody_there


def _nobody_there(prompt="", *_, **__):
    """What `input` and `getpass` are, as in a kernel whose notebook is run by a program."""
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def trouble(error, names):
    """An exception as JSON values; *names*: file name of a cell's code → the cell's key."""
    lines: list[list[object]] = []
    step = error.__traceback__
    while step is not None and len(lines) < 200:
        key = names.get(step.tb_frame.f_code.co_filename)
        if key is not None:
            lines.append([key, step.tb_lineno or 0])
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename in names and type(error.lineno) is int:
        lines.append([names[error.filename], error.lineno])
    return {
        "name": str(type(error).__name__)[:100],
        "message": message_of(error),
        "lines": lines,
        "traceback": _traceback(error, names),
    }


def _traceback(error, names):
    """Python's own traceback, from the first frame that is a cell's."""
    try:
        step = error.__traceback__
        while step is not None and step.tb_frame.f_code.co_filename not in names:
            step = step.tb_next
        shown = traceback.TracebackException(type(error), error, step, limit=_FRAMES, compact=True)
        for frame in shown.stack:
            frame.filename = f"cell {names[frame.filename]}" if frame.filename in names else frame.filename
        return [line[:MESSAGE_LIMIT] for line in "".join(shown.format()).splitlines()][:200]
    except BaseException:
        return []
