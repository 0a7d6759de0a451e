"""One submission, from bytes to scores: the stages in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from kit.course import Limits
from kit.errors import GraderFault, KitError
from kit.grading.executors.job import Executor, Job
from kit.grading.feedback import feedback_page
from kit.grading.ground import broken_check, find_ground
from kit.grading.match import Placed, found_any, place
from kit.grading.plan import cell_jobs
from kit.grading.read import Submission, read_submission
from kit.grading.score import Scoring
from kit.grading.show import autograded
from kit.grading.trusted import Trusted, read_trusted
from kit.grading.work import Graded, Refusal, Rejected, Work


def grade(work: Work, executor: Executor, limits: Limits) -> Graded | Rejected:
    """Grade one submission.

    Whatever the learner sent ends as `Graded` or as `Rejected`; GraderFault is raised when the trusted notebooks, the
    machine or the executor fail, and the submission can be graded again later. Nothing is written outside a temporary
    folder, and nothing of earlier submissions is looked at.
    """
    try:
        return _grade(work, executor, limits)
    except Refusal as refusal:
        return refusal.rejected
    except KitError:
        raise
    except Exception as error:
        raise GraderFault(f"{work.assignment.id}: the grader failed ({type(error).__name__}: {error}).") from error


def _grade(work: Work, executor: Executor, limits: Limits) -> Graded:
    trusted = read_trusted(work)
    sent = read_submission(work, limits, frozenset(cell.grade_id for cell in trusted.cells) - {""})
    _refuse_another(work, trusted, sent)
    placed = place(trusted.cells, sent.cells)
    run = executor.run(make_job(work, trusted, placed, sent, limits))
    scoring = Scoring(trusted, placed, run, limits)
    items = tuple(scoring.score(item) for item in work.assignment.items)
    return Graded(
        items=items,
        notebook=autograded(trusted, placed, run),
        feedback=partial(feedback_page, work, items, scoring),
        seconds=run.seconds,
        restored=tuple(cell.origin.grade_id for cell in placed if cell.fate == "restored" and cell.origin),
    )


def make_job(work: Work, trusted: Trusted, placed: tuple[Placed, ...], sent: Submission, limits: Limits) -> Job:
    """What goes to the executor: code cells in their order, and the files they may read (released data wins)."""
    broken = broken_check(trusted)
    if broken is not None:
        where = f"{work.assignment.id}: the check {broken.grade_id!r}"
        raise GraderFault(f"{where} is not valid Python. Mend it in the unit, then kit build.")
    released = _released_files(work.release)
    return Job(
        cells=cell_jobs(trusted, placed),
        kernel=str(trusted.kernelspec.get("name") or "python3"),
        language=trusted.language,
        limits=limits,
        files=_together(sent.files, released),
        given=tuple(released),
        ground=find_ground(trusted),
    )


def _together(sent: Mapping[str, bytes], released: Mapping[str, bytes]) -> dict[str, bytes]:
    """Both, with the released ones where a path is in both, or is a file in one and a folder in the other."""
    folders = {parent.as_posix() for path in released for parent in PurePosixPath(path).parents}
    kept = {
        path: content
        for path, content in sent.items()
        if path not in folders and not any(parent.as_posix() in released for parent in PurePosixPath(path).parents)
    }
    return {**kept, **released}


def _released_files(release: Path) -> dict[str, bytes]:
    """Data that was given out beside the notebook."""
    folder = release.parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix != ".ipynb"
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    }


def _refuse_another(work: Work, trusted: Trusted, sent: Submission) -> None:
    """Refusal for the notebook of another form or assignment."""
    asked = work.assignment
    file = f"{asked.notebook}.ipynb in the folder {asked.id}"
    if sent.hint and sent.hint != asked.id:
        theirs = _words(work, sent.hint)
        raise Refusal(
            "another-assignment",
            f"This is the notebook of {theirs}; what is open for you is {_words(work, asked.id)}. "
            f"Open {file}, work in that one, save it, and submit it.",
        )
    if not found_any(trusted.cells, sent.cells):
        raise Refusal(
            "another-notebook",
            f"None of the cells of {_words(work, asked.id)} are in this notebook. Open {file}, write your answers in "
            "the cells that are there for them, save it, and submit again.",
        )


def _words(work: Work, assignment: str) -> str:
    if assignment in work.siblings:
        return work.siblings[assignment]
    if assignment == work.assignment.id and work.assignment.form:
        return f"form {work.assignment.form}"
    return assignment if len(assignment) <= 80 and assignment.isprintable() else "another assignment"
