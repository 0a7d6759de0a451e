"""Whether a check can be carried out from outside the learner's process: what in it speaks against that."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kit.grading.names import Names
from kit.grading.origins import library_of, place_of
from kit.grading.reasons import (
    ATTRIBUTES,
    FILE_READERS,
    FILE_WRITERS,
    NAMES,
    NOT_SENT,
    ORIGINS,
    REASONS,
    WRITING_METHODS,
)

_MAY_BE_SET = frozenset(("sys.stdout", "sys.stderr"))
"""What a test may exchange: text the learner's code prints comes back to where the test has it printed."""
_STRING_RUNNERS = frozenset(("builtins.eval", "builtins.exec", "builtins.compile"))
_COPIES = frozenset(("copy.copy", "copy.deepcopy"))


@dataclass(frozen=True, slots=True)
class Files:
    """What the author's cells outside of checks do with files."""

    written: frozenset[str]
    """Texts written out in statements that write files."""
    read: frozenset[str]
    """Texts written out in statements that only read some."""
    by_name: bool
    """Whether a file is written whose name is not written out there."""

    def may_be_theirs(self, path: str) -> bool:
        """Whether the learner's code may have written *path*."""
        return path in self.written or (self.by_name and path not in self.read)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What must be known of the notebook around a check."""

    imports: Mapping[str, str]
    """Name → dotted origin, of every import in the notebook: ``{"np": "numpy", "isclose": "math.isclose"}``."""
    bound: frozenset[str]
    """Names that the cells outside of checks bind."""
    not_plain: Mapping[str, str]
    """Those that hold objects of libraries → ``draws`` or ``library``."""
    own_classes: frozenset[str]
    files: Files


def reason_in(tree: ast.Module, names: Names, around: Surroundings) -> str:
    """The first reason of `REASONS` that keeps a check inside; empty when there is none."""
    found = set(_Look(tree, names, around).reasons())
    return next((code for code in REASONS if code in found), "")


class _Look:
    """Looks through one check."""

    def __init__(self, tree: ast.Module, names: Names, around: Surroundings) -> None:
        self.tree = tree
        self.names = names
        self.around = around
        self.nodes = list(ast.walk(tree))
        self.imports = {**around.imports, **imported(tree)}
        own = {node.arg for node in self.nodes if isinstance(node, ast.arg)}
        own |= {node.id for node in self.nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        self.bound = frozenset(own | around.bound)
        self.constants = _constants(self.nodes)
        self.called = {id(node.func) for node in self.nodes if isinstance(node, ast.Call)}

    def place(self, node: ast.AST) -> str:
        """The module, or the member of one, that *node* means."""
        return place_of(node, self.imports, self.bound)

    def theirs(self, node: ast.AST) -> bool:
        """Whether anything in *node* is a name of the learner's."""
        loaded = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        return any(name in self.names.reads and not self.place(ast.Name(name, ast.Load())) for name in loaded)

    def reasons(self) -> Iterator[str]:
        """Every reason there is, in any order."""
        for node in self.nodes:
            if isinstance(node, ast.Name):
                yield from self._name(node)
            elif isinstance(node, ast.Attribute):
                yield from self._attribute(node)
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, (ast.AsyncFor, ast.AsyncWith)) or (
                isinstance(node, ast.comprehension) and node.is_async
            ):
                yield "async"
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from (_of_origin(place) for place in imported(node).values())
            elif isinstance(node, ast.ClassDef) and any(self.theirs(base) for base in node.bases):
                yield "subclass"

    def _name(self, node: ast.Name) -> Iterator[str]:
        if node.id in self.names.reads and node.id not in self.bound:
            yield NAMES.get(node.id, "source" if node.id[:2] == "_i" and node.id[2:].isdigit() else "")
        if node.id in self.names.reads:
            yield self.around.not_plain.get(node.id, "")
        if isinstance(node.ctx, ast.Load):
            yield _of_origin(self.place(node))

    def _attribute(self, node: ast.Attribute) -> Iterator[str]:
        place = self.place(node)
        yield _of_origin(place)
        yield ATTRIBUTES.get(node.attr, "source" if node.attr.startswith("co_") else "")
        if not isinstance(node.ctx, ast.Load) and self.place(node.value) and place not in _MAY_BE_SET:
            yield "patches"
        if node.attr == "plot" and not place:
            yield "draws"

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Iterator[str]:
        place = self.place(node.func)
        if place in _STRING_RUNNERS and not self._written_out(node.args[:1]):
            yield "runs-code"
        if place in ("builtins.setattr", "builtins.delattr") and node.args and self.place(node.args[0]):
            yield "patches"
        if place in _COPIES and node.args and self._made_by_theirs(node.args[0]):
            yield "pickles"
        if place in ("warnings.catch_warnings", "warnings.simplefilter", "warnings.filterwarnings"):
            yield "process" if _minds_warnings(node) else ""
        yield from self._file(node, place)
        if not place and self.theirs(node.func):
            yield from self._arguments(node)

    def _written_out(self, arguments: list[ast.expr]) -> bool:
        """Whether the one argument is a text in the check, or a loop's name for such texts."""
        one = arguments[0] if arguments else None
        return isinstance(one, ast.Constant) or (isinstance(one, ast.Name) and one.id in self.constants)

    def _made_by_theirs(self, node: ast.expr) -> bool:
        """Whether *node* is an object of a class of the learner's, as far as the check shows it."""
        if isinstance(node, ast.Name):
            return any(
                isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)
                and not isinstance(n.value, ast.Name) and self._made_by_theirs(n.value)
                for n in self.nodes
            )  # fmt: skip
        called = node.func if isinstance(node, ast.Call) else None
        return isinstance(called, ast.Name) and called.id in self.around.own_classes and called.id in self.names.reads

    def _arguments(self, node: ast.Call) -> Iterator[str]:
        """What the learner's function is given."""
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            for made in self._makers(argument):
                yield "argument" if self.place(made.func) in NOT_SENT else ""

    def _makers(self, argument: ast.expr) -> Iterator[ast.Call]:
        """The calls that make *argument*, as far as the check shows them."""
        if isinstance(argument, ast.Call):
            yield argument
        elif isinstance(argument, ast.Name):
            for node in self.nodes:
                pairs = [(t, node.value) for t in node.targets] if isinstance(node, ast.Assign) else []
                if isinstance(node, ast.withitem) and node.optional_vars is not None:
                    pairs = [(node.optional_vars, node.context_expr)]
                for target, value in pairs:
                    if isinstance(target, ast.Name) and target.id == argument.id and isinstance(value, ast.Call):
                        yield value

    # --- files --------------------------------------------------------------------------------------------------------

    def _file(self, node: ast.Call, place: str) -> Iterator[str]:
        if writes(node, place):
            yield "files"
        elif _reads_file(place) and node.args:
            path = node.args[0]
            paths = _texts(path) | {text for n in ast.walk(path) if isinstance(n, ast.Name)
                                    for text in self.constants.get(n.id, ())}  # fmt: skip
            if self.theirs(path) or any(map(self.around.files.may_be_theirs, paths)):
                yield "files"


def writes(node: ast.Call, place: str) -> bool:
    """Whether a call writes a file; *place*: what it calls."""
    if place in ("builtins.open", "io.open", "codecs.open"):
        mode = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "mode"), None)
        return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))
    if any(place == writer or place.startswith(f"{writer}.") for writer in FILE_WRITERS):
        return True
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    to_text = method.startswith("to_") and not node.args and not any("path" in (k.arg or "") for k in node.keywords)
    return method in WRITING_METHODS and not to_text


def files_of(trees: list[ast.Module], imports: Mapping[str, str], magics: list[str]) -> Files:
    """What the cells outside of checks do with files; magics: the names that ``%%writefile`` is given."""
    written, read, by_name = set(magics), set[str](), False
    for node in (node for tree in trees for node in ast.walk(tree)):
        if not isinstance(node, ast.Call):
            continue
        place = place_of(node.func, imports)
        if writes(node, place):
            texts = _texts(_path(node, place))
            written |= texts
            by_name = by_name or not texts
        elif _reads_file(place) and node.args:
            read |= _texts(node.args[0])
    return Files(frozenset(written), frozenset(read), by_name)


def _reads_file(place: str) -> bool:
    return place in FILE_READERS or place.startswith("pandas.read_")


def _path(node: ast.Call, place: str) -> ast.AST:
    """Where a call that writes says what it writes to: its first argument, or the path whose method it is."""
    if not place and isinstance(node.func, ast.Attribute) and not node.func.attr.startswith(("to_", "tofile", "save")):
        return node.func.value
    return node.args[0] if node.args else node


def imported(tree: ast.AST) -> dict[str, str]:
    """Every name imported anywhere in *tree* → its dotted origin."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]
                found[alias.asname or root] = alias.name if alias.asname else root
                if not alias.asname and root != alias.name:
                    found[alias.name] = alias.name  # `import unittest.mock` is looked at whole, too
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _of_origin(place: str) -> str:
    """The reason against what *place* is, or is a part of."""
    parts = place.split(".")
    for end in range(len(parts), 0, -1):
        if ".".join(parts[:end]) in ORIGINS:
            return ORIGINS[".".join(parts[:end])]
    return "" if place.startswith(("builtins.", "__future__")) else library_of(place)


def _minds_warnings(node: ast.Call) -> bool:
    """Whether warnings of the learner's code would make a difference to the test."""
    if any(keyword.arg == "record" for keyword in node.keywords):
        return True
    first = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "action"), None)
    return isinstance(first, ast.Constant) and first.value == "error"


def _texts(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _constants(nodes: list[ast.AST]) -> dict[str, set[str]]:
    """Names that a check gives only texts that are written out: by an assignment, or in a loop over some."""
    found: dict[str, set[str]] = {}
    others: set[str] = set()
    for node in nodes:
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, (ast.List, ast.Tuple, ast.Set)):
            pairs = [(node.target, element) for element in node.iter.elts]
        elif isinstance(node, (ast.For, ast.comprehension)):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Name):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.setdefault(target.id, set()).add(value.value)
                else:
                    others.add(target.id)
    return {name: texts for name, texts in found.items() if name not in others}
