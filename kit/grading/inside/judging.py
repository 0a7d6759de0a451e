"""Where the judge runs checks: their names, their connection to the learner's process, their output.

All checks of a submission share one namespace object, so that a function made by one finds its names when another
calls it. What it holds is set up for each: names of earlier checks, of the author's imports, of the learner's notebook.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib
import io
import linecache
import random
import sys
import warnings
from typing import Any

from . import comparing, ready
from .asking import JudgingLink
from .guard import Guard
from .known import MODULES
from .reporting import execute

_MISSING = object()


class Bench:
    """What all checks of a submission have in common."""

    def __init__(self, ground, wire, run):
        self.ground = ground
        self.run = run
        comparing.wrap()
        for name in ground["modules"]:
            with contextlib.suppress(Exception):  # the check that needs it will say so
                importlib.import_module(name)
        comparing.follow(ground["modules"])
        self.modules = MODULES | {name.split(".")[0] for name in ground["modules"]}
        self.own_classes = frozenset(ground["own_classes"])
        self.space = {}
        """The namespace."""
        self.store = {}
        """Names that checks made, with their values."""
        self.base = {
            "__name__": "__main__",
            "__builtins__": builtins,
            "display": _display,
            **_imports(ground["imports"]),
        }
        self.output_bytes = ground["output_bytes"]
        self.seeds = Seeds()
        self.owned: dict[str, JudgingLink] = {}
        """Check → the connection to the fork that was made for it."""
        self.links: list[JudgingLink] = []
        """All stay open: a later check may use an object that an earlier one made."""
        self.shared = self.connect(wire) if wire is not None else None
        self.random_states: Any = None
        """From which every check draws."""
        self.draws = False
        """Whether a check so far draws random numbers."""
        self._guard: Any = None

    def connect(self, wire):
        """The judge's end of a connection to the learner's process."""
        link = JudgingLink(wire, self)
        self.links.append(link)
        return link

    def allow(self, until):
        """Nothing is waited for beyond the monotonic time *until*."""
        for link in self.links:
            link.until = until

    def guard(self):
        """Puts back what a test patched; made when the first such test comes: it takes a hundredth of a second."""
        if self._guard is None:
            self._guard = Guard(self.ground["modules"])
        return self._guard

    def check(self, message, own, packed):
        """A check to be run; own: the wire to a process that answers for this check, and for those that join it.

        packed: its code, where the grader could make it (see `ready`).
        """
        if own is not None:
            link = self.owned[message["key"]] = self.connect(own)
        else:
            link = self.owned.get(message["joined"], self.shared)
        return Check(self, message, link, packed)

    def is_lost(self):
        """Whether the process that checks share can be asked no more."""
        return self.shared is not None and self.shared.lost is not None


def _imports(imports):
    found = {}
    for name, origin in imports.items():
        module, _, member = origin.partition(":")
        with contextlib.suppress(Exception):
            value = importlib.import_module(module)
            found[name] = getattr(value, member) if member else value
    return found


def _display(*values, **options):
    """Shows nothing: what a test displays is seen by nobody."""


# --- a check ----------------------------------------------------------------------------------------------------------


class Check:
    """One check, from its first statement to its last."""

    def __init__(self, bench, message, link, packed):
        self.bench = bench
        self.link = link
        self.key = message["key"]
        self.filename = f"<check {self.key}>"
        self.source = message["source"]
        self.prelude = message["prelude"]
        self.hidden_from = message["hidden_from"]
        self.reads = message["reads"]
        self.shares = frozenset(message["shares"])
        self.given = {}
        """Names of the learner's → the value the namespace was given."""
        self.told = {}
        """Shared names → the value the learner's process was told."""
        self.theirs = []
        """Exceptions that the learner's code raised, the last ones."""
        self.remains = False
        self.out = Output(bench.output_bytes)
        self._packed = packed
        self._later: Any = None
        self._patches = False
        self._content: Any = None
        self._state: Any = None
        self._start = {}

    def begin(self):
        """Run the visible part; the value of the last expression if that is all."""
        linecache.cache[self.filename] = (len(self.source), None, self.source.splitlines(True), self.filename)
        if self._packed is not None:
            first, self._later, self._patches = ready.unpacked(self._packed)
        else:
            first, self._later, self._patches = ready.of_ipython(
                self.source, self.filename, self.hidden_from, self.reads
            )
        self.remains = self._later is not None
        if first is None:
            return None
        with self._seated():
            value = self._run(first)
            self._content = dict(self.bench.space)
        return value

    def finish(self):
        """Run the hidden part."""
        with self._seated():
            return self._run(self._later)

    def printed(self):
        """What it printed, up to the limit."""
        return self.out.text()

    @contextlib.contextmanager
    def _seated(self):
        """The namespace, output, random numbers and warnings as this check finds them."""
        bench, space = self.bench, self.bench.space
        self.link.check = self
        guard = bench.guard() if self._patches else None
        bench.draws = bench.draws or "random" in self.source
        if bench.draws:
            bench.random_states = bench.random_states or _random_states()
            _set_random(bench.random_states if self._state is None else self._state)
        space.clear()
        if self._content is None:
            space.update(bench.base)
            space.update(bench.store)
        else:
            space.update({**bench.store, **self._content})
        with warnings.catch_warnings(), self.out:
            try:
                if self._content is None or self.link.key != self.key:  # another check had the link in between
                    self.link.fetch(self.key, self.reads)
                if self._content is None and self.prelude:
                    exec(compile(self.prelude, "<given>", "exec", dont_inherit=True), space)
                self._start = dict(space)
                yield
            finally:
                self._state = _random_states() if bench.draws else None
                self._keep_names()
                if guard is not None:
                    guard.restore()
                self.link.check = None

    def _keep_names(self):
        """Names this check made or removed, for those after it."""
        store, space = self.bench.store, self.bench.space
        for name, value in space.items():
            if value is not self._start.get(name, _MISSING) and value is not self.given.get(name, _MISSING):
                store[name] = value
        for name in self._start:
            if name not in space:
                store.pop(name, None)

    def _run(self, part):
        code, end = part
        if code is not None:
            execute(code, self.bench.space, self.bench.run)
        return None if end is None else execute(end, self.bench.space, self.bench.run)


# --- output and random numbers ----------------------------------------------------------------------------------------


class Output:
    """Standard output and standard error of a check, bounded."""

    def __init__(self, limit):
        self.limit = limit
        self.parts = io.StringIO()

    def __enter__(self):
        self.before = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = _Bounded(self.parts, self.limit)

    def __exit__(self, *error):
        sys.stdout, sys.stderr = self.before

    def text(self):
        """What was printed since the last time."""
        said = self.parts.getvalue()
        self.parts.seek(0)
        self.parts.truncate()
        return said


class _Bounded(io.StringIO):
    def __init__(self, parts, limit):
        super().__init__()
        self._parts, self._limit = parts, limit

    def write(self, text):
        room = self._limit - self._parts.tell()
        if room > 0:
            self._parts.write(text[:room])
        return len(text)


class Seeds:
    """Notes what a test seeds, so that the learner's process is seeded likewise before it is asked again."""

    def __init__(self):
        self.noted = []
        self._follow("random", random)
        if "numpy" in sys.modules:
            self._follow("numpy", sys.modules["numpy"].random)

    def take(self):
        """[(module, arguments)…] since the last time."""
        noted, self.noted = self.noted, []
        return noted

    def _follow(self, name, module):
        original = module.seed

        def seed(*args, **kwargs):
            original(*args, **kwargs)
            self.noted.append((name, [*args, *kwargs.values()]))

        module.seed = seed


def _random_states():
    numpy = sys.modules.get("numpy")
    return random.getstate(), numpy.random.get_state() if numpy is not None else None


def _set_random(states):
    random.setstate(states[0])
    if states[1] is not None:
        sys.modules["numpy"].random.set_state(states[1])
