"""Stand-ins for functions, iterators and exceptions of the other side; classes and instances are in `mirror_classes`.

A stand-in is a real function, a real generator, a real exception: `inspect`, ``callable`` and ``except`` see no
difference. Only what it does happens on the other side.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import types
from typing import Any

from . import known
from .describing import PARAMETERS
from .mirror_building import Classes
from .mirror_classes import put_away
from .rebuilt import Rebuilt
from .wire import Garbled

_PARAMETER_KINDS = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
    inspect.Parameter.KEYWORD_ONLY,
    inspect.Parameter.VAR_KEYWORD,
)
assert len(PARAMETERS) == len(_PARAMETER_KINDS)


class Builder:
    """Builds the stand-in a node asks for.

    link: asks the other side. modules: names of modules that may be meant by name.
    answers_for_itself: a class description → whether its instances may answer yes-or-no questions.
    """

    def __init__(self, link, modules, answers_for_itself):
        self.link = link
        self.modules = modules
        self.classes = Classes(link, self, answers_for_itself)
        rebuilt = Rebuilt(link, self, self.classes)
        self.makers: dict[str, Any] = {
            "G": self.named,
            "M": self.module,
            "f": self.function,
            "m": self.method,
            "g": self.generator,
            "i": self.iterator,
            "w": self.awaitable,
            "k": self.classes.plain,
            "o": self.classes.instance,
            "T": rebuilt.namedtuple,
            "tt": rebuilt.tuple_of,
            "E": rebuilt.enumeration,
            "em": rebuilt.member,
            "e": self.exception,
        }

    def __call__(self, node, reader):
        """What *node* stands for; Garbled or an error of a broken node."""
        tag, *rest = node
        return self.makers[tag](reader, *rest)

    def claim(self, reader, number):
        """Check that *number* is the other side's to give; the value that has it already, or None."""
        if type(number) is not int or reader.table.mine(number):
            raise Garbled("not a number to give")
        entry = reader.table.entries.get(number)
        return None if entry is None else entry.value

    # --- by name ------------------------------------------------------------------------------------------------------

    def named(self, reader, name):
        """A function or class that both sides have."""
        return known.resolve(name)

    def module(self, reader, number, name):
        """A module both sides have, or an object with the attributes of theirs."""
        if type(name) is str and name.split(".")[0] in self.modules and name in sys.modules:
            return sys.modules[name]
        found = self.claim(reader, number)
        return self.classes.opaque(reader, number, "module") if found is None else found

    # --- functions ----------------------------------------------------------------------------------------------------

    def function(self, reader, number, description):
        """A function of the other side; what it looks like is brought up to date."""
        made = self.claim(reader, number)
        if made is None:
            made = _FUNCTIONS[description["flags"]](self.link, number)
            reader.table.add(made, number)
        elif type(made) is not types.FunctionType:
            raise Garbled("no function has this number")
        _dress(made, description, reader)
        return made

    def method(self, reader, function, owner):
        """A method bound to its object."""
        return types.MethodType(reader.value(function), reader.value(owner))

    # --- what gives values one by one ---------------------------------------------------------------------------------

    def generator(self, reader, number, name):
        """A generator that runs on the other side, one step for each value asked."""
        made = self.claim(reader, number)
        if made is None:
            made = _steps(self.link, number)
            made.__name__ = name
            reader.table.add(made, number)
        return made

    def iterator(self, reader, number, name):
        """Any other iterator; a `map` is a map, so that a test may look at its class."""
        made = self.claim(reader, number)
        if made is None:
            steps = _steps(self.link, number)
            if name == "map":
                made = map(_same, steps)
            elif name == "filter":
                made = filter(_always, steps)
            else:
                made = _iterator_class(name)(steps)
            reader.table.add(made, number)
        return made

    def awaitable(self, reader, number, name):
        """A coroutine that runs on the other side once it is awaited."""
        made = self.claim(reader, number)
        if made is None:
            coroutine: Any = _coroutine(self.link, number)
            coroutine.__name__ = name
            reader.table.add(coroutine, number)
            return coroutine
        return made

    # --- exceptions ---------------------------------------------------------------------------------------------------

    def exception(self, reader, number, kind, arguments, text, attributes, cause):
        """An exception with the arguments and attributes of theirs; one of theirs says the text it said there."""
        cls = reader.value(kind)
        made = self.claim(reader, number)
        if not (isinstance(cls, type) and issubclass(cls, BaseException)) or type(text) is not str:
            raise Garbled("no exception")
        if made is None:
            made = _raisable(cls, reader.values(arguments))
            reader.table.add(made, number)
        names = reader.values(attributes)
        own = object.__getattribute__(made, "__dict__") if not self.classes.is_mirror(cls) else None
        for name, value in zip(names[::2], names[1::2], strict=True):
            if own is not None and type(name) is str:
                own[name] = value
        if own is None:
            put_away(made, self.link, number, text)
        if cause is not None:
            made.__cause__ = reader.value(cause)
        return made


_set_args = BaseException.__dict__["args"].__set__


def _raisable(cls, arguments):
    if cls.__flags__ & (1 << 9) == 0:  # a builtin one: its own constructor sets what follows from the arguments
        try:
            made = cls(*arguments)
            if type(made) is cls:
                return made
        except TypeError:
            pass
    made = cls.__new__(cls, *arguments)
    _set_args(made, tuple(arguments))  # a mirror sends what is set by name to the other side
    return made


# --- functions --------------------------------------------------------------------------------------------------------


def _plain_function(link, number):
    def stand_in(*args, **kwargs):
        return link.call(number, args, kwargs)

    return stand_in


def _async_function(link, number):
    async def stand_in(*args, **kwargs):
        return link.call(number, args, kwargs, wait=True)

    return stand_in


def _generator_function(link, number):
    made = _plain_function(link, number)
    # It returns a generator, made there, at once; only the flag says that it is written with ``yield``.
    code = made.__code__
    return types.FunctionType(
        code.replace(co_flags=code.co_flags | inspect.CO_GENERATOR), {}, "stand_in", None, made.__closure__
    )


_FUNCTIONS = {
    "": _plain_function,
    "async": _async_function,
    "generator": _generator_function,
    "asyncgen": _plain_function,
}


def _dress(function, description, reader):
    function.__name__ = _text(description["name"])
    function.__qualname__ = _text(description["qualname"])
    function.__module__ = _text(description["module"])
    doc = description["doc"]
    function.__doc__ = None if doc is None else _text(doc)
    for slot, where, kind in _SLOTS:
        value = reader.value(description.get(where))
        if value is not None and type(value) is not kind:
            raise Garbled(f"no {where}")
        if value is not None:
            setattr(function, slot, value)
    function.__dict__.clear()
    attributes = reader.value(description.get("attributes"))
    if attributes is not None:
        if type(attributes) is not dict or not all(type(name) is str and name[:2] != "__" for name in attributes):
            raise Garbled("no attributes")
        function.__dict__.update(attributes)
    parameters = description["parameters"]
    if parameters is not None:
        function.__signature__ = signature(parameters, reader)


_SLOTS = (
    ("__defaults__", "defaults", tuple),
    ("__kwdefaults__", "kwdefaults", dict),
    ("__annotations__", "annotations", dict),
)


def signature(described, reader):
    """The `inspect.Signature` that was described."""
    empty = inspect.Parameter.empty
    made = []
    for name, kind, has, default, note in described[0]:
        made.append(
            inspect.Parameter(
                _text(name),
                _PARAMETER_KINDS[kind],
                default=reader.value(default) if has else empty,
                annotation=empty if note is None else reader.value(note[0]),
            )
        )
    back = inspect.Signature.empty if described[1] is None else reader.value(described[1][0])
    return inspect.Signature(made, return_annotation=back)


def _text(value):
    if type(value) is not str:
        raise Garbled("no text")
    return value


# --- one by one -------------------------------------------------------------------------------------------------------


def _steps(link, number):
    ask, value = "next", None
    while True:
        try:
            given = link.step(number, ask, value)
        except StopIteration as end:
            return end.value
        try:
            value = yield given
            ask = "next" if value is None else "send"
        except GeneratorExit:
            link.leave(number)
            raise
        except BaseException as error:
            ask, value = "throw", error


async def _coroutine(link, number):
    await asyncio.sleep(0)
    return link.step(number, "await", None)


def _same(value):
    return value


def _always(value):
    return True


def _iterator_class(name):
    return _ITERATORS.setdefault(name, type(_text(name), (_Iterator,), {"__module__": "builtins"}))


class _Iterator:
    def __init__(self, steps):
        self._steps = steps

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._steps)


_ITERATORS: dict[str, type] = {}
