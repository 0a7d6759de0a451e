"""Where the judge runs checks: their names, their connection to the learner's process, their output.

All checks of a submission share one namespace object, so that a function made by one finds its names when another
calls it. What it holds is set up for each: names of earlier checks, of the author's imports, of the learner's notebook.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import io
import linecache
import random
import sys
import types
import warnings

from .guard import Guard
from .known import MODULES
from .links import Link, OverTime
from .reporting import execute, transform
from .sparing import Sparing
from .wire import Closed, Garbled

_MISSING = object()
_PATCHING = ("setattr", "delattr", "patch", "builtins", "__dict__", "vars(", "settrace", "setprofile", "exec", "eval")


class Bench:
    """What all checks of a submission have in common."""

    def __init__(self, ground, wire, run):
        self.ground = ground
        self.run = run
        for name in ground["modules"]:
            with contextlib.suppress(Exception):  # the check that needs it will say so
                importlib.import_module(name)
        self.modules = MODULES | {name.split(".")[0] for name in ground["modules"]}
        self.own_classes = frozenset(ground["own_classes"])
        self.space = {}
        """The namespace."""
        self.store = {}
        """Names that checks made, with their values."""
        self.base = {"__name__": "__main__", "__builtins__": builtins, "display": _display, **_imports(ground["imports"])}
        self.output_bytes = ground["output_bytes"]
        self.seeds = Seeds()
        self.shared = self.connect(wire) if wire is not None else None
        self.random_states = _random_states()

    def connect(self, wire):
        """The judge's end of a connection to the learner's process."""
        return JudgingLink(wire, self)

    def check(self, message, own):
        """A check to be run; own: the wire to a process that answers for this check only."""
        return Check(self, message, self.connect(own) if own is not None else self.shared)

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

    def __init__(self, bench, message, link):
        self.bench = bench
        self.link = link
        self.key = message["key"]
        self.filename = f"<check {self.key}>"
        self.source = message["source"]
        self.hidden_from = message["hidden_from"]
        self.reads = message["reads"]
        self.shares = frozenset(message["shares"])
        self.own = message["own"]
        self.given = {}
        """Names of the learner's → the value the namespace was given."""
        self.told = {}
        """Shared names → the value the learner's process was told."""
        self.theirs = []
        """Exceptions that the learner's code raised, the last ones."""
        self.remains = False
        self.out = Output(bench.output_bytes)
        self._tree = None
        self._content = None
        self._state = None
        self._start = {}

    def begin(self):
        """Run the visible part; the value of the last expression if that is all."""
        self._tree = _parse(self.source, self.filename)
        first, later = [], []
        for statement in self._tree:
            hidden = self.hidden_from is not None and (later or _line(statement) >= self.hidden_from)
            (later if hidden else first).append(statement)
        self._tree, self.remains = later, bool(later)
        if not first and self.remains:
            return None
        with self._seated():
            value = self._run(first, last=not later)
            self._content = dict(self.bench.space)
        return value

    def finish(self):
        """Run the hidden part."""
        with self._seated():
            return self._run(self._tree, last=True)

    def close(self):
        """The check is over; a process of its own is let go."""
        if self.own:
            self.link.wire.close()

    def printed(self):
        """What it printed, up to the limit."""
        return self.out.text()

    @contextlib.contextmanager
    def _seated(self):
        """The namespace, output, random numbers and warnings as this check finds them."""
        bench, space = self.bench, self.bench.space
        self.link.check = self
        guard = Guard(bench.ground["modules"]) if self._may_patch() else None
        if self._state is None:
            _set_random(bench.random_states)
        else:
            _set_random(self._state)
        space.clear()
        if self._content is None:
            space.update(bench.base)
            space.update(bench.store)
        else:
            space.update({**bench.store, **self._content})
        with warnings.catch_warnings(), self.out:
            try:
                if self._content is None:
                    self.link.fetch(self.key, self.reads)
                self._start = dict(space)
                yield
            finally:
                self._state = _random_states()
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

    def _may_patch(self):
        if any(word in self.source for word in _PATCHING):
            return True
        nodes = (node for statement in self._tree for node in ast.walk(statement))
        return any(isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load) for node in nodes)

    def _run(self, statements, last):
        statements = list(statements)
        end = statements.pop() if last and statements and isinstance(statements[-1], ast.Expr) else None
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(ast.Module(statements, []), self.filename, "exec", flags, True)
        execute(code, self.bench.space, self.bench.run)
        if end is None:
            return None
        value = execute(
            compile(ast.Expression(end.value), self.filename, "eval", flags, True), self.bench.space, self.bench.run
        )
        return None if self.source.rstrip().endswith(";") else value


def _line(statement):
    decorators = [node.lineno for node in getattr(statement, "decorator_list", ())]
    return min([statement.lineno, *decorators])


def _parse(source, filename):
    """The statements of a cell. What is no plain Python may be IPython's."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    try:
        return ast.parse(source, filename).body
    except SyntaxError:
        return ast.parse(transform(source), filename).body


# --- the connection ---------------------------------------------------------------------------------------------------


class JudgingLink(Link):
    """The judge's end: keeps the names of the running check as the learner's process has them."""

    def __init__(self, wire, bench):
        self.sparing = Sparing()
        self.bench = bench
        self.check = None
        super().__init__(wire, 2, self.sparing, self.serve_callback, bench.modules, self._is_own)
        wire.elements = 3_000_000

    def _is_own(self, description):
        return description["name"] in self.bench.own_classes

    def fetch(self, key, reads):
        """Get the values of the learner's names that check *key* uses."""
        self.key = key
        self.codec.table.watched.clear()
        if reads:
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
                raise Garbled("a name nobody asked for")
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


assert isinstance(sys, types.ModuleType)
assert issubclass(Closed, Exception)
