"""nbgrader's eight exchange classes on top of a `Counter`: its own assignment list shows what is granted, no more.

`configure` points nbgrader at a course's folder, `configure_hub` at the services of a hub (`kit.exchange.doors`); an
``nbgrader_config.py`` is two lines that call one of them.

Who is asking. With a folder the learner is the Unix account the process runs under. `KIT_LEARNER` names another one,
for trying out several learners under one account; it opens nothing, because the exchange's own permissions protect
each learner. On a hub it is whoever the server's token belongs to.

On the instructor's side there is nothing to do by hand: releasing, collecting and returning feedback are what
`kit run` and `kit watch` do, so those classes say that in one sentence and change nothing.

nbgrader makes these objects for every request, also without a course directory, outside its error handling: nothing is
read before `start()`. Errors leave as nbgrader's ExchangeError, through `fail`; `kit.exchange.telling` makes nbgrader's
pages show their sentence.
"""

# mypy: allow-subclassing-any
# (nbgrader and traitlets bring no types)

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, abc
from traitlets import Bool, Float, Unicode, default

from kit.errors import KitError
from kit.exchange import Offer, Receipt, telling
from kit.exchange.doors import Door, Page, ask_all, open_doors
from kit.exchange.nbgrader_settings import configure, configure_hub
from kit.exchange.wire import Waits

__all__ = [
    "Exchange",
    "ExchangeCollect",
    "ExchangeFetchAssignment",
    "ExchangeFetchFeedback",
    "ExchangeList",
    "ExchangeReleaseAssignment",
    "ExchangeReleaseFeedback",
    "ExchangeSubmit",
    "configure",
    "configure_hub",
]

T = TypeVar("T")
_EVERY = ("", "*")  # nbgrader's ways to say "all of them" and "me"


class Exchange(abc.Exchange):
    """What the eight have in common: the course, who asks, and where that person's folders are."""

    path_includes_course = Bool(
        False, help="Whether assignments lie in <course>/<assignment> instead of <assignment>."
    ).tag(config=True)
    course_root = Unicode(
        help="The course's folder; the environment variable KIT_COURSE unless set. Empty: the services in KIT_SERVICES."
    ).tag(config=True)
    connect_seconds = Float(1.0, help="How long a connection to a course's service may take.").tag(config=True)
    answer_seconds = Float(3.0, help="How long a course's service may take to answer, and a list in all.").tag(
        config=True
    )
    transfer_seconds = Float(20.0, help="How long a notebook may take on its way, in either direction.").tag(
        config=True
    )

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

    def start(self) -> Any:
        """Do it; ExchangeError with the reason where it cannot be done."""
        try:
            return super().start()
        except ExchangeError as error:
            raise error from telling.first_line(error)

    def init_src(self) -> None:
        """Nothing to prepare: the counter checks before anything moves."""

    def init_dest(self) -> None:
        """Nothing to prepare: the counter checks before anything moves."""

    def copy_files(self) -> None:
        """Nothing to move, unless a subclass says what."""

    @cached_property
    def doors(self) -> list[Door]:
        """Every course that can be reached from here; not yet asked anything."""
        waits = Waits(self.connect_seconds, self.answer_seconds, self.transfer_seconds)
        return self._kindly(lambda: open_doors(self.course_root, waits))

    @cached_property
    def door(self) -> Door:
        """The one course that is meant; ExchangeError where none is, or another one."""
        wanted = self.coursedir.course_id
        named, faults = ask_all(self.doors, lambda door: (door.course(), door), self.answer_seconds)
        found = [door for course, door in named if wanted in (*_EVERY, course)]
        here = ", ".join(sorted(course for course, _ in named))
        if len(found) > 1:
            self.fail(f"There are several courses here. Say which one with --course: {here}.")
        if not found:
            known = f"There is no course {wanted!r} here; this one is {here}."
            self.fail(str(faults[0]) if faults else known)
        if self.coursedir.student_id not in (*_EVERY, self._kindly(found[0].learner)):
            self.fail(f"You are {found[0].learner()} here and cannot do this for {self.coursedir.student_id}.")
        return found[0]

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

    def _offers(self, door: Door) -> list[Offer]:
        """What the asking learner has at *door*, as far as nbgrader's filters let it through; or a KitError."""
        if self.coursedir.course_id not in (*_EVERY, door.course()):
            return []
        if self.coursedir.student_id not in (*_EVERY, door.learner()):
            return []
        wanted = self.coursedir.assignment_id
        return [offer for offer in door.counter.offers(door.learner()) if wanted in (*_EVERY, offer.assignment)]

    def _own_folder(self, door: Door) -> Path:
        """Where the learner's assignments of this course lie."""
        here = Path(os.path.abspath(self.assignment_dir))
        return here / door.course() if self.path_includes_course else here

    def _stamp(self, receipt: Receipt) -> str:
        """The submission's time as nbgrader writes it; also the name of its feedback folder."""
        return receipt.at.strftime(self.timestamp_format)


class ExchangeList(Exchange, abc.ExchangeList):
    """Rows for the assignment list, `nbgrader list` and formgrader."""

    def start(self) -> Any:
        """The rows; for nbgrader's page an error that it shows, with its sentence."""
        if self.inbound or not telling.is_for_a_page(self):
            return super().start()
        telling.require_nothing_unsaid(self.assignment_dir)
        try:
            return super().start()
        except ExchangeError as error:
            raise telling.ListNotShown(str(error)) from telling.first_line(error)

    def list_files(self) -> list[dict[str, Any]]:
        """Released and fetched rows, or (`cached`) submitted ones; the keys are those nbgrader's own exchange gives."""
        if self.inbound:
            self.fail(
                "Nothing waits to be collected by hand: `kit run` (or `kit watch`) takes in what learners submit."
            )
        if type(self.parent).__name__ == "NbGraderAPI" and not self.cached:
            return self._rows(self._rows_for_formgrader)
        rows = self._rows(self._submitted_rows if self.cached else self._released_rows)
        for row in rows:
            self.log.info("%s %s (%s)", row["course_id"], row["assignment_id"], row["status"])
        return rows

    def remove_files(self) -> NoReturn:
        """Always ExchangeError: nothing is taken back by hand."""
        self.fail("Nothing is taken back by hand: `kit run` withdraws what a learner should no longer fetch.")

    def _rows(self, ask: Callable[[Door], list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """What *ask* gives at every door; one that does not answer must not hide the others."""
        found, faults = ask_all(self.doors, ask, self.answer_seconds)
        if faults and not found:
            self.fail(str(faults[0]))
        for fault in faults:
            self.log.warning("%s", fault)
        return [row for rows in found for row in rows]

    def _released_rows(self, door: Door) -> list[dict[str, Any]]:
        return [self._row(door, offer) for offer in self._offers(door)]

    def _row(self, door: Door, offer: Offer) -> dict[str, Any]:
        folder = self._own_folder(door) / offer.assignment
        row = {"course_id": door.course(), "assignment_id": offer.assignment}
        if not folder.is_dir():
            notebooks = [{"notebook_id": name, "path": f"{name}.ipynb"} for name in offer.notebooks]
            return {**row, "status": "released", "path": offer.assignment, "notebooks": notebooks}
        notebooks = [{"notebook_id": path.stem, "path": str(path)} for path in sorted(folder.glob("*.ipynb"))]
        return {**row, "status": "fetched", "path": str(folder), "notebooks": notebooks}

    def _submitted_rows(self, door: Door) -> list[dict[str, Any]]:
        return [self._submitted_row(door, offer) for offer in self._offers(door) if offer.submissions]

    def _submitted_row(self, door: Door, offer: Offer) -> dict[str, Any]:
        pages = {page.submission: page for page in door.pages(offer.assignment)}
        folder = self._own_folder(door) / offer.assignment
        row = {
            "course_id": door.course(),
            "student_id": door.learner(),
            "assignment_id": offer.assignment,
            "status": "submitted",
        }
        submissions = [row | self._submission(folder, offer, r, pages.get(r.submission)) for r in offer.submissions]
        return row | {"submissions": submissions}

    def _submission(self, folder: Path, offer: Offer, receipt: Receipt, page: Page | None) -> dict[str, Any]:
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
                    "feedback_updated": has_local and page is not None and not page.is_in(local),
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

    def _rows_for_formgrader(self, door: Door) -> list[dict[str, Any]]:
        """What at least one learner may fetch: formgrader marks it as released."""
        wanted = self.coursedir.assignment_id
        row = {"course_id": door.course(), "status": "released", "notebooks": []}
        ids = sorted(name for name in door.released() if wanted in (*_EVERY, name))
        return [row | {"assignment_id": name, "path": name} for name in ids]


class ExchangeFetchAssignment(Exchange, abc.ExchangeFetchAssignment):
    """Fetch: a new folder for the learner, or (`replace_missing_files`) the files missing in an old one."""

    def start(self) -> Any:
        """Fetch; a reason why not is also kept for the list, which alone is shown by nbgrader's page."""
        with telling.kept_for_the_list(self):
            return super().start()

    def copy_files(self) -> None:
        """Copy what is granted; ExchangeError where it is not, or where the folder exists."""
        door, assignment = self.door, self.coursedir.assignment_id
        into = self._own_folder(door)
        if (into / assignment).is_dir() and self.replace_missing_files:
            self._kindly(lambda: self._replace_missing(door, assignment, into / assignment))
        else:
            self._kindly(lambda: door.counter.fetch(door.learner(), assignment, into))
        self.log.info("Fetched as: %s %s", door.course(), assignment)

    def _replace_missing(self, door: Door, assignment: str, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as fresh:
            whole = door.counter.fetch(door.learner(), assignment, Path(fresh))
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
        door, assignment = self.door, self.coursedir.assignment_id
        folder = self._own_folder(door) / assignment
        self._look_for_notebooks(door, folder)
        receipt = self._kindly(lambda: door.counter.submit(door.learner(), assignment, folder))
        self.log.info("Submitted as: %s %s %s", door.course(), assignment, self._stamp(receipt))

    def _look_for_notebooks(self, door: Door, folder: Path) -> None:
        offers = self._kindly(lambda: self._offers(door))
        given = {name for offer in offers if offer.assignment == folder.name for name in offer.notebooks}
        missing = sorted(name for name in given if not (folder / f"{name}.ipynb").is_file())
        if missing and folder.is_dir():
            text = f"{', '.join(f'{name}.ipynb' for name in missing)} should be in {folder.name}, but is not there."
            if self.strict:
                self.fail(f"{text} Put it back (or rename it back), then submit again.")
            self.log.warning(text)


class ExchangeFetchFeedback(Exchange, abc.ExchangeFetchFeedback):
    """Feedback: one page for each submission, into ``<assignment>/feedback/<time>/``."""

    def start(self) -> Any:
        """Fetch; a reason why not is also kept for the list, which alone is shown by nbgrader's page."""
        with telling.kept_for_the_list(self):
            return super().start()

    def copy_files(self) -> None:
        """Write every page there is for this learner; a page that changed replaces the older one."""
        door = self.door
        for offer in self._kindly(lambda: self._offers(door)):
            self._bring(door, offer)

    def _bring(self, door: Door, offer: Offer) -> None:
        stamps = {receipt.submission: self._stamp(receipt) for receipt in offer.submissions}
        for page in self._kindly(lambda: door.pages(offer.assignment)):
            if page.submission not in stamps:
                continue
            folder = self._own_folder(door) / offer.assignment / "feedback" / stamps[page.submission]
            content = self._kindly(page.read)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for name in offer.notebooks:
                    (folder / f"{name}.html").write_bytes(content)
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
