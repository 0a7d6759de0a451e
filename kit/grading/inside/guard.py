"""Puts back what learner code may have changed and checks rely on: builtins, functions of modules, trace functions."""

from __future__ import annotations

import builtins
import importlib
import sys
import threading
import types

ALWAYS = (
    *("builtins", "math", "cmath", "operator", "copy", "functools", "itertools", "collections", "collections.abc"),
    *("statistics", "decimal", "fractions", "random", "re", "string", "json", "datetime", "types", "inspect", "ast"),
    *("io", "os", "os.path", "sys", "time", "unittest", "unittest.case", "contextlib", "textwrap"),
    *("IPython.core.inputtransformer2", "kit_inside.compiling", "kit_inside.guard", "kit_inside.hardening"),
    *("kit_inside.hardened", "kit_inside.reporting"),
)
"""Modules a check commonly uses; cheap to have, imported by the kernel anyway or within milliseconds."""

_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, type, types.MethodType, classmethod, staticmethod, property)
_LEFT_ALONE = {("sys", "displayhook"), ("sys", "excepthook"), ("builtins", "input")}  # IPython sets these itself
_HEAP = 1 << 9


class Guard:
    """A snapshot of functions and classes, taken before learner code ran; `restore` puts back what differs.

    To be made before the learner's folder can be imported from: never their own numpy.py.
    """

    def __init__(self, modules=()):
        self.modules = {}
        for name in (*ALWAYS, *modules):
            try:
                self.modules[name] = importlib.import_module(name)
            except Exception:  # the check that needs it will say so
                continue
        self.builtins = dict(vars(builtins))
        self.members = [(module, _functions(vars(module))) for module in self.modules.values()]
        classes = {id(c): c for module in self.modules.values() for c in vars(module).values() if _is_heap_class(c)}
        self.classes = [(cls, _functions(vars(cls))) for cls in classes.values()]

    def restore(self):
        """Put everything back. The learner's own names are not touched."""
        sys.settrace(None)
        sys.setprofile(None)
        threading.settrace(None)
        threading.setprofile(None)
        current = vars(builtins)
        for name, value in self.builtins.items():
            if current.get(name) is not value:
                current[name] = value
        for name in current.keys() - self.builtins.keys() - {"_"}:
            del current[name]
        sys.modules.update(self.modules)
        for owner, members in (*self.members, *self.classes):
            _put_back(owner, members)


def _functions(members):
    return {name: value for name, value in members.items() if isinstance(value, _CALLABLE)}


def _is_heap_class(value):
    return isinstance(value, type) and bool(value.__flags__ & _HEAP)


def _put_back(owner, members):
    current = vars(owner)
    label = getattr(owner, "__name__", "")
    for name, value in members.items():
        if current.get(name) is not value and (label, name) not in _LEFT_ALONE:
            try:
                setattr(owner, name, value)
            except (AttributeError, TypeError):
                continue
