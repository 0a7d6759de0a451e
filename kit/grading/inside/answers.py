"""The learner's end: answers the judge's questions about their functions, values and objects.

Whatever a question makes the learner's code do, an exception, ``sys.exit()`` or a mess in ``sys.stdout`` is part of
the answer and no end. What it prints goes along with the answer, up to a limit.
"""

from __future__ import annotations

import builtins
import copy
import io
import sys
import types

from .derived import plain_copy
from .describing import openly
from .known import MODULES
from .links import Gone, Link
from .wire import Closed

OUTPUT = 200_000
"""Characters that go along with one answer."""
_MISSING = object()
_BUILTINS = {
    name: vars(builtins)[name] for name in ("getattr", "setattr", "delattr", "repr", "str", "format", "dir", "vars")
} | {"plain": plain_copy}
_getattr, _next, _type = getattr, next, type


def serve(wire, namespace, views, run):
    """Answer until *wire* is closed.

    namespace: in which the learner's functions look names up. views: what the names mean to each check, by its key.
    run: drives an awaitable to its end.
    """
    Answers(wire, namespace, views, run).serve()


class Answers:
    """The state of the answering end."""

    def __init__(self, wire, namespace, views, run):
        self.link = _AnsweringLink(wire, self)
        self.wire = self.link.wire
        self.namespace = namespace
        self.names = {key: view.names for key, view in views.items()}
        self.view = None
        self.run = run
        self.watched = {}
        """Name → what it meant when the judge was last told."""
        self.told = {}
        """The same of other checks, by their keys."""
        self.printed = Printed()

    def serve(self):
        """Until the judge closes its end."""
        link = self.link
        while True:
            try:
                message, reader = link._hear()
                link.answer(message, reader)
            except (Closed, Gone):
                return
            except BaseException:  # the learner's code broke what answers need
                self.wire.close()
                return

    def perform(self, link, message, reader):
        """Do what was asked, with the names of the check that asks."""
        self._take_over(message, reader)
        args = reader.values(message.get("a", []))
        names, values = message.get("k", ([], []))
        kwargs = dict(zip(names, reader.values(values), strict=True))
        with self.printed:
            for number in message.get("left", ()):
                self._close(reader.known(number))
            return _DO[message["do"]](self, message, reader, args, kwargs)

    def enter(self, key):
        """Make the names mean what they meant at the place of check *key*."""
        if key is None or key == self.view or key not in self.names:
            return
        if self.view is not None:
            self.names[self.view] = dict(self.namespace)
        self.told[self.view] = self.watched
        self.watched = self.told.pop(key, {})
        self.link.codec.table.turn_to(key, self.view)
        self.view = key
        self.namespace.clear()
        self.namespace.update(self.names[key])

    def _take_over(self, message, reader):
        """Names the test gave another value, and seeds it has set."""
        for module, args in message.get("seeds", ()):
            if module in sys.modules:
                _random_of(module).seed(*reader.values(args))
        for name, node in message.get("set", {}).items():
            self.namespace[name] = self.watched[name] = reader.value(node)
        for name in message.get("del", ()):
            self.namespace.pop(name, None)
            self.watched[name] = _MISSING

    def closing(self, result):
        """What goes along with every answer: output, and names that mean something else now."""
        said = self.printed.take()
        if said:
            result["out"] = said

    def names_now(self, writer):
        """Nodes of the watched names whose value is another than the judge knows; [] for one that is gone."""
        changed = {}
        for name, last in self.watched.items():
            value = self.namespace.get(name, _MISSING)
            if value is last and not (_type(value) is types.FunctionType and value.__dict__):
                continue
            self.watched[name] = value
            changed[name] = [] if value is _MISSING else [writer.node(value)]
        return changed

    # --- questions ----------------------------------------------------------------------------------------------------

    def tell_names(self, message, reader, args, kwargs):
        """What some names mean; the values go along as changed names."""
        self.watched = dict.fromkeys(message["names"], _NEVER)

    def call(self, message, reader, args, kwargs):
        """A call of a function or class."""
        result = reader.known(message["n"])(*args, **kwargs)
        return self.run(result) if message["wait"] else result

    def special(self, message, reader, args, kwargs):
        """A special method, found in the class."""
        return _getattr(_type(args[0]), message["name"])(*args)

    def attribute(self, message, reader, args, kwargs):
        """An attribute."""
        return _getattr(reader.known(message["n"]), message["name"])

    def builtin(self, message, reader, args, kwargs):
        """A builtin function."""
        result = _BUILTINS[message["name"]](*args)
        return dict(result) if message["name"] == "vars" else result

    def copy(self, message, reader, args, kwargs):
        """A copy of an object."""
        return (copy.copy if message["name"] == "copy" else copy.deepcopy)(args[0])

    def step(self, message, reader, args, kwargs):
        """One step of a generator, iterator or coroutine."""
        what, how = reader.known(message["n"]), message["name"]
        if how == "next":
            return _next(what)
        return self.run(what) if how == "await" else _getattr(what, how)(args[0])

    def _close(self, generator):
        close = _getattr(generator, "close", None)
        if close is not None:
            close()


_NEVER = object()
_DO = {
    "names": Answers.tell_names,
    "call": Answers.call,
    "special": Answers.special,
    "attribute": Answers.attribute,
    "builtin": Answers.builtin,
    "copy": Answers.copy,
    "step": Answers.step,
}


def _random_of(module):
    found = sys.modules[module]
    return found.random if module == "numpy" else found


class _AnsweringLink(Link):
    def __init__(self, wire, answers):
        super().__init__(wire, 1, openly, answers.perform, MODULES | {"sys", "os"})
        self.answers = answers

    def heard(self, message, reader):
        self.answers.enter(message.get("view"))  # what has changed since is of this view
        super().heard(message, reader)

    def closing(self, result, writer):
        self.answers.closing(result)
        now = self.answers.names_now(writer)
        if now:
            result["now"] = now

    def _say(self, message, args, kwargs):
        self.answers.closing(message)
        super()._say(message, args, kwargs)


class Printed:
    """Takes what the learner's code prints while a question is answered."""

    def __init__(self):
        self.said = []
        self.left = OUTPUT
        self.depth = 0

    def __enter__(self):
        if self.depth == 0:
            self.before = sys.stdout, sys.stderr
            self.left = OUTPUT
            sys.stdout, sys.stderr = _Stream(self, "o"), _Stream(self, "e")
        self.depth += 1

    def __exit__(self, *error):
        self.depth -= 1
        if self.depth == 0:
            sys.stdout, sys.stderr = self.before

    def take(self):
        """[[stream, text]…] since the last time."""
        said, self.said = self.said, []
        return said

    def add(self, name, text):
        """Keep *text*, as far as there is room."""
        text = text[: self.left]
        self.left -= len(text)
        if text and self.said and self.said[-1][0] == name:
            self.said[-1][1] += text
        elif text:
            self.said.append([name, text])


class _Stream(io.TextIOBase):
    encoding = "utf-8"

    def __init__(self, printed, name):
        self._printed, self._name = printed, name

    def writable(self):
        return True

    def write(self, text):
        if type(text) is not str:
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._printed.add(self._name, text)
        return len(text)
