"""Which names a cell reads, makes and looks up later: found in its syntax tree, never by running it.

reads    given a value by somebody else: loaded where the cell itself has not surely bound it yet
makes    there when the cell has run to its end
later    looked up among the notebook's names whenever one of its functions is called
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of some statements that run one after the other in the notebook's own scope."""

    reads: frozenset[str]
    loads: frozenset[str]
    """Every name of the notebook that is looked up, whoever gave it its value."""
    makes: frozenset[str]
    touches: frozenset[str]
    """Every name they bind or delete, also those that are as before at the end."""
    later: frozenset[str]


def names_of(statements: Sequence[ast.stmt]) -> Names:
    """The names of *statements*."""
    flow = _Flow()
    flow.run(statements)
    makes = {name for name, there in flow.last.items() if there}
    return Names(
        frozenset(flow.reads), frozenset(flow.loads), frozenset(makes), frozenset(flow.last), frozenset(flow.later)
    )


class _Flow(ast.NodeVisitor):
    """Goes through statements in the order in which they run."""

    def __init__(self) -> None:
        self.bound: set[str] = set()
        """Surely bound where we are."""
        self.reads: set[str] = set()
        self.loads: set[str] = set()
        self.later: set[str] = set()
        self.last: dict[str, bool] = {}
        """Name → whether its last binding leaves something of the cell's own there."""
        self.kept: dict[str, str] = {}
        """Name → the name whose value from before it keeps: ``kept = area``."""

    def run(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    # --- names --------------------------------------------------------------------------------------------------------

    def _load(self, name: str) -> None:
        self.loads.add(name)
        if name not in self.bound:
            self.reads.add(name)

    def _bind(self, name: str) -> None:
        self.bound.add(name)
        self.last[name] = True
        self.kept.pop(name, None)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._load(node.id)
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id)
        else:
            if node.id not in self.bound:
                self.reads.add(node.id)
            self.bound.discard(node.id)
            self.last[node.id] = False

    def visit_alias(self, node: ast.alias) -> None:
        if node.name != "*":
            self._bind((node.asname or node.name).split(".")[0])

    # --- statements whose parts do not run in the order in which they are written ------------------------------------

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        one = node.targets[0] if len(node.targets) == 1 else None
        before = node.value.id if isinstance(node.value, ast.Name) else None
        for target in node.targets:
            self.visit(target)
        if isinstance(one, ast.Name) and before is not None:
            if self.kept.get(before) == one.id:
                self.last[one.id] = False  # given back what it had
            elif not self.last.get(before):
                self.kept[one.id] = before

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._load(node.target.id)
        self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._branches([node.target, *node.body], node.orelse, [])

    visit_AsyncFor = visit_For

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._branches(node.body, node.orelse, [])

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._branches(node.body, node.orelse)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        self._branches(*([case.pattern, *_some(case.guard), *case.body] for case in node.cases), [])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        self.generic_visit(node)
        if node.name:
            self._bind(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest:
            self._bind(node.rest)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        handlers = [[*_some(h.type), *_bound_by(h), *h.body] for h in node.handlers]
        self._branches([*node.body, *node.orelse], *handlers)
        for handler in node.handlers:
            if handler.name:
                self.bound.discard(handler.name)
                self.last[handler.name] = False
        self.run(node.finalbody)

    def visit_TryStar(self, node: ast.TryStar) -> None:
        self.visit_Try(node)

    def _branches(self, *blocks: Sequence[ast.AST]) -> None:
        """Surely bound afterwards is what every block binds out of whose end one can come."""
        before, after = set(self.bound), []
        for block in blocks:
            self.bound = set(before)
            for node in block:
                self.visit(node)
            if not (block and isinstance(block[-1], (ast.Raise, ast.Continue, ast.Break))):
                after.append(self.bound)
        self.bound = set.intersection(*after) if after else before

    # --- scopes of their own ------------------------------------------------------------------------------------------

    def _scope(self, node: ast.AST) -> None:
        scope = _Scope(node)
        for name in scope.outside:
            self._load(name)
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            self.later |= scope.outside
        for name in scope.given:
            self.last[name] = True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._bind(node.name)

    def generic_visit(self, node: ast.AST) -> None:
        """Anything else: its parts in their order."""
        if isinstance(node, _SCOPES):
            self._scope(node)
        else:
            super().generic_visit(node)


def _some(node: ast.AST | None) -> list[ast.AST]:
    return [] if node is None else [node]


def _bound_by(handler: ast.ExceptHandler) -> list[ast.AST]:
    return [ast.Name(handler.name, ast.Store())] if handler.name else []


class _Scope(ast.NodeVisitor):
    """One function, class body or comprehension: what it takes from the scope around it, and what it gives to it."""

    def __init__(self, node: ast.AST) -> None:
        self.loads: set[str] = set()
        self.own: set[str] = set()
        self.of_notebook: set[str] = set()
        """Declared global."""
        self.nonlocals: set[str] = set()
        self.free: set[str] = set()
        self.around: set[str] = set()
        """Loaded before the scope is entered: defaults, decorators, bases."""
        self.given: set[str] = set()
        """Bound in the notebook's scope: declared global, or by ``:=`` in a comprehension."""
        self.comprehension = isinstance(node, _COMPREHENSIONS)
        for part in _entered(node):
            self.visit(part)
        for part in _before(node):
            self.around |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
        inner = self.loads if isinstance(node, ast.ClassDef) else self.loads | self.free
        self.outside = frozenset((inner - (self.own - self.of_notebook - self.nonlocals)) | self.around)
        if isinstance(node, ast.ClassDef):
            self.outside |= self.free
        self.given |= self.own & self.of_notebook

    def visit_Name(self, node: ast.Name) -> None:
        (self.loads if isinstance(node.ctx, ast.Load) else self.own).add(node.id)

    def visit_arg(self, node: ast.arg) -> None:
        self.own.add(node.arg)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        self.own.add((node.asname or node.name).split(".")[0])

    def visit_Global(self, node: ast.Global) -> None:
        self.of_notebook.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.nonlocals.update(node.names)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        (self.given if self.comprehension else self.own).add(node.target.id)
        self.own.add(node.target.id)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.own.add(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.own.add(node.name)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.own.add(node.rest)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        if not isinstance(node, _SCOPES):
            super().generic_visit(node)
            return
        inner = _Scope(node)
        self.free |= inner.outside
        if isinstance(node, _COMPREHENSIONS) and not self.comprehension:
            self.own |= inner.given
        else:
            self.given |= inner.given
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.own.add(node.name)


def _entered(node: ast.AST) -> list[ast.AST]:
    """What belongs to the scope itself."""
    if isinstance(node, ast.Lambda):
        return [*_parameters(node.args), node.body]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return [*_parameters(node.args), *node.body]
    if isinstance(node, ast.ClassDef):
        return list(node.body)
    return list(ast.iter_child_nodes(node))


def _before(node: ast.AST) -> list[ast.AST]:
    """What is evaluated around it."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *node.keywords]
    if isinstance(node, _FUNCTIONS):
        rest: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        if not isinstance(node, ast.Lambda):
            rest += [*node.decorator_list, *_some(node.returns)]
            rest += [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg) and a.annotation]
        return rest
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return [node.generators[0].iter]
    return []


def _parameters(arguments: ast.arguments) -> list[ast.AST]:
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return [ast.arg(a.arg) for a in (*every, arguments.vararg, arguments.kwarg) if a is not None]
