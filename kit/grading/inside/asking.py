"""The judge's end of a connection: names the running check was given, and what the learner's code may ask back."""

from __future__ import annotations

import functools
import re
import sys
from typing import Any

from .links import ENDS, Link, OverTime
from .sparing import Sparing
from .wire import Garbled

_MISSING = object()


@functools.lru_cache(maxsize=64)
def _words(source):
    return frozenset(re.findall(r"\w+", source))


class JudgingLink(Link):
    """The judge's end: keeps the names of the running check as the learner's process has them."""

    def __init__(self, wire, bench):
        self.sparing = Sparing()
        self.bench = bench
        self.check: Any = None
        self.key: str | None = None
        """Of the check whose names the learner's process has put in place."""
        super().__init__(wire, 2, self.sparing, self.serve_callback, bench.modules, self._is_own)
        self.fetched = set()
        """Checks whose names have been fetched."""

    def _is_own(self, description):
        return description["name"] in self.bench.own_classes

    def fetch(self, key, reads):
        """Get the values of the learner's names that check *key* uses; they are kept while others are asked about."""
        self.codec.table.turn_to(key, self.key)
        self.key = key
        if reads and key not in self.fetched:
            self.fetched.add(key)
            self.ask({"do": "names", "names": list(reads)})

    def ask(self, message, args=(), kwargs=None):
        """As `Link.ask`, for the running check."""
        try:
            return super().ask(message, args, kwargs)
        except OverTime as error:  # an alarm in the middle of a message: what comes next would be its rest
            self.lost = self.lost or error
            raise

    def _first_of_all(self, message, writer):
        super()._first_of_all(message, writer)
        if "do" not in message:
            return
        message["view"] = self.key
        seeds = self.bench.seeds.take()
        if seeds:
            message["seeds"] = [[module, writer.nodes(args)] for module, args in seeds]
        if self.check is not None and self.check.shares:
            self._share(message, writer)

    def _share(self, message, writer):
        """Names the test gave another value, which functions of the learner's look up."""
        check, space = self.check, self.bench.space
        changed, gone = {}, []
        for name in check.shares:
            value = space.get(name, _MISSING)
            if value is check.told.get(name, check.given.get(name, _MISSING)):
                continue
            check.told[name] = value
            if value is _MISSING:
                gone.append(name)
            else:
                changed[name] = writer.node(value)
        if changed:
            message["set"] = changed
        if gone:
            message["del"] = gone

    def heard(self, message, reader):
        """Take in changed values, changed names and output."""
        super().heard(message, reader)
        if "now" in message and self.check is not None:
            self._rename(message["now"], reader)
        for name, text in message.get("out", ()):
            if type(text) is not str:
                raise Garbled("no text")
            (sys.stderr if name == "e" else sys.stdout).write(text)

    def _rename(self, now, reader):
        check, space = self.check, self.bench.space
        allowed = set(check.reads) | check.shares
        for name, nodes in now.items():
            if name not in allowed:
                raise Garbled(f"a name nobody asked for: {name!r:.60}")
            # A name the test has bound itself keeps its value, unless the learner's process was told of it.
            last = check.told.get(name, check.given.get(name, _MISSING))
            before = space.get(name, _MISSING)
            value = reader.value(nodes[0]) if nodes else _MISSING
            if before is not last and name in check.given:
                continue
            check.given[name] = value
            check.told.pop(name, None)
            if value is _MISSING:
                space.pop(name, None)
            else:
                space[name] = value

    def mentions(self, cls):
        """Whether the running check names *cls*, or a class it derives from, in its source.

        Names the author chose count, not those a learner did: theirs could be the name of any function of the check.
        """
        words = _words(self.check.source) if self.check is not None else frozenset()
        names = {type.__getattribute__(base, "__name__") for base in cls.__mro__}
        return not words.isdisjoint(names & (self.bench.own_classes | {end.__name__ for end in ENDS}))

    def raised(self, error):
        """Remember exceptions that the learner's code raised."""
        if self.check is not None:
            self.check.theirs = [*self.check.theirs[-20:], error]

    # --- callbacks ----------------------------------------------------------------------------------------------------

    def serve_callback(self, link, message, reader):
        """Do what the learner's code asks of something the test handed to it."""
        do = message["do"]
        args = reader.values(message.get("a", []))
        names, values = message.get("k", ([], []))
        if any(type(name) is not str for name in names):
            raise Garbled("no names")
        kwargs = dict(zip(names, reader.values(values), strict=True))
        return _SERVED[do](self, message, reader, args, kwargs)

    def _called(self, message, reader, args, kwargs):
        self._right(message, "call")
        result = reader.known(message["n"])(*args, **kwargs)
        return self.bench.run(result) if message["wait"] is True else result

    def _stepped(self, message, reader, args, kwargs):
        self._right(message, "step")
        if message["name"] not in ("next", "send"):
            raise AttributeError(message["name"])
        return next(reader.known(message["n"]))

    def _got(self, message, reader, args, kwargs):
        return self.sparing.may_get(reader.known(message["n"]), message["n"], message["name"])

    def _special(self, message, reader, args, kwargs):
        return self.sparing.special(reader.table.number(args[0]), message["name"], args)

    def _builtin(self, message, reader, args, kwargs):
        return self.sparing.builtin(reader.table.number(args[0]), message["name"], args)

    def _right(self, message, right):
        if self.sparing.rights.get(message["n"]) != right:
            raise TypeError("this cannot be called")


_SERVED = {
    "call": JudgingLink._called,
    "step": JudgingLink._stepped,
    "attribute": JudgingLink._got,
    "special": JudgingLink._special,
    "builtin": JudgingLink._builtin,
}
