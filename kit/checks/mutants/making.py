"""All mutants of one answer: every maker at every place, without doubles and equivalents, and a fair share of them."""

from __future__ import annotations

import ast
import copy
import difflib
import dis
import hashlib
import types as python_types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from kit import syntax
from kit.checks.mutants import makers, wholes

MOST = 12
"""Mutants of one answer cell at most: enough for each kind to have a say, few enough to be run in seconds."""

Way = tuple[tuple[str, "int | None"], ...]
"""The way from the top of a tree to a node: fields, each with the place in it where it is a list."""

Maker = Callable[[ast.AST], Iterable["ast.AST | list[ast.stmt]"]]

MAKERS: Mapping[str, tuple[Maker, ...]] = {
    "bounds": (makers.bounds,),
    "operator": (makers.operators,),
    "branch": (wholes.branches,),
    "return": (wholes.returns,),
    "loop": (wholes.loops,),
    "swap": (makers.swaps,),
    "type": (makers.conversions, wholes.types),
    "call": (makers.calls,),
    "constant": (makers.constants,),
    "statement": (wholes.statements, wholes.augmented),
    "name": (),
}
"""Kind → its makers, in the order in which kinds take turns. `name` (another name of the same answer in its place)
needs the whole answer and is made here."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One answer with one mistake."""

    kind: str
    """A key of `MAKERS`."""
    line: int
    """Of the reference solution, from 1: where the mistake is."""
    code: str
    """The whole answer, written one way (no comments, no blank lines), flush left."""
    diff: str
    """What is different from the reference, as the hunks of a unified diff."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the tree, and where it is."""

    node: ast.AST
    parent: ast.AST
    way: Way
    line: int


def mutants_of(source: str, most: int = MOST, known: Iterable[str] = ()) -> tuple[Mutant, ...]:
    """At most *most* mutants of the reference solution *source*, spread over the kinds.

    Empty where *source* is no Python. *known* are answers somebody has judged already: mutants that say the same are
    left out. The same source gives the same mutants in the same order, in any process.
    """
    try:
        tree = syntax.parse(source)
    except (SyntaxError, ValueError):
        return ()
    reference = ast.unparse(tree)
    seen = {reference, *(normalised for text in known if (normalised := written_one_way(text)) is not None)}
    meaning = _meaning(reference)
    made: dict[str, list[Mutant]] = {kind: [] for kind in MAKERS}
    for kind, place, put in _changes(tree):
        code = _unparsed(_put(tree, place.way, put))
        if code is None or code in seen:
            continue
        seen.add(code)
        changed = _meaning(code)
        if changed is not None and changed != meaning:
            made[kind].append(Mutant(kind, place.line, code, _diff(reference, code)))
    return tuple(_share(made, reference, most))


def written_one_way(source: str) -> str | None:
    """*source* without comments and layout of its own; None where it is no Python."""
    try:
        return ast.unparse(syntax.parse(source))
    except (SyntaxError, ValueError):
        return None


def _changes(tree: ast.Module) -> Iterator[tuple[str, Place, ast.AST | list[ast.stmt]]]:
    places = list(_places(tree))
    single = len(tree.body) == 1
    for kind, of_kind in MAKERS.items():
        for place in places:
            if kind == "statement" and single and len(place.way) == 1:
                continue  # an answer without its only statement is no answer, and the untouched release is tried anyway
            if kind == "call" and isinstance(place.parent, ast.Expr):
                continue  # a call for its effect, left out: that is the statement left out
            for maker in of_kind:
                for put in maker(place.node):
                    yield kind, place, put
    for place, put in _other_names(tree, places):
        yield "name", place, put


def _other_names(tree: ast.Module, places: Iterable[Place]) -> Iterator[tuple[Place, ast.AST]]:
    """In place of each name that is read, the next one of the same answer that holds a value."""
    loaded = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    parameters = [node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)]
    known = sorted(({n.id for n in loaded} | set(parameters)) - called)
    for place in places:
        if isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Load) and place.node.id in known:
            after = known[(known.index(place.node.id) + 1) % len(known)]
            yield place, ast.Name(id=after, ctx=ast.Load())


def _places(tree: ast.Module) -> Iterator[Place]:
    """Every node whose change may matter: no annotation, docstring, import, decorator or message of an error."""

    def inside(node: ast.AST, parent: ast.AST, way: Way, line: int) -> Iterator[Place]:
        line = getattr(node, "lineno", line)
        yield Place(node, parent, way, line)
        if _is_signed(node):
            return
        for name, value in ast.iter_fields(node):
            if _silent(node, name):
                continue
            for index, below in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(below, ast.AST) and not (isinstance(value, list) and _is_docstring(below)):
                    step = (name, index if isinstance(value, list) else None)
                    yield from inside(below, node, (*way, step), line)

    for place in inside(tree, tree, (), 1):
        if place.way:
            yield place


def _silent(node: ast.AST, field: str) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)) or field in ("annotation", "returns", "decorator_list", "ctx"):
        return True
    return isinstance(node, ast.Raise) or (isinstance(node, ast.Assert) and field == "msg")


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_signed(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)


def _put(tree: ast.Module, way: Way, put: ast.AST | list[ast.stmt]) -> ast.Module:
    """A copy of *tree* with *put* at the end of *way*; a block that nothing is left of gets `pass`."""
    changed = copy.deepcopy(tree)
    parent: ast.AST = changed
    for name, index in way[:-1]:
        value = getattr(parent, name)
        parent = value if index is None else value[index]
    name, index = way[-1]
    if index is None:
        setattr(parent, name, copy.deepcopy(put))
        return changed
    block: list[ast.AST] = getattr(parent, name)
    block[index : index + 1] = copy.deepcopy(put if isinstance(put, list) else [put])
    if name == "body" and not block:
        block.append(ast.Pass())
    return changed


def _unparsed(tree: ast.Module) -> str | None:
    try:
        code = ast.unparse(ast.fix_missing_locations(tree))
        return ast.unparse(syntax.parse(code))
    except (SyntaxError, ValueError, AttributeError, TypeError, RecursionError):
        return None  # not every tree can be written down, such as a constant joined to an f-string


def _meaning(code: str) -> object:
    """What Python makes of *code*, folded constants and all; None where it makes nothing of it.

    An answer may be the inside of a function (`return` at its top), so it is compiled there if need be.
    """
    inside = "def answer():\n" + "\n".join(f"    {line}" for line in code.splitlines())
    for text in (code, inside):
        try:
            return _signature(compile(text, "<answer>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True))
        except (SyntaxError, ValueError, OverflowError, MemoryError):
            continue
    return None


def _signature(code: python_types.CodeType) -> tuple[object, ...]:
    """What *code* does, step by step, without its places in the text and constants no step uses."""
    steps = tuple((step.opname, _argument(step.argval)) for step in dis.get_instructions(code))
    counts = code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount, code.co_flags
    return code.co_varnames, counts, steps


def _argument(value: object) -> object:
    return _signature(value) if isinstance(value, python_types.CodeType) else (type(value), repr(value))


def _diff(reference: str, code: str) -> str:
    lines = difflib.unified_diff(reference.splitlines(), code.splitlines(), lineterm="", n=2)
    return "\n".join(list(lines)[2:])


def _share(made: Mapping[str, list[Mutant]], reference: str, most: int) -> Iterator[Mutant]:
    """The kinds take turns until there are *most*; which of a kind comes first is a matter of its content alone."""

    def drawn(mutant: Mutant) -> str:
        return hashlib.sha256(f"{reference}\0{mutant.code}".encode()).hexdigest()

    queues = [sorted(of_kind, key=drawn) for of_kind in made.values()]
    chosen = [
        mutant
        for turn in range(max((len(queue) for queue in queues), default=0))
        for queue in queues
        for mutant in queue[turn : turn + 1]
    ]
    yield from chosen[:most]
