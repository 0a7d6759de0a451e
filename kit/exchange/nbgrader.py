"""nbgrader's eight exchange classes on top of a `Counter`: its own assignment list shows what is granted, no more.

`configure` points nbgrader at a course; a course's `nbgrader_config.py` is two lines that call it.

Who is asking. The learner is the Unix account the process runs under. `KIT_LEARNER` names another one, for trying out
several learners under one account; it opens nothing, because the exchange's own permissions protect each learner.

On the instructor's side there is nothing to do by hand: releasing, collecting and returning feedback are what
`kit run` and `kit watch` do, so those classes say that in one sentence and change nothing.

nbgrader makes these objects for every request, also without a course directory, outside its error handling: nothing is
read before `start()`. Errors leave as nbgrader's ExchangeError, through `fail`.
"""

# mypy: allow-subclassing-any
# (nbgrader and traitlets bring no types)

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import abc
from traitlets import Bool, Unicode, default
from traitlets.config import Config

from kit.course import Course, read_course
from kit.errors import CourseError, KitError
from kit.exchange import Exchange as KitExchange
from kit.exchange import Feedback, Offer, Receipt, open_exchange

T = TypeVar("T")
_EVERY = ("", "*")  # nbgrader's ways to say "all of them" and "me"
_FACTORY = (
    ("exchange", "Exchange"),
    ("list", "ExchangeList"),
    ("fetch_assignment", "ExchangeFetchAssignment"),
    ("fetch_feedback", "ExchangeFetchFeedback"),
    ("submit", "ExchangeSubmit"),
    ("release_assignment", "ExchangeReleaseAssignment"),
    ("release_feedback", "ExchangeReleaseFeedback"),
    ("collect", "ExchangeCollect"),
)


def configure(c: Config, root: Path | str) -> None:
    """Point nbgrader at the course in *root*: its folders, its gradebook, and the kit's exchange.

    Reads course.toml only (a learner may read no more than that); CourseError if that cannot be used.
    """
    course = _read(root)
    c.CourseDirectory.root = str(course.root)
    c.CourseDirectory.course_id = course.id
    c.CourseDirectory.db_url = course.gradebook_url
    c.CourseDirectory.release_directory = "release"
    for step in ("source", "source_with_tests", "submitted", "autograded", "feedback", "solution"):
        c.CourseDirectory[f"{step}_directory"] = f"gradebook/{step}"
    c.ClearSolutions.code_stub = _code_stubs()
    # A second net only: what formgrader shows of graded notebooks was made harmless before (kit.grading.harmless).
    c.HTMLExporter.sanitize_html = True
    c.Exchange.course_root = str(course.root)
    for trait, name in _FACTORY:
        c.ExchangeFactory[trait] = f"kit.exchange.nbgrader.{name}"


def _code_stubs() -> dict[str, str]:
    from nbgrader.preprocessors import ClearSolutions

    stubs: dict[str, str] = dict(ClearSolutions.class_traits()["code_stub"].default())
    # An untouched cell must run: `...` fails the checks without a traceback that frightens a beginner.
    return {**stubs, "python": "# write your answer here, then run this cell\n..."}


def _read(root: Path | str) -> Course:
    course, faults = read_course(root)
    if course is None:
        raise CourseError(faults)
    return course


class Exchange(abc.Exchange):
    """What the eight have in common: the course, who asks, and where that person's folders are."""

    path_includes_course = Bool(
        False, help="Whether assignments lie in <course>/<assignment> instead of <assignment>."
    ).tag(config=True)
    course_root = Unicode(help="The course's folder; the environment variable KIT_COURSE unless set.").tag(config=True)

    def __init__(
        self,
        coursedir: CourseDirectory | None = None,
        authenticator: Authenticator | None = None,
        authentictor: Authenticator | None = None,  # so spelt where formgrader asks for feedback
        **kwargs: Any,
    ) -> None:
        super().__init__(coursedir=coursedir, authenticator=authenticator or authentictor, **kwargs)

    @default("course_root")
    def _course_root_default(self) -> str:
        return os.environ.get("KIT_COURSE", "")

    def init_src(self) -> None:
        """Nothing to prepare: the counter checks before anything moves."""

    def init_dest(self) -> None:
        """Nothing to prepare: the counter checks before anything moves."""

    def copy_files(self) -> None:
        """Nothing to move, unless a subclass says what."""

    @cached_property
    def course(self) -> Course:
        """The course, read when first asked for."""
        if not self.course_root:
            self.fail("No course is named. Set the environment variable KIT_COURSE to the course's folder.")
        return self._kindly(lambda: _read(self.course_root))

    @cached_property
    def counter(self) -> KitExchange:
        """The course's exchange."""
        return self._kindly(lambda: open_exchange(self.course))

    @cached_property
    def learner(self) -> str:
        """Who asks: the account this process runs under, or KIT_LEARNER."""
        named = os.environ.get("KIT_LEARNER")
        if named:
            return named
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            self.fail("This process runs under an account without a name. Set KIT_LEARNER to your name in the course.")

    def fail(self, msg: str) -> NoReturn:
        """Log *msg* and raise nbgrader's ExchangeError with it."""
        super().fail(msg)
        raise AssertionError  # nbgrader's own fail always raises

    def _kindly(self, ask: Callable[[], T]) -> T:
        """What *ask* returns; the kit's errors leave as nbgrader expects them, with their sentence."""
        try:
            return ask()
        except KitError as error:
            self.fail(str(error))

    def _require_this_course(self) -> None:
        if self.coursedir.course_id not in (*_EVERY, self.course.id):
            self.fail(f"There is no course {self.coursedir.course_id!r} here; this one is {self.course.id}.")
        if self.coursedir.student_id not in (*_EVERY, self.learner):
            self.fail(f"You are {self.learner} here and cannot do this for {self.coursedir.student_id}.")

    def _offers(self) -> list[Offer]:
        """What the asking learner has, as far as nbgrader's filters let it through."""
        if self.coursedir.course_id not in (*_EVERY, self.course.id):
            return []
        if self.coursedir.student_id not in (*_EVERY, self.learner):
            return []
        wanted = self.coursedir.assignment_id
        offers = self._kindly(lambda: self.counter.offers(self.learner))
        return [offer for offer in offers if wanted in (*_EVERY, offer.assignment)]

    def _own_folder(self) -> Path:
        """Where the learner's assignments lie."""
        here = Path(os.path.abspath(self.assignment_dir))
        return here / self.course.id if self.path_includes_course else here

    def _stamp(self, receipt: Receipt) -> str:
        """The submission's time as nbgrader writes it; also the name of its feedback folder."""
        return receipt.at.strftime(self.timestamp_format)


class ExchangeList(Exchange, abc.ExchangeList):
    """Rows for the assignment list, `nbgrader list` and formgrader."""

    def list_files(self) -> list[dict[str, Any]]:
        """Released and fetched rows, or (`cached`) submitted ones; the keys are those nbgrader's own exchange gives."""
        if self.inbound:
            self.fail(
                "Nothing waits to be collected by hand: `kit run` (or `kit watch`) takes in what learners submit."
            )
        if self.cached:
            rows = [self._submitted_row(offer) for offer in self._offers() if offer.submissions]
        elif type(self.parent).__name__ == "NbGraderAPI":
            return self._rows_for_formgrader()
        else:
            rows = [self._row(offer) for offer in self._offers()]
        for row in rows:
            self.log.info("%s %s (%s)", row["course_id"], row["assignment_id"], row["status"])
        return rows

    def remove_files(self) -> NoReturn:
        """Always ExchangeError: nothing is taken back by hand."""
        self.fail("Nothing is taken back by hand: `kit run` withdraws what a learner should no longer fetch.")

    def _row(self, offer: Offer) -> dict[str, Any]:
        folder = self._own_folder() / offer.assignment
        row = {"course_id": self.course.id, "assignment_id": offer.assignment}
        if not folder.is_dir():
            notebooks = [{"notebook_id": name, "path": f"{name}.ipynb"} for name in offer.notebooks]
            return {**row, "status": "released", "path": offer.assignment, "notebooks": notebooks}
        notebooks = [{"notebook_id": path.stem, "path": str(path)} for path in sorted(folder.glob("*.ipynb"))]
        return {**row, "status": "fetched", "path": str(folder), "notebooks": notebooks}

    def _submitted_row(self, offer: Offer) -> dict[str, Any]:
        pages = {page.submission: page.html for page in self._kindly(partial(self._pages, offer))}
        row = {
            "course_id": self.course.id,
            "student_id": self.learner,
            "assignment_id": offer.assignment,
            "status": "submitted",
        }
        submissions = [row | self._submission(offer, r, pages.get(r.submission)) for r in offer.submissions]
        return row | {"submissions": submissions}

    def _pages(self, offer: Offer) -> list[Feedback]:
        return self.counter.feedback(self.learner, offer.assignment)

    def _submission(self, offer: Offer, receipt: Receipt, page: bytes | None) -> dict[str, Any]:
        folder = self._own_folder() / offer.assignment
        feedback = folder / "feedback" / self._stamp(receipt)
        notebooks = []
        for name in offer.notebooks:
            local = feedback / f"{name}.html"
            has_local = local.is_file()
            notebooks.append(
                {
                    "notebook_id": name,
                    "path": str(folder / f"{name}.ipynb"),
                    "has_local_feedback": has_local,
                    "has_exchange_feedback": page is not None,
                    "local_feedback_path": str(local) if has_local else None,
                    "feedback_updated": has_local and page is not None and local.read_bytes() != page,
                }
            )
        has_local = bool(notebooks) and all(notebook["has_local_feedback"] for notebook in notebooks)
        return {
            "timestamp": self._stamp(receipt),
            "path": str(folder),
            "notebooks": notebooks,
            "has_local_feedback": has_local,
            "has_exchange_feedback": page is not None,
            "feedback_updated": any(notebook["feedback_updated"] for notebook in notebooks),
            "local_feedback_path": str(feedback) if has_local else None,
        }

    def _rows_for_formgrader(self) -> list[dict[str, Any]]:
        """What at least one learner may fetch: formgrader marks it as released."""
        granted = self._kindly(lambda: self.counter.granted())
        wanted = self.coursedir.assignment_id
        ids = sorted({name for names in granted.values() for name in names if wanted in (*_EVERY, name)})
        row = {"course_id": self.course.id, "status": "released", "notebooks": []}
        return [row | {"assignment_id": name, "path": name} for name in ids]


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):
    """Fetch: a new folder for the learner, or (`replace_missing_files`) the files missing in an old one."""

    def copy_files(self) -> None:
        """Copy what is granted; ExchangeError where it is not, or where the folder exists."""
        self._require_this_course()
        assignment = self.coursedir.assignment_id
        into = self._own_folder()
        if (into / assignment).is_dir() and self.replace_missing_files:
            self._kindly(lambda: self._replace_missing(assignment, into / assignment))
        else:
            self._kindly(lambda: self.counter.fetch(self.learner, assignment, into))
        self.log.info("Fetched as: %s %s", self.course.id, assignment)

    def _replace_missing(self, assignment: str, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as fresh:
            whole = self.counter.fetch(self.learner, assignment, Path(fresh))
            for path in sorted(whole.rglob("*")):
                where = folder / path.relative_to(whole)
                if path.is_file() and not os.path.lexists(where):
                    where.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, where)
                    self.log.warning("Replaced the missing file %s", where)


class ExchangeSubmit(Exchange, abc.ExchangeSubmit):
    """Submit: the learner's folder of the assignment, as it is on disk."""

    def copy_files(self) -> None:
        """Hand in; ExchangeError with the reason where the counter does not take it."""
        self._require_this_course()
        assignment = self.coursedir.assignment_id
        folder = self._own_folder() / assignment
        self._look_for_notebooks(assignment, folder)
        receipt = self._kindly(lambda: self.counter.submit(self.learner, assignment, folder))
        self.log.info("Submitted as: %s %s %s", self.course.id, assignment, self._stamp(receipt))

    def _look_for_notebooks(self, assignment: str, folder: Path) -> None:
        given = {name for offer in self._offers() if offer.assignment == assignment for name in offer.notebooks}
        missing = sorted(name for name in given if not (folder / f"{name}.ipynb").is_file())
        if missing and folder.is_dir():
            text = f"{', '.join(f'{name}.ipynb' for name in missing)} should be in {folder.name}, but is not there."
            if self.strict:
                self.fail(f"{text} Put it back (or rename it back), then submit again.")
            self.log.warning(text)


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):
    """Feedback: one page for each submission, into ``<assignment>/feedback/<time>/``."""

    def copy_files(self) -> None:
        """Write every page there is for this learner; a page that changed replaces the older one."""
        self._require_this_course()
        for offer in self._offers():
            self._kindly(partial(self._bring, offer))

    def _bring(self, offer: Offer) -> None:
        stamps = {receipt.submission: self._stamp(receipt) for receipt in offer.submissions}
        for page in self.counter.feedback(self.learner, offer.assignment):
            if page.submission not in stamps:
                continue
            folder = self._own_folder() / offer.assignment / "feedback" / stamps[page.submission]
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for name in offer.notebooks:
                    (folder / f"{name}.html").write_bytes(page.html)
            except OSError as error:
                self.fail(
                    f"The feedback could not be written to {folder}: {error.strerror}. Mend that and fetch it again."
                )
            self.log.info("Fetched feedback: %s", folder)


class ExchangeReleaseAssignment(Exchange, abc.ExchangeReleaseAssignment):
    """Releasing by hand, which would open the same notebook to everybody at once."""

    def copy_files(self) -> None:
        """Always ExchangeError, with the reason."""
        self.fail(
            "Nothing is released by hand: `kit run` (or `kit watch`) opens to each learner what that learner needs."
        )


class ExchangeReleaseFeedback(Exchange, abc.ExchangeReleaseFeedback):
    """Releasing feedback by hand."""

    def copy_files(self) -> None:
        """Always ExchangeError, with the reason."""
        self.fail("Feedback is not released by hand: `kit run` (or `kit watch`) returns it with each decision.")


class ExchangeCollect(Exchange, abc.ExchangeCollect):
    """Collecting by hand."""

    def copy_files(self) -> None:
        """Always ExchangeError, with the reason."""
        self.fail("Nothing is collected by hand: `kit run` (or `kit watch`) takes in what learners submit.")
