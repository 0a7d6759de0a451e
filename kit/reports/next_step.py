"""What an instructor can do about a unit that asks for them."""

from __future__ import annotations

from kit.decisions import UnitStanding
from kit.decisions.decide import unseen_form
from kit.records import Catalogue, LearnerRecord


def next_for_instructor(record: LearnerRecord, now: UnitStanding, catalogue: Catalogue) -> str:
    """The next step for the instructor, with the command to type; empty where they are not asked for."""
    if not now.attention:
        return ""
    if now.state == "waiting":
        return "Score the open answers in JupyterLab (menu Nbgrader → Formgrader), then `kit run`."
    mine = record.unit(now.unit)
    if any(submission.state == "waiting" for submission in mine.submissions.values()):
        return "Mend what the message names, then `kit run --retry-faults`: the submission is still there."
    revision = catalogue.revision(now.unit, mine.revision if mine.engaged_at else None)
    override = f"kit override {record.learner} {now.unit}"
    if unseen_form(revision, mine) is not None:
        return f'Look at `kit record {record.learner}` together, then `{override} --another-form --why "…"`.'
    return (
        f"No unseen form is left: add one to units/{now.unit}, run `kit build`, then "
        f'`{override} --another-form --why "…"`; or `--mastered` if they have shown you in person.'
    )
