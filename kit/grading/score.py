"""Item scores, decided on the trusted side: from how checks ended, never from what a cell printed or displayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kit.course import Limits
from kit.grading import notes
from kit.grading.executors.job import CellRun, Run, Value
from kit.grading.match import Placed
from kit.grading.plan import plan_of
from kit.grading.trusted import SourceCell, Trusted
from kit.records import Item, ItemScore

WAITS = "Your instructor will read this answer."


class Scoring:
    """Everything the score of an item depends on."""

    def __init__(self, trusted: Trusted, placed: Sequence[Placed], run: Run, limits: Limits) -> None:
        self.trusted = trusted
        self.placed = placed
        self.run = run
        self.limits = limits
        self.runs: Mapping[str, CellRun] = {cell.key: cell for cell in run.cells}
        self.of = {id(cell.origin): cell for cell in placed if cell.origin}

    def score(self, item: Item) -> ItemScore:
        """The score of *item*, with the reason in words."""
        cell = self.trusted.by_grade_id(item.id)
        assert cell is not None  # `read_trusted` made sure
        score, note = self._check(item, cell) if self._is_run(item, cell) else self._manual(cell)
        return ItemScore(item.id, item.objective, score, float(item.points), notes.clean(note))

    @staticmethod
    def _is_run(item: Item, cell: SourceCell) -> bool:
        return cell.role == "check" and cell.type == "code" and not item.manual

    def _manual(self, cell: SourceCell) -> tuple[float | None, str]:
        """A person scores it, unless there is nothing to read."""
        if cell.role == "check":  # a test a person carries out: about the answers before it
            answered = any(self.of[id(answer)].changed for answer in self.trusted.answers_of(cell))
        else:
            answered = self._task_changed(cell) if cell.role == "task" else self.of[id(cell)].changed
        return (None, WAITS) if answered else (0.0, notes.NO_ANSWER)

    def _task_changed(self, task: SourceCell) -> bool:
        """Whether the learner wrote anything between a task and the next graded or locked cell."""
        inside = False
        for placed in self.placed:
            if placed.origin is task:
                inside = True
            elif inside and placed.origin and placed.origin.role != "plain":
                return False
            elif inside and placed.changed and placed.source.strip():
                return True
        return False

    # --- checks -------------------------------------------------------------------------------------------------------

    def _check(self, item: Item, check: SourceCell) -> tuple[float, str]:
        run = self.runs.get(self.of[id(check)].key)
        if run is None or run.state == "not-run":
            return 0.0, notes.not_run(self.run)
        if run.state == "ran":
            return self._passed(float(item.points), run)
        return 0.0, self._why_not(check, run)

    def _passed(self, points: float, run: CellRun) -> tuple[float, str]:
        value = run.value if self.run.reported else _first_result(run)
        if value is None or value.kind == "none" or (value.kind == "bool" and value.number):
            return points, ""
        if value.kind == "number" and value.number is not None and 0 <= value.number <= points:
            return value.number, "" if value.number == points else _partly(value.number, points)
        if value.kind == "bool":
            return 0.0, "This did not hold."
        return 0.0, (
            f"The check ended with a value that is no score between 0 and {points:g}. "
            "Please show this to your instructor: the check may need mending."
        )

    def _why_not(self, check: SourceCell, run: CellRun) -> str:
        answers = [self.of[id(cell)] for cell in self.trusted.answers_of(check)]
        if answers and not any(answer.changed for answer in answers):
            return notes.NO_ANSWER
        for answer in answers:
            ran = self.runs.get(answer.key)
            if ran is not None and (said := notes.of_answer(answer, ran, self.limits.cell_seconds)):
                return said
        plan = plan_of(self.trusted).get(check)  # none for other languages, where all runs in one process
        inside = plan is None or plan.verdict.mode == "inside"
        return notes.of_check(check, run, self.limits.cell_seconds, inside)


def _partly(number: float, points: float) -> str:
    return f"{number:g} of {points:g} points: a part of this is there already."


def _first_result(run: CellRun) -> Value | None:
    """Plain mode: the first result of a cell as a number, as nbgrader reads it; None where it is not one."""
    for output in run.outputs:
        if output.get("output_type") == "execute_result":
            text = output.get("data", {}).get("text/plain", "")
            try:
                return Value("number", float(text[0] if isinstance(text, list) and len(text) == 1 else text))
            except (TypeError, ValueError):
                return None
    return None
