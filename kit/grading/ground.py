"""What the checks of a notebook rely on, found by reading the author's code (never by running it)."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator

from kit.errors import GraderFault
from kit.grading.executors.job import Ground
from kit.grading.trusted import SourceCell, Trusted

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)
_CLASS_MAKERS = {"namedtuple", "NamedTuple", "make_dataclass", "type", "Enum", "IntEnum", "new_class"}


def find_ground(trusted: Trusted) -> Ground:
    """Modules, imports, names and classes of the author's notebook; empty for languages other than Python."""
    if trusted.language != "python":
        return Ground()
    code = [(cell, tree) for cell in trusted.cells if cell.type == "code" and (tree := parse(cell.source)) is not None]
    trees = [tree for _, tree in code]
    bound = {name for tree in trees for name in _bound(tree)}
    offered = (tree for cell, tree in code if cell.role not in ("answer", "manual"))
    imports = {name: origin for tree in offered for name, origin in _imports(tree)}
    return Ground(
        modules=tuple(sorted({module for tree in trees for module in _modules(tree)})),
        imports={name: origin for name, origin in sorted(imports.items()) if name not in bound},
        own_names=tuple(sorted(bound & set(dir(builtins)))),
        own_classes=tuple(sorted({name for tree in trees for name in _classes(tree)})),
    )


def hidden_names(trusted: Trusted, check: SourceCell) -> tuple[str, ...]:
    """Names that the hidden part of *check* makes and nothing else in the author's notebook mentions.

    What they hold must not be there for a later cell of the learner's to look at.
    """
    hidden = check.hidden_lines
    tree = parse(check.source) if hidden and trusted.language == "python" else None
    if tree is None:
        return ()
    inside = [node for node in tree.body if node.lineno in hidden]
    made = {name for node in inside for name in _bound(ast.Module([node], []))}
    made |= {name for node in inside for name, _ in _imports(ast.Module([node], []))}
    others = [cell for cell in trusted.cells if cell is not check and cell.type == "code"]
    words = {word for cell in others for word in re.findall(r"\w+", cell.source)}
    return tuple(sorted(made - words))


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a cell with its magics left out; None where that is not Python."""
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        return None
    plain = ["pass" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines]
    for number, line in enumerate(plain):
        if line == "pass":  # keeps the magic's indentation
            plain[number] = lines[number][: len(lines[number]) - len(lines[number].lstrip())] + "pass"
    try:
        return ast.parse("\n".join(plain))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def check_is_python(cell: SourceCell, where: str) -> None:
    """GraderFault for a check the author wrote with a syntax error: no learner may lose points by it."""
    magic = any(line.lstrip().startswith(("%", "!", "?")) or "!" in line for line in cell.source.split("\n"))
    if not magic and parse(cell.source) is None:
        raise GraderFault(
            f"{where}: the check {cell.grade_id!r} is not valid Python. Mend it in the unit, then kit build."
        )


def _top_level(tree: ast.AST) -> Iterator[ast.AST]:
    """Nodes that run in the notebook's own scope: not those inside functions and classes."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, _SCOPES):
            yield from _top_level(node)


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in _top_level(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in _top_level(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module != "__future__":
            for alias in node.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, f"{node.module}:{alias.name}"


def _modules(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module and node.module != "__future__":
            yield node.module


def _classes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _maker(node.value) in _CLASS_MAKERS:
            yield from _names(node.targets)


def _maker(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _names(targets: Iterable[ast.expr]) -> Iterator[str]:
    return (target.id for target in targets if isinstance(target, ast.Name))
