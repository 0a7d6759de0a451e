"""Functions, classes and modules that are the same on both sides, and so can be meant by name.

The judge resolves few names only: what it resolves, a test may call with values that come from the learner's code. So
nothing is among them that reads, writes, starts, imports or evaluates.
"""

from __future__ import annotations

import builtins
import collections
import contextlib
import importlib
import sys
import types
from typing import Any

_HARMLESS_BUILTINS = frozenset(
    {
        *(
            "abs",
            "all",
            "any",
            "ascii",
            "bin",
            "callable",
            "chr",
            "divmod",
            "format",
            "hash",
            "hex",
            "id",
            "isinstance",
        ),
        *("issubclass", "iter", "len", "max", "min", "next", "oct", "ord", "pow", "print", "repr", "round", "sorted"),
        *("sum",),
    }
)
_FUNCTION_MODULES = frozenset({"math", "cmath", "operator", "statistics", "itertools", "functools", "_operator"})
_HARMFUL = frozenset({"operator.attrgetter", "operator.methodcaller", "operator.call"})
_CLASS_MODULES = frozenset(
    {
        *("collections", "collections.abc", "datetime", "decimal", "fractions", "numbers", "enum", "abc", "itertools"),
        *("functools", "numpy", "pathlib", "uuid", "types", "statistics", "zoneinfo", "dataclasses", "contextlib"),
    }
)
_PANDAS_CLASSES = frozenset(
    {
        *("DataFrame", "Series", "Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "Timestamp", "Timedelta"),
        *("Period", "Categorical", "Interval", "CategoricalDtype", "Int64Dtype", "Float64Dtype", "StringDtype"),
    }
)
MODULES = frozenset(
    {
        *("math", "cmath", "random", "statistics", "numpy", "pandas", "collections", "itertools", "functools"),
        *("string", "re", "datetime", "decimal", "fractions", "json", "operator", "time", "copy", "textwrap"),
    }
)
"""Modules a test may be given under a name of the learner's, beside those the author imports."""
_IMPORTABLE = frozenset(
    {
        *("math", "cmath", "statistics", "itertools", "functools", "operator", "collections.abc", "datetime"),
        *("decimal", "fractions", "numbers", "enum", "abc", "pathlib", "uuid", "types", "zoneinfo", "dataclasses"),
        *("contextlib", "json.decoder", "csv", "_csv", "struct", "binascii", "zlib", "lzma", "queue", "_queue"),
        *("tomllib", "re", "configparser", "calendar", "locale", "ipaddress", "graphlib", "argparse", "getopt"),
        *("shutil", "string", "zipfile", "tarfile", "gzip", "pickle", "_pickle", "copy", "sqlite3", "subprocess"),
        *("socket", "ssl", "urllib.error", "http.client", "http.cookies", "email.errors", "xml.parsers.expat"),
        *("xml.etree.ElementTree", "asyncio.exceptions", "concurrent.futures._base", "concurrent.futures.process"),
        *("concurrent.futures.thread", "zoneinfo._common", "multiprocessing.context", "multiprocessing.pool"),
    }
)
"""Modules the judge imports where only the learner's process has: they do nothing when they are imported."""
_RUNS_TESTS = frozenset({"unittest", "pytest", "_pytest"})
"""An exception of theirs tells them what becomes of a test: that it is skipped, for example."""
_METHODS = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
_METHOD_OWNERS = (str, int, float, complex, bool, bytes, list, tuple, dict, set, frozenset)
_HOME = {"_operator": "operator", "_functools": "functools", "_collections": "collections", "_statistics": "statistics"}
_BUILTINS = dict(vars(builtins))


def name_of(value):
    """The name by which the other side finds the very same function or class; None if it does not."""
    kind = type(value)
    if kind in _METHODS:
        owner = value.__objclass__
        name = f"builtins:{owner.__name__}.{value.__name__}"
    else:
        module, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
        if type(module) is not str or type(own) is not str or module == "__main__":
            return None
        name = f"{_public(module)}:{own}"
    try:
        return name if resolve(name) is value else None
    except (LookupError, AttributeError, TypeError):
        return None


def resolve(name):
    """The function or class called ``module:name``; LookupError where it is none of those that may be meant by name."""
    module, _, member = name.partition(":")
    if module == "builtins":
        return _builtin(member)
    found = sys.modules.get(module) or _imported(module)
    if type(found) is not types.ModuleType or not member.isidentifier() or module.rpartition(".")[2] == "__main__":
        raise LookupError(name)
    value = vars(found).get(member)
    if isinstance(value, type):
        if _home(value) == module and _is_harmless_class(module, member, value):
            return value
    elif isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        if _home(value) == module and module in _FUNCTION_MODULES and f"{module}.{member}" not in _HARMFUL:
            return value
    elif module == "numpy" and type(value) is getattr(found, "ufunc", None):
        return value
    raise LookupError(name)


def _public(module):
    """The module under whose name both sides look for what was defined in *module*."""
    for package in ("numpy", "pandas"):
        if module.startswith(package):
            return package
    return _HOME.get(module, module)


def _home(value):
    module = getattr(value, "__module__", None)
    return _public(module) if type(module) is str else None


def _imported(module):
    """A module of the standard library that only the learner's process has imported."""
    if module in _IMPORTABLE:
        with contextlib.suppress(ImportError):
            return importlib.import_module(module)
    return None


def _builtin(member):
    owner, _, method = member.partition(".")
    value = _BUILTINS.get(owner)
    if method:
        value = vars(value).get(method) if value in _METHOD_OWNERS else None
        if type(value) in _METHODS:
            return value
    elif isinstance(value, type) or owner in _HARMLESS_BUILTINS:
        return value
    elif member in _SINGLE:
        return _SINGLE[member]
    raise LookupError(member)


_SINGLE: dict[str, Any] = {
    "NoneType": type(None),
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType,
    "generator": types.GeneratorType,
    "module": types.ModuleType,
    "ellipsis": type(Ellipsis),
    "dict_keys": type({}.keys()),
    "dict_values": type({}.values()),
    "dict_items": type({}.items()),
}
_MADE_BY_NOBODY: tuple[Any, ...] = (
    *(types.MethodWrapperType, types.WrapperDescriptorType, types.MethodDescriptorType),
    *(types.ClassMethodDescriptorType, types.GetSetDescriptorType, types.MemberDescriptorType),
)
"""None of these can be made by calling it."""
_SINGLE.update({kind.__name__: kind for kind in _MADE_BY_NOBODY})


def _is_harmless_class(module, member, value):
    if issubclass(value, BaseException):
        return module.split(".")[0] in (sys.stdlib_module_names - _RUNS_TESTS) | {"numpy", "pandas"}
    if f"{module}.{member}" in _HARMFUL:
        return False
    return module in _CLASS_MODULES or (module == "pandas" and member in _PANDAS_CLASSES)


def is_plain_namedtuple(cls):
    """Whether *cls* is what `namedtuple` makes: fields by name, and no behaviour of its own."""
    members = type.__dict__["__dict__"].__get__(cls)
    if type.__dict__["__bases__"].__get__(cls) != (tuple,) or type(members.get("_fields")) is not tuple:
        return False
    fields = members["_fields"]
    return all(type(field) is str for field in fields) and set(members) <= _NAMEDTUPLE_MEMBERS | set(fields)


_NAMEDTUPLE_MEMBERS = {
    *vars(collections.namedtuple("Sample", "x")),  # looked at only
    *("__annotations__", "__orig_bases__", "__static_attributes__", "__firstlineno__", "__classcell__"),
    *("__annotate__", "__annotate_func__", "__annotations_cache__"),
}
