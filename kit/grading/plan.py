"""How each check of a notebook is carried out: where, with which names, and what of it a learner may see.

All of it follows from the author's notebook, read and never run; what a learner changed decides only whether the
released text of a check is run for the names that their cells use (`released_for`).
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from kit.grading.executors.job import CellJob, Ground, Mode
from kit.grading.ground import find_ground, has_magic, imports_of, parse
from kit.grading.match import Placed
from kit.grading.names import Names, names_of
from kit.grading.origins import not_plain
from kit.grading.outside import Surroundings, files_of, imported, reason_in
from kit.grading.prelude import find_helpers, used_by
from kit.grading.reasons import REASONS
from kit.grading.trusted import KEPT, SourceCell, Trusted

INSIDE_TAG = "inside"
"""With it the author says that a check has to run in the learner's process."""

_BUILTINS = frozenset(dir(builtins)) | {"display"}
_NOTHING = names_of([])
_WORD = re.compile(r"[^\W\d]\w*")
_BRACKET = re.compile(r"[()\[\]{}]")
_PARSED_OF_A_CELL = 50_000
_PARSED_OF_A_SUBMISSION = 300_000
"""Characters. A learner's cell beyond that is looked at word by word: reading it as Python may be made to take long."""
_DEEPEST = 100
"""Brackets within brackets: the time the parser takes grows with them."""
_NAMESPACES = frozenset(("globals", "locals", "vars", "dir", "eval", "exec", "timeit"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a check is carried out, and why."""

    mode: Mode
    reason: str = ""
    """One of `REASONS`; empty for a check that the judge carries out."""

    @property
    def why(self) -> str:
        """The reason as the end of the sentence "The check …"."""
        return REASONS[self.reason].why if self.reason else ""

    @property
    def hint(self) -> str:
        """How to write the check otherwise."""
        return REASONS[self.reason].hint if self.reason else ""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What is known of one check before anything is handed in."""

    verdict: Verdict
    hidden_from: int | None
    reads: tuple[str, ...]
    shares: tuple[str, ...]
    offers: frozenset[str]
    """Names that the released text makes, and no cell of the author's outside of checks."""
    needed: bool
    """Whether a later check needs such a name in the learner's process."""
    prelude: str = ""
    """Functions of the author's that are made for the check anew."""
    imports: str = ""
    """Import statements at the top level of the released text."""


def mode_of(check: SourceCell, trusted: Trusted) -> Verdict:
    """Where *check*, a cell of *trusted*, is carried out."""
    return plan_of(trusted)[check].verdict


@lru_cache(maxsize=KEPT)
def plan_of(trusted: Trusted) -> Mapping[SourceCell, CheckPlan]:
    """The plan of every check of a Python notebook; empty for other languages."""
    return _Author(trusted).plans() if trusted.language == "python" else {}


def cell_jobs(trusted: Trusted, placed: Sequence[Placed]) -> tuple[CellJob, ...]:
    """The code cells of a submission in their order, each check with its plan."""
    plans = plan_of(trusted)
    running = [cell for cell in placed if cell.runs]
    released = released_for(plans, running)
    nothing: frozenset[str] = frozenset()
    words = [frozenset(_WORD.findall(cell.source)) if cell.role != "check" else nothing for cell in running]
    later = list(accumulate(reversed(words), frozenset.union, initial=nothing))[-2::-1]
    return tuple(_job(cell, plans, released, after) for cell, after in zip(running, later, strict=True))


def _job(
    cell: Placed, plans: Mapping[SourceCell, CheckPlan], released: frozenset[str], after: frozenset[str]
) -> CellJob:
    if cell.role != "check" or cell.origin is None:
        return CellJob(cell.key, cell.source)
    plan = plans.get(cell.origin)
    if plan is None:
        return CellJob(cell.key, cell.source, check=True)
    return CellJob(
        cell.key, cell.source, check=True,
        mode=plan.verdict.mode, hidden_from=plan.hidden_from, reads=plan.reads, shares=plan.shares,
        prelude=plan.prelude,
        released=cell.origin.released if cell.key in released
        else plan.imports if plan.imports and not after.isdisjoint(_WORD.findall(plan.imports)) else "",
    )  # fmt: skip


# --- one submission ---------------------------------------------------------------------------------------------------


def released_for(plans: Mapping[SourceCell, CheckPlan], running: Sequence[Placed]) -> frozenset[str]:
    """Keys of the checks whose released text gives names that later cells of this submission use.

    A name that any cell of the submission binds itself is that cell's affair.
    """
    planned = [
        (n, cell.key, plans[cell.origin]) for n, cell in enumerate(running) if cell.origin and cell.origin in plans
    ]
    offers = {key: (position, plan.offers) for position, key, plan in planned if plan.offers}
    offered = frozenset().union(*(names for _, names in offers.values()))
    read: list[tuple[int, frozenset[str]]] = []
    bound: set[str] = set()
    reading = _Reading()
    for position, cell in enumerate(running):
        if cell.role != "check" and not offered.isdisjoint(_WORD.findall(cell.source)):
            reads, touches = reading.of(cell.source)
            read.append((position, reads))
            bound |= touches
    wanted = {
        key
        for key, (place, names) in offers.items()
        if any(place < position and not (names - bound).isdisjoint(reads) for position, reads in read)
    }
    return frozenset(wanted | {key for _, key, plan in planned if plan.needed})


def _imports_of(text: str) -> str:
    tree = parse(text)
    nodes = (node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))) if tree is not None else ()
    return "\n".join(ast.unparse(node) for node in nodes)


class _Reading:
    """Reads the cells of one submission, each text once, and no more of them as Python than is good for everybody."""

    def __init__(self) -> None:
        self.left = _PARSED_OF_A_SUBMISSION
        self.known: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def of(self, source: str) -> tuple[frozenset[str], frozenset[str]]:
        """What a cell reads and binds; for what is not read as Python, every word may be a name it reads."""
        if source not in self.known:
            names = self._names(source)
            words = frozenset() if names else frozenset(_WORD.findall(source))
            self.known[source] = (names.reads, names.touches) if names else (words, frozenset())
        return self.known[source]

    def _names(self, source: str) -> Names | None:
        if len(source) > min(self.left, _PARSED_OF_A_CELL) or _depth(source) > _DEEPEST:
            return None
        self.left -= len(source)
        tree = parse(source)
        try:
            return names_of(tree.body) if tree is not None else None
        except RecursionError:
            return None


def _depth(source: str) -> int:
    """How many brackets are open at most, those in texts and comments among them."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(source):
        depth = depth + 1 if bracket in "([{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


# --- the author's notebook --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Code:
    """One code cell of the author's."""

    cell: SourceCell
    tree: ast.Module | None
    names: Names
    hidden_from: int | None
    hidden: frozenset[str]
    """Names that the hidden part of a check touches."""

    @property
    def check(self) -> bool:
        return self.cell.role == "check"

    def touches(self, name: str) -> bool:
        """Whether it may give *name* a value."""
        return name in self.names.touches or (self.tree is None and name in _WORD.findall(self.cell.source))


class _Author:
    """The author's notebook, looked at cell by cell."""

    def __init__(self, trusted: Trusted) -> None:
        self.ground: Ground = find_ground(trusted)
        self.code = [_code(cell) for cell in trusted.cells if cell.type == "code"]
        others = [code for code in self.code if not code.check]
        trees = [code.tree for code in others if code.tree is not None]
        self.bound = frozenset().union(*(code.names.touches for code in others))
        self.later = frozenset().union(*(code.names.later for code in others))
        self.around = _surroundings(self, trees, [code.cell.source for code in others])
        self.verdicts = {code.cell: self._verdict(code) for code in self.code if code.check}
        self.reads = {code.cell: self._reads(code) for code in self.code if code.check}
        plain = (_BUILTINS - frozenset(self.ground.own_names)) | self.ground.imports.keys()
        self.helpers = find_helpers([(code.cell, code.tree) for code in self.code], plain, self.around)

    def plans(self) -> dict[SourceCell, CheckPlan]:
        """The plan of each check."""
        found = {}
        needed = set(self._needed())
        for position, code in enumerate(self.code):
            if code.check:
                makers = self._makers(position)
                verdict = self.verdicts[code.cell]
                helpers = used_by(self.reads[code.cell], self.helpers, position) if verdict.mode == "apart" else ()
                made = {helper.name for helper in helpers}
                found[code.cell] = CheckPlan(
                    verdict,
                    self._hidden_from(code, makers),
                    tuple(sorted(name for name in self._asked(code, makers) if name not in made)),
                    tuple(sorted(self._shares(code) | self._left(makers).keys())),
                    self._offers(code),
                    code.cell in needed,
                    "\n\n".join(helper.text for helper in helpers),
                    _imports_of(code.cell.released),
                )
        return found

    def _verdict(self, code: _Code) -> Verdict:
        if INSIDE_TAG in (code.cell.metadata.get("tags") or ()):
            return Verdict("inside", "tagged")
        if code.tree is None or has_magic(code.cell.source):
            return Verdict("inside", "magic")
        reason = reason_in(code.tree, code.names, self.around)
        return Verdict("inside" if reason else "apart", reason)

    # --- names --------------------------------------------------------------------------------------------------------

    def _reads(self, code: _Code) -> frozenset[str]:
        """Names a check may look up before it has bound them; also those it mentions as texts."""
        if code.tree is None:
            return frozenset()
        reads = code.names.reads | _named_by_text(code.tree, self.bound)
        return reads - (_BUILTINS - frozenset(self.ground.own_names))

    def _makers(self, position: int) -> dict[str, _Code]:
        """Name → the check before *position* that gave it the value it has there, as far as checks did."""
        makers: dict[str, _Code] = {}
        for code in self.code[:position]:
            if code.check:
                makers.update(dict.fromkeys(code.names.makes, code))
            else:
                for name in [name for name in makers if code.touches(name)]:
                    del makers[name]
        return makers

    def _asked(self, code: _Code, makers: Mapping[str, _Code]) -> Iterator[str]:
        """Names whose value comes from the learner's process."""
        for name in self.reads[code.cell]:
            maker = makers.get(name)
            if maker is not None and self.verdicts[maker.cell].mode == "apart":
                continue  # the judge has it
            if name in self.ground.imports:
                continue
            yield name

    def _shares(self, code: _Code) -> frozenset[str]:
        """Names a check gives a value for the learner's code to see.

        Those that functions of the author's look up; and those of the notebook that the check itself never looks at
        afterwards: what for would it have set them? Other values of a check stay with the judge.
        """
        imports = {name for name, _ in imports_of(code.tree)} if code.tree else set()
        set_for_them = self.later | (self.bound - code.names.loads)
        return (code.names.touches - imports) & set_for_them

    def _left(self, makers: Mapping[str, _Code]) -> dict[str, _Code]:
        """Names that earlier checks gave such a value for good → the check."""
        return {
            name: maker
            for name, maker in makers.items()
            if self.verdicts[maker.cell].mode == "apart" and name in self._shares(maker)
        }

    def _hidden_from(self, code: _Code, makers: Mapping[str, _Code]) -> int | None:
        used = self.reads[code.cell] | self._left(makers).keys()
        if any(name in makers and name in makers[name].hidden for name in used):
            return 1  # it goes on with what a hidden part made
        return code.hidden_from

    def _offers(self, code: _Code) -> frozenset[str]:
        tree = parse(code.cell.released)
        return names_of(tree.body).makes - frozenset(self.ground.imports) if tree is not None else frozenset()

    def _needed(self) -> Iterator[SourceCell]:
        """Checks whose released text a later one needs to have been run in the learner's process: one of the two is
        carried out there, in a fork that ends with it.
        """
        for position, code in enumerate(self.code):
            if not code.check:
                continue
            makers = self._makers(position)
            for name in self.reads[code.cell] & makers.keys():
                maker = makers[name]
                modes = (self.verdicts[code.cell].mode, self.verdicts[maker.cell].mode)
                if "inside" in modes and name in self._offers(maker):
                    yield maker.cell


def _surroundings(author: _Author, trees: list[ast.Module], sources: list[str]) -> Surroundings:
    imports: dict[str, str] = {}
    for code in author.code:
        imports |= imported(code.tree) if code.tree is not None else {}
    magics = [match[1] for source in sources if (match := re.match(r"%%(?:writefile|file)\s+(?:-a\s+)?(\S+)", source))]
    return Surroundings(
        imports=imports,
        bound=author.bound,
        not_plain=not_plain(trees, imports),
        own_classes=frozenset(author.ground.own_classes),
        files=files_of(trees, imports, magics),
    )


def _code(cell: SourceCell) -> _Code:
    tree = parse(cell.source)
    if tree is None:
        return _Code(cell, None, _NOTHING, None, frozenset())
    names = names_of(tree.body)
    line = _first_hidden(cell, tree) if cell.role == "check" else None
    hidden = [node for node in tree.body if line is not None and _begins(node) >= line]
    return _Code(cell, tree, names, line, names_of(hidden).touches)


def _first_hidden(cell: SourceCell, tree: ast.Module) -> int | None:
    """The line on which the hidden part begins: that of the whole statement where it begins within one."""
    if not cell.hidden_lines:
        return None
    line = min(cell.hidden_lines)
    around = (_begins(node) for node in tree.body if _begins(node) <= line <= (node.end_lineno or node.lineno))
    return min(around, default=line)


def _begins(node: ast.stmt) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])


# --- names in texts ---------------------------------------------------------------------------------------------------


def _named_by_text(tree: ast.Module, known: frozenset[str]) -> frozenset[str]:
    """Names that a check looks up by their text: ``"x" in globals()``, ``eval("x + 1")``.

    Where a text is put together while it runs, any name of the notebook (*known*) may be meant.
    """
    nodes = list(ast.walk(tree))
    spaces = {id(node) for node in nodes if isinstance(node, ast.Name) and node.id in _NAMESPACES}
    if not spaces:
        return frozenset()
    found = dict(pair for node in nodes for pair in _looked_up_plainly(node))
    if spaces <= found.keys():
        return frozenset(found.values())
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return known | {text for text in texts if text.isidentifier()}


def _looked_up_plainly(node: ast.AST) -> Iterator[tuple[int, str]]:
    """``"x" in globals()``, ``globals()["x"]`` and ``globals().get("x")``: which `globals` it is, and the text."""
    spaces: list[ast.expr] = []
    text: ast.expr | None = None
    if isinstance(node, ast.Compare):
        spaces, text = node.comparators, node.left
    elif isinstance(node, ast.Subscript):
        spaces, text = [node.value], node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        spaces, text = [node.func.value], node.args[0]
    if isinstance(text, ast.Constant) and isinstance(text.value, str):
        for space in spaces:
            if isinstance(space, ast.Call) and isinstance(space.func, ast.Name) and not space.args:
                yield id(space.func), text.value
