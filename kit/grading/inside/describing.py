"""What is no plain data, described so that the other side can build a stand-in for it (see `mirrors`).

    ["G", name]                         found by name on both sides          ["M", name]  a module
    ["f", number, description]          a function                           ["m", function, self]  a bound method
    ["g"|"i"|"w", number, name]         a generator, another iterator, an awaitable
    ["k", number, description]          a class                              ["o", number, class]  an instance
    ["T", number, name, fields, …]      a class of named tuples              ["tt", class, values]
    ["E", number, base, description]    an enumeration                       ["em", class, name]
    ["e", number, class, args, text, attributes, cause]                      an exception

`Openly` describes everything, for the learner's side. What the judge lets out of its hands is in `sparingly`.
"""

from __future__ import annotations

import enum
import inspect
import keyword
import re
import types

from .derived import IMMUTABLE, PLAIN_COPIES, answers_itself, builtin_below
from .known import is_plain_namedtuple, name_of
from .values import TooLarge

PARAMETERS = ("positional-only", "plain", "*", "keyword-only", "**")
OPERATORS = frozenset(
    {
        *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__bool__"),
        *("__add__", "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__matmul__"),
        *("__radd__", "__rsub__", "__rmul__", "__rtruediv__", "__rfloordiv__", "__rmod__", "__rpow__", "__rmatmul__"),
        *("__iadd__", "__isub__", "__imul__", "__itruediv__", "__ifloordiv__", "__imod__", "__ipow__", "__imatmul__"),
        *("__and__", "__or__", "__xor__", "__lshift__", "__rshift__", "__iand__", "__ior__", "__ixor__"),
        *("__rand__", "__ror__", "__rxor__", "__rlshift__", "__rrshift__", "__ilshift__", "__irshift__"),
        *("__neg__", "__pos__", "__abs__", "__invert__", "__divmod__", "__rdivmod__"),
    }
)
"""Questions and sums: an object could answer them as it pleases."""
SPECIAL = OPERATORS | frozenset(
    {
        *("__len__", "__iter__", "__next__", "__reversed__", "__getitem__", "__setitem__", "__delitem__"),
        *("__call__", "__enter__", "__exit__", "__hash__", "__int__", "__float__", "__complex__", "__index__"),
        *("__round__", "__trunc__", "__floor__", "__ceil__", "__bytes__", "__length_hint__"),
    }
)
"""Methods Python looks up in the class: a stand-in has those its original has."""

_members = type.__dict__["__dict__"].__get__
_mro = type.__dict__["__mro__"].__get__
_class_name = type.__dict__["__name__"].__get__
_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: 0,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: 1,
    inspect.Parameter.VAR_POSITIONAL: 2,
    inspect.Parameter.KEYWORD_ONLY: 3,
    inspect.Parameter.VAR_KEYWORD: 4,
}
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_NOT_MEMBERS = frozenset({"__dict__", "__weakref__", "__module__", "__qualname__", "__doc__", "__annotations__"})


def openly(value, writer):
    """The node of any object, for the learner's side: everything about it may be known.

    What is described otherwise than its class promises (a property that raises, a metaclass) is only a name with
    methods; TooLarge.
    """
    mark = writer.mark()
    try:
        return _described(value, writer)
    except TooLarge:
        raise
    except RecursionError:
        raise TooLarge from None
    except Exception:
        writer.back_to(mark)
        return _bare(value, writer)


def _bare(value, writer):
    """Of an object its class, of a class its name and special methods; nothing of the learner's is called."""
    kind = type(value)
    if not issubclass(kind, type):
        node = writer.node(kind)
        number = writer.table.number(value)
        return ["o", writer.table.add(value) if number is None else number, node]
    lines = [_members(cls) for cls in _mro(value)[:-1]]
    name = _class_name(value)
    description = {
        "name": plain_name(name),
        "qualname": name,
        "module": "__main__",
        "bases": [],
        "special": sorted(SPECIAL & {name for line in lines for name in line if type(name) is str}),
        "members": {},
    }
    return ["k", _lasting(value, writer), description]


def plain_name(name):
    """*name* itself, or something like it that may stand in a program."""
    if name.isidentifier() and not keyword.iskeyword(name):
        return name
    return "_" + re.sub(r"\W", "_", name)


def _described(value, writer):
    kind = type(value)
    number = writer.table.number(value)
    if number is not None and not writer.table.mine(number):
        return ["r", number]
    if number in writer.open:
        return f"<{plain_name(_class_name(kind))}>"  # it is part of itself before it is there
    if kind is types.FunctionType:
        return _function(value, writer, number)
    if issubclass(kind, type):
        return ["r", number] if number is not None else _class(value, writer)
    if issubclass(kind, BaseException):
        return _exception(value, writer, number)
    if kind is types.MethodType:
        return ["m", writer.node(value.__func__), writer.node(value.__self__)]
    if number is not None and kind in _STREAMS:
        return ["r", number]
    return plain_with_class(value, kind, writer) or _thing(value, kind, writer, number)


def plain_with_class(value, kind, writer):
    """The node of a member of an enumeration or a named tuple; None for anything else."""
    if issubclass(kind, enum.Enum):
        if name_of(kind) is None and not is_plain_enumeration(kind):
            return None
        if value._name_ in kind._member_map_:
            return ["em", writer.node(kind), value._name_]
        whole = issubclass(kind, enum.Flag) and type(value._value_) is int
        return ["em", writer.node(kind), value._value_] if whole else None
    if issubclass(kind, tuple) and is_plain_namedtuple(kind):
        return ["tt", writer.node(kind), writer.nodes(list(tuple.__iter__(value)))]
    return None


def _thing(value, kind, writer, number):
    if (kind in _NAMED or kind.__name__ == "ufunc") and (name := name_of(value)) is not None:
        return ["G", name]
    if kind is types.ModuleType:
        return ["M", writer.table.add(value) if number is None else number, str(value.__name__)]
    stream = _stream_of(kind)
    if stream:
        if number is None:
            number = writer.table.add(value)
        return [stream, number, plain_name(str(getattr(value, "__name__", kind.__name__)))]
    node = writer.node(kind)  # in which the object itself may be mentioned
    number = writer.table.number(value)
    node = ["o", writer.table.add(value) if number is None else number, node]
    data = builtin_below(kind, IMMUTABLE)
    return node if data is None else [*node, writer.node(IMMUTABLE[data](value))]


def _stream_of(kind):
    if kind in _STREAMS:
        return _STREAMS[kind]
    written_in_c = not kind.__flags__ & (1 << 9) or kind.__module__ == "itertools"
    return "i" if written_in_c and "__next__" in _members(kind) else None


_STREAMS = {types.GeneratorType: "g", types.CoroutineType: "w"}
_NAMED = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType)


# --- functions --------------------------------------------------------------------------------------------------------


def _function(value, writer, number):
    attributes = {
        name: item for name, item in value.__dict__.items() if type(name) is str and not name.startswith("__")
    }
    if number is not None and (not attributes or number in writer.dressing):
        return ["r", number]
    if number is None:
        name = name_of(value)
        if name is not None:
            return ["G", name]
        number = writer.table.add(value)
    writer.dressing.add(number)
    description = {
        "name": str(value.__name__),
        "qualname": str(value.__qualname__),
        "module": str(value.__module__),
        "doc": value.__doc__ if type(value.__doc__) is str else None,
        "flags": flags_of(value.__code__),
        # Read in this order: what is written once is written where it is read first.
        "defaults": writer.node(value.__defaults__),
        "kwdefaults": writer.node(value.__kwdefaults__),
        "annotations": writer.node(dict(value.__annotations__)),
    }
    if attributes:
        description["attributes"] = writer.node(attributes)
    description["parameters"] = parameters_of(value, writer)
    writer.dressing.discard(number)
    return ["f", number, description]


def flags_of(code):
    """ "async", "asyncgen", "generator" or ""."""
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return "asyncgen"
    if code.co_flags & (inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE):
        return "async"
    return "generator" if code.co_flags & inspect.CO_GENERATOR else ""


def parameters_of(function, writer, skip=0):
    """[[name, kind, has a default, default, annotation]…, return annotation]; None where Python cannot say."""
    try:
        signature = inspect.signature(function)
    except Exception:  # a __signature__ of the learner's may be anything
        return None
    empty = inspect.Parameter.empty
    found = []
    for parameter in list(signature.parameters.values())[skip:]:
        has = parameter.default is not empty
        default = writer.node(parameter.default) if has else None
        note = None if parameter.annotation is empty else [writer.node(parameter.annotation)]
        found.append([parameter.name, _KINDS[parameter.kind], has, default, note])
    back = signature.return_annotation
    return [found, None if back is inspect.Signature.empty else [writer.node(back)]]


# --- classes ----------------------------------------------------------------------------------------------------------


def _class(value, writer):
    name = name_of(value)
    if name is not None:
        return ["G", name]
    if is_plain_namedtuple(value):
        return named_tuple(value, writer)
    if issubclass(value, enum.Enum) and (node := enumeration(value, writer)):
        return node
    number = _lasting(value, writer)
    writer.open.add(number)
    try:
        bases = [writer.node(base) for base in value.__bases__]
    finally:
        writer.open.discard(number)
    return ["k", number, {"bases": bases, **_class_description(value, writer)}]


def _lasting(value, writer):
    number = writer.table.add(value)
    writer.table.lasting.add(number)
    return number


def named_tuple(value, writer):
    """The node of a class of named tuples."""
    defaults = dict(_members(value).get("_field_defaults", {}))
    number = _lasting(value, writer)
    writer.open.add(number)
    node = ["T", number, value.__name__, list(value._fields), writer.node(defaults), value.__doc__]
    writer.open.discard(number)
    return node


def _class_description(value, writer):
    members = _members(value)
    description = {
        "name": plain_name(value.__name__),
        "qualname": value.__qualname__,
        "module": str(value.__module__),
        "doc": value.__doc__ if type(value.__doc__) is str else None,
        "special": sorted(_special(value)),
        "members": _functions_of(members, writer),
    }
    if (data := builtin_below(value, PLAIN_COPIES)) and not answers_itself(value, data):
        description["data"] = data.__name__
    if type(members.get("__annotations__")) is dict:
        description["annotations"] = writer.node(dict(members["__annotations__"]))
    description["parameters"] = _constructor(value, writer)
    if "__dataclass_fields__" in members:
        description["dataclass"] = _dataclass(members["__dataclass_fields__"], members, writer)
    return description


def _special(value):
    """Special methods of its own, and those of classes the other side has no stand-in for."""
    found = set(SPECIAL.intersection(_members(value)))
    for base in value.__mro__[1:]:
        if base in (object, *IMMUTABLE) or issubclass(base, BaseException):
            continue
        if name_of(base) is not None:
            found |= SPECIAL.intersection(_members(base))
    return {name for name in found if name != "__hash__" or _members(value).get(name, 1) is not None}


def _functions_of(members, writer):
    found = {}
    for name, member in list(members.items()):
        kind = type(member)
        if name in _NOT_MEMBERS or name in SPECIAL or (name.startswith("__") and name != "__init__"):
            continue
        if not name.isidentifier():
            continue
        if kind is types.FunctionType:
            found[name] = ["", writer.node(member)]
        elif kind is staticmethod or kind is classmethod:
            if type(member.__func__) is types.FunctionType:
                found[name] = ["static" if kind is staticmethod else "class", writer.node(member.__func__)]
        elif kind is property:
            doc = member.__doc__ if type(member.__doc__) is str else None
            found[name] = ["property", [member.fset is not None, member.fdel is not None, doc]]
    return found


def _constructor(value, writer):
    if type(value).__call__ is not type.__call__ or not any(
        type(_members(cls).get(name)) is types.FunctionType for cls in value.__mro__ for name in ("__init__", "__new__")
    ):
        return None
    return parameters_of(value, writer)


def _dataclass(fields, members, writer):
    parameters = members.get("__dataclass_params__")
    found = []
    for field in fields.values():
        found.append([field.name, writer.node(field.type), field.init, field.repr, field.compare])
    return {"fields": found, "frozen": bool(getattr(parameters, "frozen", False))}


def is_plain_enumeration(cls):
    """Whether *cls* can be made anew from the names and values of its members."""
    base, mixed = _enumeration_bases(cls)
    known = {enum.Enum, enum.IntEnum, enum.StrEnum, enum.Flag, enum.IntFlag, *enum.Enum.__mro__, *_MIXED}
    if not set(cls.__mro__[1:]) <= known | set(base.__mro__):
        return False  # made of other classes of the learner's
    members = _members(cls)["_member_map_"].items()
    return all(_is_plain_member(name, member._value_, mixed) for name, member in members)


def _is_plain_member(name, value, mixed):
    plain = plain_name(name) == name and not (name[0] == "_" == name[-1])
    return plain and (mixed is None or type(value) is mixed) and not hasattr(type(value), "__get__")


def _enumeration_bases(cls):
    """The standard library's class it derives from, and `str`, `int` or `float` where it is mixed with that."""
    base = next((each for each in cls.__mro__ if each.__module__ == "enum" and each is not _REPR), enum.Enum)
    return base, next((kind for kind in _MIXED if kind in cls.__mro__ and kind not in base.__mro__), None)


_MIXED = (str, int, float)
_REPR = getattr(enum, "ReprEnum", None)


def enumeration(value, writer, bare=False):
    """The node of an enumeration; None if it is made of more than the standard library's. bare: without methods."""
    if not is_plain_enumeration(value):
        return None
    base, mixed = _enumeration_bases(value)
    number = _lasting(value, writer)
    writer.open.add(number)
    members = [
        [name, writer.node(member._value_), _attributes(member, writer)]
        for name, member in _members(value)["_member_map_"].items()
    ]
    description = {
        "name": plain_name(value.__name__),
        "qualname": value.__qualname__,
        "module": str(value.__module__),
        "mixed": mixed and mixed.__name__,
        "members": members,
        "functions": {} if bare else _methods_of(value, writer),
    }
    writer.open.discard(number)
    if issubclass(value, enum.Flag):
        description["boundary"] = value._boundary_.name
    return ["E", number, base.__name__, description]


def _attributes(member, writer):
    """What a member's ``__init__`` set; names with an underscore are the enumeration's own."""
    own = {name: item for name, item in vars(member).items() if not name.startswith("_") and name.isidentifier()}
    return [list(own), writer.nodes(list(own.values()))]


def _methods_of(value, writer):
    found = _functions_of(_members(value), writer)
    return {name: member for name, member in found.items() if not (name[0] == "_" == name[-1])}


# --- exceptions -------------------------------------------------------------------------------------------------------

_args = BaseException.__dict__["args"].__get__
_cause = BaseException.__dict__["__cause__"].__get__
_own = BaseException.__dict__["__dict__"].__get__ if "__dict__" in vars(BaseException) else vars


def _exception(value, writer, number):
    kind = writer.node(type(value))
    if number is None:
        number = writer.table.number(value) or writer.table.add(value)
    writer.open.add(number)
    try:
        arguments = writer.nodes(list(_args(value)))
    finally:
        writer.open.discard(number)
    try:
        text = str(value)
    except BaseException:
        text = ""
    attributes = {name: item for name, item in vars(value).items() if type(name) is str and name[:2] != "__"}
    told = number in writer.dressing
    writer.dressing.add(number)
    cause = _cause(value)
    skip = told or cause is None or writer.depth > 20 or writer.table.number(cause) in writer.open
    node = [
        "e",
        number,
        kind,
        arguments,
        text if type(text) is str else "",
        [] if told else writer.nodes([item for pair in attributes.items() for item in pair]),
        None if skip else writer.node(cause),
    ]
    if not told:
        writer.dressing.discard(number)
    return node
