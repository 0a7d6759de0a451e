"""The learner's side of the exchange on a JupyterHub: a `Counter` over HTTP to the service of one course.

Who asks is decided by the token alone: the service asks the hub whose it is. A learner named in a call who is somebody
else has nothing here, like anybody unknown.

A single-user server has its token in `JUPYTERHUB_API_TOKEN` and the services, one for each course, in `KIT_SERVICES`.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, TypedDict

from kit.course import LEARNER_RULE, Limits, is_learner_name
from kit.errors import KitError, NotGranted, StorageError, SubmissionRefused, UnknownName
from kit.exchange.base import Feedback, Offer, Receipt
from kit.exchange.learner_folder import storing
from kit.exchange.names import is_assignment_id, submission_time
from kit.exchange.parcel import HANDED_OUT, pack, unpack
from kit.exchange.wire import ServiceAway, Waits, Wire, is_service_url

__all__ = ["HubCounter", "HubCourse", "HubStanding", "ServiceAway", "Waits", "services"]

_PAUSES = (0.3, 1.0)  # before the second and the third time a submission is sent
_LONGEST_PAUSE = 5.0


class HubCourse(TypedDict):
    """What the service says about its course and about who asks."""

    course: str
    """Its id."""
    title: str
    learner: str
    """The name of whoever the token belongs to."""
    role: str
    """"learner" or "instructor"."""
    limits: dict[str, Any]
    """The fields of `kit.course.Limits`."""


class HubStanding(TypedDict):
    """Where the learner stands, and since which change."""

    standing: dict[str, Any] | None
    """JSON of `kit.decisions.Standing`; None while there is none."""
    version: int
    """Grows with every change that concerns this learner."""


class HubCounter:
    """The counter of the course whose service is at *url*; may be used from several threads.

    Errors, besides those of `Counter`: ServiceAway where it does not answer in time, KitError where the hub does not
    let this token in.
    """

    def __init__(self, url: str, token: str, waits: Waits | None = None) -> None:
        if not is_service_url(url):
            raise KitError(
                f"{url!r} is not the address of a course's service. It reads like http://host/services/name/ with a "
                "slash at its end; whoever runs the hub sets it in KIT_SERVICES."
            )
        self.url = url
        self._wire = Wire(url, token, waits or Waits())
        self._course: HubCourse | None = None

    def course(self) -> HubCourse:
        """The course, and who asks; asked of the service once."""
        if self._course is None:
            self._course = _course(self._wire.get("api/course"))
        return self._course

    # What every Counter does.

    def offers(self, learner: str) -> list[Offer]:
        """Everything granted to *learner*, sorted by assignment id; empty for anybody but who asks."""
        if not self._is_me(learner):
            return []
        rows = self._wire.get("api/offers")
        return sorted((_offer(row, learner) for row in _list(rows, "offers")), key=lambda offer: offer.assignment)

    def fetch(self, learner: str, assignment: str, into: Path) -> Path:
        """Copy *assignment* to the new folder ``into/<assignment>`` and return it (errors: see `Counter.fetch`)."""
        self._require(learner, assignment)
        target = into / assignment
        if os.path.lexists(target):
            raise StorageError(
                f"{target} exists already, and nothing of yours is ever overwritten. "
                "Go on working in it; to start afresh, rename it first and fetch again."
            )
        beside = into / f".{assignment}.{secrets.token_hex(4)}"
        failure = f"{assignment} could not be fetched"
        with (
            storing(failure, beside, "Nothing was changed; mend that and fetch again."),
            tempfile.TemporaryFile() as parcel,
        ):
            into.mkdir(parents=True, exist_ok=True)
            with _about(learner, assignment):
                self._wire.get_file(f"api/assignments/{assignment}", parcel, HANDED_OUT.submission_bytes)
            parcel.seek(0)
            _unpack_handed_out(parcel, beside)
            beside.rename(target)
        return target

    def submit(self, learner: str, assignment: str, folder: Path, key: str | None = None) -> Receipt:
        """Take the files in *folder* in, durably, before returning (errors and *key*: see `Counter.submit`).

        Always sent with a key, and sent again under the same one where the answer was lost, so that it counts once.
        """
        self._require(learner, assignment)
        failure = f"{assignment} could not be handed in"
        with storing(failure, folder / ".none", "Nothing was taken; mend that and submit again."):
            parcel = pack(folder, _limits(self.course()))
        with parcel:
            key = key or _PENDING.key(f"{self.url} {learner} {assignment} {_digest(parcel)}")
            try:
                with _about(learner, assignment):
                    answer = self._send(f"api/assignments/{assignment}/submissions", parcel, key)
            except ServiceAway:
                raise  # it may have been taken: the same files, sent again, have the same key
            except KitError:
                _PENDING.answered(key)
                raise
            _PENDING.answered(key)
        return _receipt(answer, learner, assignment)

    def feedback(self, learner: str, assignment: str) -> list[Feedback]:
        """The feedback there is on this learner's submissions of *assignment*, oldest first."""
        names = sorted(self.feedback_digests(learner, assignment))
        return [Feedback(assignment, name, self.feedback_page(learner, assignment, name)) for name in names]

    def progress(self, learner: str) -> Mapping[str, Any] | None:
        """The standing the controller last published for *learner*; None if there is none, or it is not theirs."""
        return self.standing()["standing"] if self._is_me(learner) else None

    # What only the service has.

    def standing(self) -> HubStanding:
        """Where the learner stands now."""
        answer = self._wire.get("api/standing")
        return {"standing": answer.get("standing"), "version": _version(answer)}

    def changes(self, since: int, wait: float = 25.0) -> int:
        """The version that is newer than *since* as soon as there is one, else the present one after *wait* seconds."""
        seconds = wait + self._wire.waits.answer
        return _version(self._wire.get("api/changes", {"since": since, "wait": f"{wait:g}"}, seconds=seconds))

    def feedback_digests(self, learner: str, assignment: str) -> dict[str, str | None]:
        """Submission → SHA-256 (hex) of its feedback page, without the pages themselves; None where it is not said."""
        self._require(learner, assignment)
        with _about(learner, assignment):
            rows = _list(self._wire.get(f"api/assignments/{assignment}/feedback"), "feedback")
        found = {str(row.get("submission")): row.get("sha256") for row in rows}
        return {name: digest for name, digest in found.items() if submission_time(name)}

    def feedback_page(self, learner: str, assignment: str, submission: str) -> bytes:
        """The feedback on this one submission; NotGranted too where there is none."""
        self._require(learner, assignment)
        if submission_time(submission) is None:
            raise NotGranted(f"There is no feedback on {submission!r} of {assignment!r}.")
        with _about(learner, assignment):
            return self._wire.get_bytes(f"api/assignments/{assignment}/feedback/{submission}")

    def _send(self, path: str, parcel: BinaryIO, key: str) -> dict[str, Any]:
        for pause in _PAUSES:
            try:
                return self._wire.post_file(path, parcel, _headers(key))
            except ServiceAway as away:
                wanted = pause if away.again_in is None else away.again_in
                if wanted > _LONGEST_PAUSE:
                    raise
                time.sleep(wanted)
        return self._wire.post_file(path, parcel, _headers(key))

    def _is_me(self, learner: str) -> bool:
        if not is_learner_name(learner):
            raise UnknownName(f"{learner!r} cannot be the name of a learner. A name has {LEARNER_RULE}.")
        return self.course()["learner"] == learner

    def _require(self, learner: str, assignment: str) -> None:
        if not self._is_me(learner) or not is_assignment_id(assignment):
            raise _not_granted(learner, assignment)


def services(waits: Waits | None = None) -> list[HubCounter]:
    """A counter for each service in KIT_SERVICES, with this server's own token; none where that is not set.

    KitError where the server has no token.
    """
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    urls = os.environ.get("KIT_SERVICES", "").split()
    if urls and not token:
        raise KitError(
            "This server has no hub token (JUPYTERHUB_API_TOKEN), so the courses cannot know who asks. "
            "Start it from the hub: File → Hub Control Panel → Stop My Server, then start it."
        )
    return [HubCounter(url, token, waits) for url in urls]


@contextmanager
def _about(learner: str, assignment: str) -> Iterator[None]:
    """Say NotGranted as every other backend does: the service answers alike for what is not open and what is not."""
    try:
        yield
    except NotGranted as error:
        raise _not_granted(learner, assignment) from error


def _not_granted(learner: str, assignment: str) -> NotGranted:
    return NotGranted(f"{assignment!r} is not open to {learner} now. `kit next` shows what is.")


class _Pending:
    """Keys of submissions whose answer was lost: the same files sent again count as the same submission."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._keys: dict[str, str] = {}

    def key(self, what: str) -> str:
        """The key for *what*: the one it was last sent under if that was never answered, else a new one."""
        with self._lock:
            return self._keys.setdefault(what, secrets.token_urlsafe(24))

    def answered(self, key: str) -> None:
        """The service answered for *key*: the next time is another submission."""
        with self._lock:
            self._keys = {what: kept for what, kept in self._keys.items() if kept != key}


_PENDING = _Pending()


def _headers(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key, "Content-Type": "application/gzip"}


def _digest(parcel: BinaryIO) -> str:
    parcel.seek(0)
    found = sha256()
    while chunk := parcel.read(1 << 20):
        found.update(chunk)
    return found.hexdigest()


def _unpack_handed_out(parcel: BinaryIO, beside: Path) -> None:
    try:
        unpack(parcel, beside, HANDED_OUT)
    except SubmissionRefused as damage:
        raise ServiceAway("What the course's service sent was damaged on its way. Fetch it again.") from damage


def _course(answer: Mapping[str, Any]) -> HubCourse:
    limits = answer.get("limits")
    course, title, learner, role = (answer.get(key) for key in ("course", "title", "learner", "role"))
    # The course's id becomes a folder's name.
    if not (isinstance(course, str) and is_assignment_id(course) and isinstance(limits, dict)):
        raise _not_ours()
    return {"course": course, "title": str(title), "learner": str(learner), "role": str(role), "limits": limits}


def _limits(course: HubCourse) -> Limits:
    known = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in course["limits"].items() if name in known})


def _list(answer: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = answer.get(key)
    if not isinstance(rows, list):
        raise _not_ours()
    return rows


def _offer(row: Mapping[str, Any], learner: str) -> Offer:
    try:
        assignment, notebooks = row["assignment"], tuple(row["notebooks"])
        if not is_assignment_id(assignment) or any("/" in name or name.startswith(".") for name in notebooks):
            raise _not_ours()  # these become names of files
        receipts = tuple(_receipt(entry, learner, assignment) for entry in row["submissions"])
        return Offer(assignment, notebooks, receipts)
    except (KeyError, TypeError) as error:
        raise _not_ours() from error


def _receipt(row: Mapping[str, Any], learner: str, assignment: str) -> Receipt:
    try:
        return Receipt(learner, assignment, row["submission"], _moment(row["at"]))
    except KeyError as error:
        raise _not_ours() from error


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError) as error:
        raise _not_ours() from error


def _version(answer: Mapping[str, Any]) -> int:
    version = answer.get("version")
    if not isinstance(version, int):
        raise _not_ours()
    return version


def _not_ours() -> ServiceAway:
    return ServiceAway(
        "The course's service answers in a way this server does not understand. Your work is safe in your folder; "
        "please tell your instructor that the hub's mastery-kit and this server's are of different versions."
    )
