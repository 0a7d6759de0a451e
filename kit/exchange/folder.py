"""The folder exchange: the embedded default, for one machine. `kit.exchange.learner_folder` says what lies where.

Everything appears by a rename, so it is there wholly or not at all, and every step may be repeated after a crash.
The desk never works in what a learner can still change: `arrivals` copies each submission into `submitted/`, once, and
yields that copy. A submission id therefore always means the same bytes, whatever happens in the inbox afterwards.

Isolation is that of the file system: with a Unix account for each learner and the desk running as root, no learner can
list, read or change what is another's. With everything under one account, **nothing is isolated**; that is for trying
out. Every folder above `path` must let learners pass (mode x), as `path` itself does (0711).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from kit.course import LEARNER_RULE, Limits, is_learner_name
from kit.errors import NotGranted, StorageError, SubmissionRefused, UnknownName
from kit.exchange.base import Arrival, Feedback, Fetched, Offer, Receipt, Submitted
from kit.exchange.inbox import (
    alone,
    entries_of,
    give_to_owner,
    leave_out,
    modified,
    names_in,
    receipt_of,
    remove_from_learner,
    sweep,
    touch,
)
from kit.exchange.intake import sync_folder, take_in
from kit.exchange.learner_folder import (
    account_of,
    discard,
    hand_over,
    hand_over_tree,
    lay_out,
    put_copy,
    put_file,
    storing,
)
from kit.exchange.names import (
    ending_of,
    ends_with,
    entry_name,
    is_assignment_id,
    new_submission,
    submission_time,
)

_RUN_AGAIN = "Mend that, then run `kit run` again."


class FolderExchange:
    """Both sides of the exchange over the folder *path*; implements `kit.exchange.Exchange`."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits

    # The counter: the learner's side, with the learner's rights.

    def offers(self, learner: str) -> list[Offer]:
        """Everything granted to *learner*, sorted by assignment id; empty for somebody unknown."""
        home = self._home(learner)
        receipts = self._receipts(learner)
        return [
            Offer(
                assignment,
                tuple(sorted(n[:-6] for n in names_in(home / "granted" / assignment) if n.endswith(".ipynb"))),
                tuple(receipt for receipt in receipts if receipt.assignment == assignment),
            )
            for assignment in sorted(filter(is_assignment_id, names_in(home / "granted")))
        ]

    def fetch(self, learner: str, assignment: str, into: Path) -> Path:
        """Copy *assignment* to the new folder ``into/<assignment>`` and return it (errors: see `Counter.fetch`)."""
        source = self._granted(learner, assignment)
        target = into / assignment
        if os.path.lexists(target):
            raise StorageError(
                f"{target} exists already, and nothing of yours is ever overwritten. "
                "Go on working in it; to start afresh, rename it first and fetch again."
            )
        beside = into / f".{assignment}.{secrets.token_hex(4)}"
        with storing(f"{assignment} could not be fetched", beside, "Nothing was changed; mend that and fetch again."):
            into.mkdir(parents=True, exist_ok=True)
            put_copy(source, beside)
            # Marked before it appears: whoever has the notebook has been reported as having it.
            self._mark_fetched(learner, assignment)
            beside.rename(target)
            sync_folder(into)
        return target

    def submit(self, learner: str, assignment: str, folder: Path, key: str | None = None) -> Receipt:
        """Take the files in *folder* in, durably, before returning (errors and *key*: see `Counter.submit`)."""
        if key is None:
            self._granted(learner, assignment)
            return self._hand_in(learner, assignment, folder)
        ending = ending_of(learner, assignment, key)
        inbox = self._home(learner) / "inbox"
        if not is_assignment_id(assignment) or not inbox.is_dir():
            self._granted(learner, assignment)
        with alone(inbox):  # two that use one key at the same time
            known = self._taken(learner, assignment, ending)
            if known is not None:
                return known
            self._granted(learner, assignment)
            return self._hand_in(learner, assignment, folder, ending)

    def _taken(self, learner: str, assignment: str, ending: str) -> Receipt | None:
        """The receipt of what was handed in under the key that gives *ending*; None if nothing was."""
        mine = (r for r in self._receipts(learner) if r.assignment == assignment)
        return next((receipt for receipt in mine if ends_with(receipt.submission, ending)), None)

    def _hand_in(self, learner: str, assignment: str, folder: Path, ending: str = "") -> Receipt:
        inbox = self._home(learner) / "inbox"
        now = datetime.now(UTC)
        submission = new_submission(now, ending)
        name = entry_name(submission, assignment)
        beside = inbox / f".{name}"
        failure = f"{assignment} could not be handed in"
        with storing(failure, beside, "Nothing was taken and your files are as they were; mend that and submit again."):
            sweep(inbox)
            take_in(folder, beside, self.limits)
            give_to_owner(beside, inbox)
            beside.rename(inbox / name)
            sync_folder(inbox)
        return Receipt(learner, assignment, submission, now)

    def feedback(self, learner: str, assignment: str) -> list[Feedback]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first."""
        return [Feedback(assignment, path.stem, path.read_bytes()) for path in self._pages(learner, assignment)]

    def feedback_digests(self, learner: str, assignment: str) -> dict[str, str | None]:
        """Submission → SHA-256 (hex) of its feedback, oldest first; a page is read only if it is new or has changed."""
        pages = [(path, path.stat()) for path in self._pages(learner, assignment)]
        return {path.stem: _digest(path, about.st_ino, about.st_mtime_ns) for path, about in pages}

    def feedback_page(self, learner: str, assignment: str, submission: str) -> bytes:
        """The feedback on this one submission; NotGranted too where there is none."""
        page = next((path for path in self._pages(learner, assignment) if path.stem == submission), None)
        if page is None:
            raise NotGranted(f"There is no feedback on {submission!r} of {assignment!r}.")
        return page.read_bytes()

    def _pages(self, learner: str, assignment: str) -> list[Path]:
        """The files with feedback, in the order of the submissions."""
        self._granted(learner, assignment)
        folder = self._home(learner) / "feedback" / assignment
        return [folder / n for n in sorted(names_in(folder)) if n.endswith(".html") and submission_time(n[:-5])]

    def progress(self, learner: str) -> Mapping[str, Any] | None:
        """The standing the controller last published for *learner*; None if there is none yet."""
        try:
            standing: dict[str, Any] = json.loads((self._home(learner) / "progress.json").read_bytes())
        except OSError:
            return None
        return standing

    # The desk: the controller's side.

    def granted(self, learners: Collection[str] | None = None) -> dict[str, frozenset[str]]:
        """What is granted now, read back: learner → assignment ids; of *learners* alone where they are named."""
        everything = {}
        for learner in self._learners(learners):
            ids = frozenset(filter(is_assignment_id, names_in(self.path / learner / "granted")))
            if ids:
                everything[learner] = ids
        return everything

    def grant(self, learner: str, assignment: str, files: Path) -> None:
        """Let *learner* fetch *assignment*, whose released files are in the folder *files*; again changes nothing."""
        home, target = self._desk_place(learner, assignment, "granted")
        beside = target.with_name(f".{assignment}.new")
        with storing(f"{assignment} could not be granted to {learner}", beside, _RUN_AGAIN):
            account = lay_out(self.path, learner)
            if target.is_dir():
                return
            discard(beside)  # left behind by a run that was killed
            put_copy(files, beside)
            hand_over_tree(beside, account)
            beside.rename(target)
            sync_folder(home / "granted")

    def withdraw(self, learner: str, assignment: str) -> None:
        """Take a grant back; what was fetched or handed in stays where it is."""
        _, target = self._desk_place(learner, assignment, "granted")
        gone = target.with_name(f".{assignment}.gone")
        with storing(f"{assignment} could not be withdrawn from {learner}", gone, _RUN_AGAIN):
            discard(gone)
            if target.is_dir():
                target.rename(gone)
                sync_folder(gone.parent)
                discard(gone)

    def arrivals(self, learners: Collection[str] | None = None) -> Iterator[Arrival]:
        """What learners (*learners* alone where they are named) did and nobody has settled yet, oldest first.

        The names, types, sizes and times in a learner's inbox are only claims: what has no proper name is left lying,
        everything else is copied with bounds and yielded; `weigh` says whether such a copy can be graded at all. That
        an arrival is reported does not prove that it was ever granted. StorageError if the disk is full.
        """
        waiting: list[tuple[datetime, str, str, str]] = []
        for learner in self._learners(learners):
            waiting += [(at, learner, "", assignment) for assignment, at in self._marks(learner)]
            waiting += [(r.at, learner, r.submission, r.assignment) for r in self._inbox(learner)]
        for at, learner, submission, assignment in sorted(waiting):
            if not submission:
                yield Fetched(learner, assignment, at)
                continue
            taken = self._into_custody(Receipt(learner, assignment, submission, at))
            if taken is not None:
                yield taken

    def settle(self, arrival: Arrival) -> None:
        """This arrival is safely in the ledger: it need not be reported again."""
        if isinstance(arrival, Fetched):
            home, done = self._desk_place(arrival.learner, arrival.assignment, "fetched")
        else:
            receipt = arrival.receipt
            if submission_time(receipt.submission) is None:
                raise UnknownName(f"{receipt.submission!r} is not the name of a submission.")
            home, _ = self._desk_place(receipt.learner, receipt.assignment, "inbox")
            done = home / "inbox" / entry_name(receipt.submission, receipt.assignment)
        with storing("An arrival could not be settled", home / ".none", _RUN_AGAIN):
            remove_from_learner(done, home / "submitted")

    def publish_feedback(self, learner: str, feedback: Feedback) -> None:
        """Make feedback available to *learner* alone."""
        if submission_time(feedback.submission) is None:
            raise UnknownName(f"{feedback.submission!r} is not the name of a submission.")
        _, folder = self._desk_place(learner, feedback.assignment, "feedback")
        failure = f"Feedback on {feedback.assignment} for {learner} could not be written"
        with storing(failure, folder / ".none", _RUN_AGAIN):
            account = lay_out(self.path, learner)
            folder.mkdir(exist_ok=True)
            hand_over(folder, account)
            put_file(folder / f"{feedback.submission}.html", feedback.html, account)

    def publish_progress(self, learner: str, progress: Mapping[str, Any]) -> None:
        """Make the learner's own standing (JSON values) available to *learner* alone."""
        home = self._home(learner)
        text = json.dumps(dict(progress), ensure_ascii=False, indent=1, sort_keys=True)
        failure = f"The progress of {learner} could not be written"
        with storing(failure, home / ".none", _RUN_AGAIN):
            account = lay_out(self.path, learner)
            put_file(home / "progress.json", text.encode(), account)

    # Names first, paths afterwards.

    def _home(self, learner: str) -> Path:
        if not is_learner_name(learner):
            raise UnknownName(f"{learner!r} cannot be the name of a learner. A name has {LEARNER_RULE}.")
        return self.path / learner

    def _granted(self, learner: str, assignment: str) -> Path:
        home = self._home(learner)
        folder = home / "granted" / assignment
        # os.path.isdir: a folder that this account may not even look into is not granted to it.
        if is_assignment_id(assignment) and os.path.isdir(folder):
            return folder
        raise NotGranted(f"{assignment!r} is not open to {learner} now. `kit next` shows what is.")

    def _desk_place(self, learner: str, assignment: str, kind: str) -> tuple[Path, Path]:
        home = self._home(learner)
        if not is_assignment_id(assignment):
            raise UnknownName(f"{assignment!r} cannot be the name of an assignment.")
        return home, home / kind / assignment

    def _learners(self, named: Collection[str] | None = None) -> list[str]:
        return sorted(filter(is_learner_name, names_in(self.path) if named is None else named))

    # What waits.

    def _mark_fetched(self, learner: str, assignment: str) -> None:
        mark = self._home(learner) / "fetched" / assignment
        try:
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        except FileExistsError:
            return  # the first time is the one that counts
        touch(mark)
        sync_folder(mark.parent)

    def _marks(self, learner: str) -> Iterator[tuple[str, datetime]]:
        for entry in entries_of(self.path / learner / "fetched"):
            if is_assignment_id(entry.name) and entry.is_file(follow_symlinks=False):
                yield entry.name, modified(entry.stat(follow_symlinks=False))

    def _inbox(self, learner: str) -> Iterator[Receipt]:
        for entry in entries_of(self.path / learner / "inbox"):
            if entry.is_dir(follow_symlinks=False) and (receipt := receipt_of(learner, entry.name, datetime.now(UTC))):
                yield receipt

    def _receipts(self, learner: str) -> list[Receipt]:
        """Every submission of *learner*, settled or not, oldest first."""
        home = self.path / learner
        found = {receipt.submission: receipt for receipt in self._inbox(learner)}
        for entry in entries_of(home / "submitted"):
            if receipt := receipt_of(learner, entry.name, modified(entry.stat(follow_symlinks=False))):
                found[receipt.submission] = receipt
        return [found[name] for name in sorted(found)]

    def _into_custody(self, receipt: Receipt) -> Submitted | None:
        """The desk's own copy of what waits under *receipt*'s name; None if it was taken away again meanwhile."""
        name = entry_name(receipt.submission, receipt.assignment)
        home = self._home(receipt.learner)
        kept = home / "submitted" / name
        if not kept.is_dir():
            beside = kept.with_name(f".{name}")
            failure = f"{receipt.assignment} as handed in by {receipt.learner} could not be copied"
            with storing(failure, beside, f"It stays waiting. {_RUN_AGAIN}"):
                account = account_of(receipt.learner)
                discard(beside)
                try:
                    take_in(home / "inbox" / name, beside, self.limits)
                except SubmissionRefused as refusal:
                    leave_out(refusal, beside)
                if not os.path.lexists(home / "inbox" / name):
                    discard(beside)
                    return None
                hand_over_tree(beside, account)
                touch(beside)
                beside.rename(kept)
                sync_folder(kept.parent)
        # A claimed time in the future ends at the moment it was taken over, the same at every look.
        taken = receipt_of(receipt.learner, name, modified(kept.stat()))
        return Submitted(taken, kept) if taken else None


@lru_cache(maxsize=8_192)
def _digest(page: Path, inode: int, changed: int) -> str:
    """Of a page that is put in place once and never written to again: *inode* and *changed* tell it from later ones."""
    with page.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
