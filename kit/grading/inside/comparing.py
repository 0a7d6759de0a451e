"""numpy's and pytest's comparisons, where an answer without any elements would be close to everything.

``numpy.allclose([], 6)`` is true, for none of the elements differs; so it is of an array whose elements are masked.
Such an answer is right only where the expected value is empty, or masked at the same places. In the judge the functions
are wrapped, once: a test that imports one from `numpy.testing` gets it so.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import sys
from typing import Any

_TRUE_OR_FALSE = (("numpy", ("allclose", "array_equal", "array_equiv")), ("numpy.ma", ("allclose", "allequal")))
_RAISING = (
    *("assert_allclose", "assert_almost_equal", "assert_approx_equal", "assert_array_almost_equal", "assert_equal"),
    *("assert_array_almost_equal_nulp", "assert_array_equal", "assert_array_less", "assert_array_max_ulp"),
)
_TESTING = ("numpy.testing", "numpy.testing._private.utils")
"""The second is where lists and dicts of arrays are gone through."""
_NUMBERS = (int, float, complex)
_WRAPPED: dict[int, Any] = {}
"""By the id of the original."""


def wrap():
    """Wrap what there is of numpy's."""
    if "numpy" not in sys.modules:
        return
    for place, names in _TRUE_OR_FALSE:
        for name in names:
            _put(place, name, _answering)
    _put("numpy", "isclose", _element_wise)
    for name in _RAISING:
        for place in _TESTING:
            _put(place, name, _raising)


def follow(modules):
    """The same for what *modules*, by name, had taken out of numpy before, and for pytest once it is imported."""
    if "numpy" not in sys.modules:
        return
    for name in modules:
        if name.partition(".")[0] != "numpy" and name in sys.modules:
            names = vars(sys.modules[name])
            for key, value in list(names.items()):
                if id(value) in _WRAPPED:
                    names[key] = _WRAPPED[id(value)]
    _wrap_approx()


def _put(place, name, make):
    with contextlib.suppress(ImportError):
        module = importlib.import_module(place)
        original = getattr(module, name, None)
        if original is None or hasattr(original, "_kit_wrapped"):
            return
        wrapped: Any = _WRAPPED.get(id(original)) or make(original)
        wrapped._kit_wrapped = original  # also keeps its id its own
        _WRAPPED[id(original)] = wrapped
        setattr(module, name, wrapped)


def _wrap_approx():
    module = sys.modules.get("_pytest.python_api")
    scalar = getattr(module, "ApproxScalar", None)
    if scalar is None or hasattr(scalar.__eq__, "_kit_wrapped"):
        return
    original = scalar.__eq__

    @functools.wraps(original)
    def equal(self, actual):
        return not differ(actual, self.expected) and original(self, actual)

    scalar.__eq__ = equal
    scalar.__eq__._kit_wrapped = original


# --- the wrapped ------------------------------------------------------------------------------------------------------


def _answering(original):
    @functools.wraps(original)
    def compare(a, b, *args, **kwargs):
        return False if differ(a, b) else original(a, b, *args, **kwargs)

    return _any_names(compare, original)


def _element_wise(original):
    @functools.wraps(original)
    def compare(a, b, *args, **kwargs):
        if not differ(a, b):
            return original(a, b, *args, **kwargs)
        numpy = sys.modules["numpy"]
        shape = max(numpy.shape(a), numpy.shape(b), key=lambda shape: (0 not in shape, len(shape)))
        return numpy.zeros(shape, bool) if shape else numpy.False_

    return _any_names(compare, original)


def _raising(original):
    @functools.wraps(original)
    def compare(a, b, *args, **kwargs):
        why = differ(a, b)
        if why:
            raise AssertionError(why)
        return original(a, b, *args, **kwargs)

    return _any_names(compare, original)


def _any_names(compare, original):
    """Arguments given by name too (``actual=``, ``desired=``, ``a1=`` …) reach *compare* in their places."""
    try:
        names = list(inspect.signature(original).parameters)[:2]
    except (ValueError, TypeError):
        return compare

    @functools.wraps(original)
    def call(*args, **kwargs):
        first = [kwargs.pop(name) for name in names[len(args) :] if name in kwargs]
        if len(args) + len(first) < 2:  # too few: its own complaint
            return original(*args, *first, **kwargs)
        return compare(*args, *first, **kwargs)

    return call


# --- empty and masked -------------------------------------------------------------------------------------------------


def differ(a, b):
    """Why *a* and *b* cannot be equal, whatever their elements are; "" if they may be."""
    sizes = _is_empty(a), _is_empty(b)
    if None not in sizes and sizes[0] != sizes[1]:
        return "one of the two has no elements at all, the other has some"
    return _masked_apart(a, b)


def _is_empty(value: Any):
    """Whether *value* is an array, list or table without elements; None where that is not a question."""
    kind = type(value)
    if kind is list or kind is tuple:
        return all(_is_empty(item) is True for item in value)
    numpy: Any = sys.modules["numpy"]
    pandas: Any = sys.modules.get("pandas")
    tables = (pandas.Series, pandas.DataFrame, pandas.Index) if pandas else ()
    arrays: Any = (numpy.ndarray, *tables)
    if isinstance(value, arrays):
        return value.size == 0
    return False if isinstance(value, (*_NUMBERS, numpy.generic)) else None


def _masked_apart(a, b):
    ma = sys.modules["numpy"].ma
    masks: list[Any] = [ma.getmaskarray(value) if isinstance(value, ma.MaskedArray) else None for value in (a, b)]
    has = [mask is not None and bool(sys.modules["numpy"].any(_flat(mask))) for mask in masks]
    if has[0] != has[1]:
        return "elements of one of the two are masked"
    if has[0] and masks[0].shape == masks[1].shape and masks[0].tobytes() != masks[1].tobytes():
        return "the two are masked at different places"
    return ""


def _flat(mask):
    """A structured array has a mask for each field."""
    return mask if mask.dtype.names is None else mask.view(bool)
