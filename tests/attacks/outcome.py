"""What came of an attack: the scores, and everything a person would be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from html.parser import HTMLParser
from typing import Any

from kit.course import Limits
from kit.grading import Graded, Rejected
from kit.grading.show import SAFE_MIMES
from tests.attacks.assignment import HIDDEN_VALUES, SOLUTION_WORD
from tests.attacks.case import Case, Words, fill
from tests.attacks.world import PRIVATE_WORDS
from tests.grading.notebooks import Exercise, notes, scores

LIMITS = Limits(cell_seconds=15, notebook_seconds=60)
"""Generous, as the machine may be busy: what loops for ever has limits of its own."""
SECRETS = (*HIDDEN_VALUES, SOLUTION_WORD, *PRIVATE_WORDS)
_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "section", "article", "footer", "h1", "h2"),
    *("h3", "h4", "p", "ul", "li", "span", "b", "a", "pre", "code", "details", "summary", "img"),
}
_LIVE = ("style", "srcdoc", "formaction", "xlink:href", "srcset")
_PICTURES = ("data:image/png;", "data:image/jpeg;")
_TELLTALE = "canary"
"""An attack prints it when it got somewhere, and nobody else does."""


@dataclass(frozen=True)
class Outcome:
    """A graded or rejected attack."""

    scores: dict[str, float | None] | str
    page: str
    """The learner's feedback, or the reason for which the submission was rejected."""
    notebook: dict[str, Any] | None
    """For formgrader."""
    notes: dict[str, str]
    """Why each item came out as it did."""
    html: str = ""
    """The feedback page as it is sent."""

    @property
    def printed(self) -> str:
        """What the learner's own cells show in formgrader."""
        cells = self.notebook["cells"] if self.notebook else []
        own = [cell for cell in cells if not cell["metadata"].get("nbgrader", {}).get("grade")]
        return json.dumps([cell.get("outputs", []) for cell in own], ensure_ascii=False)

    @property
    def live(self) -> list[str]:
        """What could run or load something, on the page and in formgrader."""
        found = _Reader(self.html).live
        for cell in self.notebook["cells"] if self.notebook else ():
            found += [f"attached {m}" for b in cell.get("attachments", {}).values() for m in b if m not in SAFE_MIMES]
            for output in cell.get("outputs", ()):
                found += [f"displayed {mime}" for mime in output.get("data", {}) if mime not in SAFE_MIMES]
        return found

    def leaks(self, case: Case, words: Words) -> list[str]:
        """Secrets that came to light, and signs that the attack got somewhere."""
        shown = self.page
        for source in case.filled(words).values():  # what they wrote themselves may stand there
            shown = shown.replace(source, "")
        found = [f"the learner sees {secret}" for secret in SECRETS if secret in shown]
        found += [f"a cell printed {secret}" for secret in SECRETS if secret in self.printed]
        found += [f"{text} came out" for text in case.never if text in self.page or text in self.printed]
        if _TELLTALE in self.printed:
            start = self.printed.index(_TELLTALE)
            found.append(f"a cell printed {self.printed[start : start + 80]!r}")
        return found


def attack(counting: Exercise, case: Case, words: Words) -> Outcome:
    """Hand in *case* and grade it."""
    known = {field.name for field in fields(Limits)}
    limits = replace(LIMITS, **{name: value for name, value in case.limits.items() if name in known})
    notebook = counting.answered(case.filled(words), case.edit)
    files = {
        name: fill(content, words) if isinstance(content, str) else content for name, content in case.files.items()
    }
    folder = counting.folder_with({"unit.ipynb": json.dumps(notebook), **files})
    if case.plant is not None:
        case.plant(folder)
    return outcome(replace(counting, limits=limits).grade_folder(folder))


def outcome(result: Graded | Rejected) -> Outcome:
    """What *result* shows to whom."""
    if isinstance(result, Rejected):
        return Outcome(result.code, result.reason, None, {})
    html = result.feedback(None)
    return Outcome(scores(result.items), _Reader(html).text, result.notebook, notes(result.items), html)


class _Reader(HTMLParser):
    """What stands on a page: its texts and the values of its attributes; and what of it is more than text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.live: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts += [value for _, value in attrs if value]
        attributes = {name: value or "" for name, value in attrs}
        if tag not in _TAGS or any(name.startswith("on") or name in _LIVE for name in attributes):
            self.live.append(self.get_starttag_text() or tag)
        if not attributes.get("href", "#").startswith("#") or not attributes.get("src", _PICTURES[0]).startswith(
            _PICTURES
        ):
            self.live.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)
