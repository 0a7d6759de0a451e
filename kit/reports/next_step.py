"""What an instructor can do about a unit that asks for them."""

from __future__ import annotations

from typing import Literal

from kit.decisions import UnitStanding
from kit.decisions.decide import unseen_form
from kit.records import Catalogue, LearnerRecord

Help = Literal["score", "mend", "another-form", "write-form"]


def help_for(record: LearnerRecord, now: UnitStanding, catalogue: Catalogue) -> Help | None:
    """What *now* asks of the instructor: to score by hand, to mend the grader's trouble, to open or to write a form.

    None where they are not asked for.
    """
    if not now.attention:
        return None
    if now.state == "waiting":
        return "score"
    mine = record.unit(now.unit)
    if any(submission.state == "waiting" for submission in mine.submissions.values()):
        return "mend"
    revision = catalogue.revision(now.unit, mine.revision if mine.engaged_at else None)
    return "write-form" if unseen_form(revision, mine) is None else "another-form"


def next_for_instructor(record: LearnerRecord, now: UnitStanding, catalogue: Catalogue) -> str:
    """The next step for the instructor, with the command to type; empty where they are not asked for."""
    asked = help_for(record, now, catalogue)
    if asked is None:
        return ""
    if asked == "score":
        return "Score the open answers in JupyterLab (menu Nbgrader → Formgrader), then `kit run`."
    if asked == "mend":
        return "Mend what the message names, then `kit run --retry-faults`: the submission is still there."
    override = f"kit override {record.learner} {now.unit}"
    if asked == "another-form":
        return f'Look at `kit record {record.learner}` together, then `{override} --another-form --why "…"`.'
    return (
        f"No unseen form is left: add one to units/{now.unit}, run `kit build`, then "
        f'`{override} --another-form --why "…"`; or `--mastered` if they have shown you in person.'
    )
