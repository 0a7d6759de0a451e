"""A learner of the trial hub who does by hand what the panel does: over HTTP, with a token like their server's."""

from __future__ import annotations

import secrets
import tarfile
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import requests

from kit.course import Limits, load_course
from kit.exchange.parcel import pack
from kit.hub.trial import TrialHub
from kit.ledger import Ledger
from kit.records import Event
from tests.courses import answer, form_value

PATIENT = 120.0
HUGE = Limits(submission_bytes=10**9)
T = TypeVar("T")


def eventually(find: Callable[[], T], what: str, seconds: float = PATIENT) -> T:
    """What *find* gives as soon as that is something; AssertionError with *what* if it never is."""
    end = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < end, f"It never came to this: {what}"
        time.sleep(0.1)
    return found


def events_of(root: Path, learner: str, *kinds: str) -> list[Event]:
    """What the ledger has about *learner*, in order; of *kinds* alone where they are named."""
    ledger = Ledger(load_course(root).ledger_url)
    try:
        return [event for event in ledger.events(learner) if not kinds or event.kind in kinds]
    finally:
        ledger.abandon()


class Learner:
    """Somebody new in the group of learners, with their own folder."""

    def __init__(self, hub: TrialHub, name: str, desk: Path, *, groups: tuple[str, ...] = ("learner",)) -> None:
        self.hub, self.name, self.desk, self.root = hub, name, desk, hub.folder.parent / "course"
        hub.api("POST", f"users/{name}")
        for group in groups:
            hub.api("POST", f"groups/{group}/users", json={"users": [name]})
        self.token = hub.token(name)

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """One request to the service, as it stands."""
        headers = {"Authorization": f"token {self.token}", **more.pop("headers", {})}  # type: ignore[dict-item]
        address = f"{self.hub.direct_url}api/{path}"
        return requests.request(method, address, headers=headers, timeout=PATIENT, **more)  # type: ignore[arg-type]

    def fetch(self, assignment: str = "01-one.a") -> Path:
        """The assignment's folder, fetched as soon as it is open."""

        def open_now() -> bytes | None:
            got = self.ask("GET", f"assignments/{assignment}")
            return got.content if got.status_code == 200 else None

        folder = self.desk / self.name / assignment
        folder.mkdir(parents=True)
        with tarfile.open(fileobj=BytesIO(eventually(open_now, f"{assignment} is open"))) as tar:
            tar.extractall(folder, filter="data")
        return folder

    def work(self, assignment: str = "01-one.a", right: Mapping[str, int] | int = 2, first: str = "") -> Path:
        """Fetched, with so many answers right; *first* is put at the beginning of the first answer."""
        folder = self.fetch(assignment)
        answer(folder, right, form_value(assignment))
        if first:
            self.edit(folder, first)
        return folder

    def edit(self, folder: Path, first: str) -> None:
        """Put the line *first* before the first answer of the notebook in *folder*."""
        path = next(folder.glob("*.ipynb"))
        text = path.read_text()
        begun = text.replace('"source": "adding_1 =', f'"source": "{first}\\nadding_1 =', 1)
        assert begun != text
        path.write_text(begun)

    def submit(self, folder: Path, key: str = "", **headers: str) -> requests.Response:
        """The answer of the service to the folder as it is now."""
        with pack(folder, HUGE) as parcel:
            return self.send(folder.name, parcel.read(), key, **headers)

    def send(self, assignment: str, parcel: bytes, key: str = "", **headers: str) -> requests.Response:
        """The answer of the service to *parcel*."""
        given = {"Idempotency-Key": key or secrets.token_hex(8), **headers}
        return self.ask("POST", f"assignments/{assignment}/submissions", data=parcel, headers=given)

    def feedback(self, assignment: str = "01-one.a") -> list[str]:
        """Submissions with feedback; none while the service is away."""
        try:
            got = self.ask("GET", f"assignments/{assignment}/feedback")
        except requests.RequestException:
            return []
        return [page["submission"] for page in got.json()["feedback"]] if got.status_code == 200 else []

    def events(self, *kinds: str) -> list[Event]:
        """What the course's ledger has about them."""
        return events_of(self.root, self.name, *kinds)
