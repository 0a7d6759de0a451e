"""The page a learner gets back: what is shown, what is not yet, and why; one self-contained file of HTML.

Built from released text, the learner's own text and `ItemScore.note` only: no hidden test and no traceback can be in
it. Everything is escaped; pictures are decoded and encoded again; the page forbids scripts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from kit.grading.match import Placed
from kit.grading.notes import clean
from kit.grading.score import Scoring
from kit.grading.trusted import SourceCell
from kit.grading.work import Work
from kit.records import Decision, ItemScore, Verdict

LONGEST_TEXT = 20_000
"""Letters of one answer or output that are shown."""
_PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True)
class Standing:
    """A result in three ways at once: a word, a shape and the name of a colour."""

    state: str
    """`shown`, `partly`, `open` or `waits`; also the CSS class."""
    word: str
    shape: str


SHOWN = Standing("shown", "Shown", "●")
PARTLY = Standing("partly", "Partly shown", "◐")
OPEN = Standing("open", "Not shown yet", "○")
WAITING = Standing("waits", "Waits for your instructor", "◇")
_VERDICTS = {
    "mastered": SHOWN,
    "mastered-before": Standing("shown", "Shown before, and yours", "●"),
    "gap": Standing("partly", "Not yet", "◐"),
    "not-enough": Standing("partly", "Not enough evidence yet", "◐"),
    "not-assessed": WAITING,
}
"""What the decision says, in the page's words: the page never judges an objective by itself."""


@dataclass(frozen=True, slots=True)
class Written:
    """One cell of the learner's and what it printed or drew."""

    source: str
    output: str
    pictures: tuple[str, ...]
    """As data: addresses."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as the page shows it."""

    anchor: str
    title: str
    standing: Standing
    points: str
    note: str
    remarks: tuple[str, ...]
    written: tuple[Written, ...]
    visible: str
    """The part of the check the learner was given."""


@dataclass(frozen=True, slots=True)
class ObjectiveView:
    """One objective with its items."""

    anchor: str
    title: str
    sentence: str
    """"You can …" once it is shown; until then what it is about."""
    standing: Standing
    points: str
    items: tuple[ItemView, ...]


def feedback_page(work: Work, items: Sequence[ItemScore], scoring: Scoring, decision: Decision | None = None) -> str:
    """The whole page, with what *decision* says of each objective where there is one."""
    template, style = _template()
    verdicts = {verdict.objective: verdict for verdict in decision.verdicts} if decision else {}
    views = [_item_view(number, item, scoring) for number, item in enumerate(items, 1)]
    names = list(dict.fromkeys(item.objective for item in items))
    objectives = [
        _objective_view(
            f"objective-{number}", work.titles.get(name, name), [*_of(name, items, views)], verdicts.get(name)
        )
        for number, name in enumerate(names, 1)
    ]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    words = work.siblings.get(work.assignment.id) or work.assignment.id
    page = template.render(
        title=words[:1].upper() + words[1:],
        assignment=work.assignment.id,
        objectives=objectives,
        remarks=_remarks(scoring),
        style=style,
        style_digest=digest,
        summary=decision.sentence if decision else _summary(objectives),
    )
    return clean(page)


@cache
def _template() -> tuple[Template, str]:
    folder = files("kit.grading")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = folder.joinpath("feedback.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text), folder.joinpath("feedback.css").read_text(encoding="utf-8")


def _of(name: str, items: Sequence[ItemScore], views: Sequence[ItemView]) -> Iterator[tuple[ItemScore, ItemView]]:
    return (pair for pair in zip(items, views, strict=True) if pair[0].objective == name)


def _objective_view(
    anchor: str, title: str, pairs: Sequence[tuple[ItemScore, ItemView]], verdict: Verdict | None
) -> ObjectiveView:
    items = [item for item, _ in pairs]
    most = sum(item.max for item in items)
    reached = sum(item.score or 0.0 for item in items)
    assessed = all(item.score is not None for item in items)
    standing = _VERDICTS[verdict.state] if verdict else _standing(reached if assessed else None, most)
    title = title.strip().rstrip(".")
    heading = title[:1].upper() + title[1:]
    sentence = f"You can {title[:1].lower()}{title[1:]}." if standing.state == "shown" else f"{heading}."
    needed = f", {verdict.criterion:.0%} needed" if verdict else ""
    points = _points(reached, most) + needed
    return ObjectiveView(anchor, heading, sentence, standing, points, tuple(view for _, view in pairs))


def _standing(score: float | None, most: float) -> Standing:
    if score is None:
        return WAITING
    return SHOWN if score >= most else PARTLY if score > 0 else OPEN


def _points(score: float, most: float) -> str:
    return f"{score:g} of {most:g} {'point' if most == 1 else 'points'}"


def _summary(objectives: Sequence[ObjectiveView]) -> str:
    if all(objective.standing is SHOWN for objective in objectives):
        return "Everything that was asked here, you have shown."
    if any(objective.standing is WAITING for objective in objectives):
        return "A part of your work is read by your instructor; until then it counts neither as shown nor as missing."
    return "Below you find what you have shown, and what to look at next."


# --- items ------------------------------------------------------------------------------------------------------------


def _item_view(number: int, item: ItemScore, scoring: Scoring) -> ItemView:
    cell = scoring.trusted.by_grade_id(item.item)
    assert cell is not None
    answers = scoring.trusted.answers_of(cell) if cell.role == "check" else (cell,)
    placed = [scoring.of[id(answer)] for answer in answers]
    return ItemView(
        anchor=f"item-{number}",
        title=f"{number}. {_title(cell, scoring.trusted.cells)}",
        standing=_standing(item.score, item.max),
        points="" if item.score is None else _points(item.score, item.max),
        note=item.note,
        remarks=tuple(_item_remarks(scoring.of[id(cell)], placed)),
        written=tuple(_written(answer, scoring) for answer in placed if answer.changed),
        visible=cell.released.strip() if cell.role == "check" else "",
    )


def _title(cell: SourceCell, cells: Sequence[SourceCell]) -> str:
    """How the text above an item begins: its heading, or its first sentence; the item's name where there is none."""
    for before in reversed(cells[: cells.index(cell)]):
        if before.role == "check":
            break
        if before.type == "markdown" and before.role == "plain" and (words := _beginning(before.released)):
            return words
    return cell.grade_id.replace("-", " ").replace("_", " ")


def _beginning(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    line = re.sub(r"[*`_#]+", "", line).strip()
    line = re.sub(r"^(?:\w+ )?\d+[.:)]\s*", "", line)  # "3." or "Task 3.": items are numbered here
    sentence = re.split(r"(?<=[.?!])\s", line, maxsplit=1)[0].removesuffix(".")
    return textwrap.shorten(sentence, 80, placeholder=" …")


def _item_remarks(check: Placed, answers: Iterable[Placed]) -> Iterator[str]:
    if check.fate == "restored":
        yield "The check was missing in your notebook and was put back."
    if check.fate == "replaced":
        yield "The check had been changed in your notebook; the original one was used."
    for answer in answers:
        if answer.fate == "absent":
            yield "The cell for your answer is missing in your notebook. Open the assignment again to get it back."


def _remarks(scoring: Scoring) -> list[str]:
    known = {cell.grade_id for cell in scoring.trusted.cells} - {""}
    copies = [cell for cell in scoring.placed if cell.fate == "extra" and cell.cell and cell.cell.grade_id in known]
    if not copies:
        return []
    return ["Some cells were in your notebook more than once. The first one you worked in was taken as your answer."]


def _written(cell: Placed, scoring: Scoring) -> Written:
    run = scoring.runs.get(cell.key)
    outputs = run.outputs if run is not None and _before_hidden(cell, scoring) else ()
    text = "".join(_texts(outputs))
    return Written(_cut(cell.source), _cut(_ANSI.sub("", text)).strip("\n"), tuple(_pictures(outputs)))


def _before_hidden(cell: Placed, scoring: Scoring) -> bool:
    """Whether a cell ran before any hidden test: what it prints then cannot tell anything about one."""
    for placed in scoring.placed:
        if placed is cell:
            return True
        if placed.origin is not None and placed.origin.role == "check" and placed.origin.hidden_lines:
            return False
    return False


def _texts(outputs: Iterable[dict[str, Any]]) -> Iterator[str]:
    for output in outputs:
        if output.get("output_type") == "stream":
            yield str(output.get("text", ""))
        elif output.get("output_type") in ("execute_result", "display_data"):
            data = output.get("data")
            if isinstance(data, dict) and not any(mime in data for mime in _PICTURES):
                yield f"{data.get('text/plain', '')}\n"


def _pictures(outputs: Iterable[dict[str, Any]]) -> Iterator[str]:
    for output in outputs:
        for mime, beginning in _PICTURES.items():
            content = output.get("data", {}).get(mime) if isinstance(output.get("data"), dict) else None
            if not isinstance(content, str):
                continue
            try:
                picture = base64.b64decode("".join(content.split()), validate=True)
            except (binascii.Error, ValueError):
                continue
            if picture.startswith(beginning):
                yield f"data:{mime};base64,{base64.b64encode(picture).decode()}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}\n…"
