"""Which learner cell answers which cell of the source, and the order in which everything runs.

Nothing of a learner's metadata is believed but the names by which cells are found again: by grade_id, else by cell id,
else by place between neighbours if only one cell can be meant. Locked cells always carry the author's text: an edited
one is replaced where it stands, a missing one put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from kit.grading.read import LearnerCell
from kit.grading.trusted import SourceCell

Fate = Literal["kept", "replaced", "restored", "absent", "extra"]
"""kept as sent · the author's text instead of a changed one · put back · deleted by the learner, shown, not run ·
a cell of the learner's own"""


@dataclass(frozen=True, slots=True)
class Placed:
    """One cell of the notebook that is graded."""

    key: str
    """Its cell id, unique in the notebook."""
    type: str
    source: str
    """What runs: the learner's text, or the author's where cells are given back."""
    fate: Fate
    origin: SourceCell | None = None
    cell: LearnerCell | None = None

    @property
    def role(self) -> str:
        """The role of its origin; "extra" without one."""
        return self.origin.role if self.origin else "extra"

    @property
    def changed(self) -> bool:
        """Whether the learner's text differs from what was released."""
        return self.cell is not None and (self.origin is None or _differs(self.cell.source, self.origin.released))

    @property
    def runs(self) -> bool:
        """Whether it is a code cell that is to be executed."""
        return self.type == "code" and self.fate != "absent" and bool(self.source.strip())


def place(source: Sequence[SourceCell], sent: Sequence[LearnerCell]) -> tuple[Placed, ...]:
    """The cells to be graded, in the order in which they run; every cell of *source* but plain ones is among them."""
    origin = _pair(source, sent)
    line = _learners_own(source, sent, origin)
    present = {id(entry[1]) for entry in line}
    for position, cell in enumerate(source):
        if id(cell) not in present and cell.role != "plain":
            index = _after_anchor(line, source[:position])
            line.insert(index, (None, cell, cell in origin.values()))
    return tuple(_named(line))


def found_any(source: Sequence[SourceCell], sent: Sequence[LearnerCell]) -> bool:
    """Whether *sent* has anything to do with *source*: one cell at least with a known grade_id or cell id."""
    grade_ids = {cell.grade_id for cell in source} - {""}
    ids = {cell.id for cell in source} - {""}
    return any(cell.grade_id in grade_ids or cell.id in ids for cell in sent)


_Entry = tuple[LearnerCell | None, SourceCell | None, bool]
"""The learner's cell, the source cell it stands for, and whether a locked cell was sent at all."""


def _learners_own(
    source: Sequence[SourceCell], sent: Sequence[LearnerCell], origin: dict[int, SourceCell]
) -> list[_Entry]:
    """The learner's cells in their order; locked ones stay where they were sent if that is their place."""
    found = {id(cell) for cell in origin.values()}
    line: list[_Entry] = []
    last: SourceCell | None = None
    for index, cell in enumerate(sent):
        twin = origin.get(index)
        if twin is not None and twin.given_back:
            before = source[: source.index(twin)]
            anchor = next((earlier for earlier in reversed(before) if id(earlier) in found), None)
            if anchor is not last:
                continue  # moved elsewhere: it goes back to its place
        line.append((cell, twin, True))
        last = twin or last
    return line


def _after_anchor(line: list[_Entry], before: Sequence[SourceCell]) -> int:
    """Behind the nearest earlier cell of the source that is there, and the learner's own cells that follow it."""
    index = 0
    for cell in reversed(before):
        at = next((i for i, entry in enumerate(line) if entry[1] is cell), None)
        if at is not None:
            index = at + 1
            break
    else:
        return 0
    while index < len(line) and line[index][1] is None:
        index += 1
    return index


def _named(line: Iterable[_Entry]) -> Iterable[Placed]:
    taken: set[str] = {entry[1].id or entry[1].grade_id for entry in line if entry[1]}
    for number, (cell, origin, was_sent) in enumerate(line):
        if origin is None:
            assert cell is not None
            key = cell.id if cell.id and cell.id not in taken else f"extra-{number}"
            taken.add(key)
            yield Placed(key, cell.type, cell.source, "extra", None, cell)
        elif origin.given_back:
            edited = cell is not None and _differs(cell.source, origin.released)
            fate: Fate = "replaced" if edited else "kept" if was_sent else "restored"
            yield Placed(origin.id or origin.grade_id, origin.type, origin.source, fate, origin, cell)
        elif cell is None:
            yield Placed(origin.id or origin.grade_id, origin.type, origin.released, "absent", origin)
        else:
            key = origin.id or origin.grade_id or f"cell-{number}"
            yield Placed(key, origin.type, cell.source, "kept", origin, cell)


# --- pairing ----------------------------------------------------------------------------------------------------------


def _pair(source: Sequence[SourceCell], sent: Sequence[LearnerCell]) -> dict[int, SourceCell]:
    """Index of a learner cell → the source cell it is taken for; each source cell at most once."""
    origin: dict[int, SourceCell] = {}
    taken: set[int] = set()

    def take(cell: SourceCell, candidates: list[int]) -> None:
        free = [index for index in candidates if index not in origin]
        if id(cell) in taken or not free:
            return
        # A copied cell has its grade_id twice: the one the learner worked in is meant.
        worked = [index for index in free if _differs(sent[index].source, cell.released)]
        origin[(worked or free)[0]] = cell
        taken.add(id(cell))

    for cell in source:
        if cell.grade_id:
            named = [i for i, learner in enumerate(sent) if learner.grade_id == cell.grade_id]
            take(cell, _surely(cell, named, sent) if cell.given_back else named)
    for cell in source:
        if cell.id:
            take(cell, [i for i, learner in enumerate(sent) if learner.id == cell.id])
    for cell in source:
        if cell.role in ("check", "locked", "task", "plain"):
            same = [i for i, s in enumerate(sent) if i not in origin and not _differs(s.source, cell.released)]
            take(cell, same if len(same) == 1 else [])
    _pair_by_place(source, sent, origin, taken)
    for cell in source:
        if cell.given_back and cell.grade_id:
            take(cell, [i for i, learner in enumerate(sent) if learner.grade_id == cell.grade_id])
    _pair_by_place(source, sent, origin, taken)
    return origin


def _surely(cell: SourceCell, named: list[int], sent: Sequence[LearnerCell]) -> list[int]:
    """Which of the cells with the name of a cell that is given back is that cell, at most one.

    Its name alone proves nothing: an answer may bear it, and would be lost if it were taken for the check.
    """
    same = [i for i in named if cell.id and sent[i].id == cell.id]
    return (same or [i for i in named if not _differs(sent[i].source, cell.released)])[:1]


def _pair_by_place(
    source: Sequence[SourceCell], sent: Sequence[LearnerCell], origin: dict[int, SourceCell], taken: set[int]
) -> None:
    """Between two cells that were found, one answer is missing and one cell is unknown: it is that answer."""
    where = {id(cell): index for index, cell in origin.items()}
    for start, stop in _gaps(source, taken):
        missing = [cell for cell in source[start:stop] if cell.role in ("answer", "manual")]
        low = where[id(source[start - 1])] if start else -1
        high = where[id(source[stop])] if stop < len(source) else len(sent)
        unknown = [i for i in range(low + 1, high) if i not in origin and missing and sent[i].type == missing[0].type]
        if len(missing) == 1 and len(unknown) == 1:
            origin[unknown[0]] = missing[0]
            taken.add(id(missing[0]))


def _gaps(source: Sequence[SourceCell], taken: set[int]) -> list[tuple[int, int]]:
    """Runs of source cells that were not found, as (first, one past the last)."""
    gaps, start = [], None
    for index, cell in enumerate(source):
        if id(cell) in taken:
            if start is not None:
                gaps.append((start, index))
            start = None
        elif start is None:
            start = index
    return [*gaps, (start, len(source))] if start is not None else gaps


def _differs(one: str, other: str) -> bool:
    return one.strip() != other.strip()
