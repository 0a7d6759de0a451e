"""The pages over HTTP: each handler fetches what its page shows in the service's pool, draws it, and answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from tornado.web import RequestHandler

from kit.decisions import Standing, standing
from kit.errors import KitError
from kit.exchange.names import is_assignment_id, submission_time
from kit.hub.answering import HubHandler
from kit.hub.failures import Failure, not_there
from kit.hub.identity import INSTRUCTORS, MEMBERS
from kit.hub.pages import drawing
from kit.hub.pages.page import Page
from kit.pages.cohort import HELP, ORDERS, Query, cohort_page
from kit.pages.history import record_page
from kit.pages.learning import learner_page, not_looked_at
from kit.pages.overriding import ACTIONS, LONGEST_REASON, Wish, outlook, read_wish
from kit.pages.present import Present
from kit.records import Event, LearnerRecord
from kit.stages.people import override
from kit.watching import nudge

FIRST_FEW = 12
"""So many who need the instructor stand open; the others unfold."""


class Home(Page):
    """The course's own address: where the learner stands, or the cohort."""

    audience = MEMBERS

    async def get(self) -> None:
        """By role."""
        if self.person.role == "instructor":
            await self._cohort()
        else:
            await self._learner()

    async def _cohort(self) -> None:
        version, query, sections = self.version(), Query.read(self.arguments()), self.person.sections
        page = await self.service.work(cohort_page, await self.present(), query, sections)
        await self.show(
            "cohort.html", page=page, own_sections=sorted(sections), groups=self.service.course.hub, HELP=HELP,
            ORDERS=ORDERS, first_few=FIRST_FEW, version=version,
        )  # fmt: skip

    async def _learner(self) -> None:
        name, version = self.person.name, self.version()
        present = await self.present()
        record = present.records.get(name) or LearnerRecord(name)
        where = present.standings.get(name) or standing(record, present.catalogue)
        offers = await self.service.work(self.service.exchange.offers, name)
        page = learner_page(where, record, not_looked_at(offers, record))
        await self.show("learner.html", page=page, watching=False, version=version)


class Record(Page):
    """One learner's record, for instructors; with ``as=learner`` the page as the learner sees it."""

    audience = INSTRUCTORS

    async def get(self, learner: str) -> None:
        """All of it."""
        version = self.version()
        present, name, events = await self.learner(learner)
        if self.get_query_argument("as", "") == "learner":
            record = present.records[name]
            offers = await self.service.work(self.service.exchange.offers, name)
            page = learner_page(present.standings[name], record, not_looked_at(offers, record))
            await self.show("learner.html", page=page, watching=True, version=version)
            return
        said = _done(present, name, self.get_query_argument("said", ""), self.get_query_argument("unit", ""))
        asked = {"unit": self.get_query_argument("decide", "")}
        await self.show_record(present, name, events, asked, version=version, said=said)

    async def show_record(
        self, present: Present, learner: str, events: Sequence[Event], asked: Mapping[str, str], *, version: int = 0,
        said: str = "", problem: str = "",
    ) -> None:  # fmt: skip
        """The record, with what was *said* of a decision or a *problem* with it, and the form as it was *asked*."""
        page = record_page(present, learner, events)
        unit = next((one.unit for one in page.standing.units if one.attention), page.standing.next_unit or "")
        wish = {"unit": asked.get("unit") or unit, "action": asked.get("action", ""), "why": asked.get("why", "")}
        await self.show(
            "record.html", page=page, said=said, problem=problem, wish=wish, ACTIONS=ACTIONS, HELP=HELP,
            longest_reason=LONGEST_REASON, version=version,
        )  # fmt: skip


class Override(Record):
    """An instructor's decision about one learner and unit: first what it will do, then, confirmed, doing it."""

    rate: ClassVar[str] = "write"

    async def get(self, learner: str) -> None:
        """A reload of the page that asked: back to the record."""
        self.redirect(self._record_address(learner))

    async def post(self, learner: str) -> None:
        """With ``confirmed`` as the page before had it, it is done; otherwise that page is shown."""
        present, name, events = await self.learner(learner)
        asked = {name: self.get_body_argument(name, "") for name in ("unit", "action", "why")}
        try:
            wish = read_wish(present, **asked)
            ahead = outlook(present, name, wish, events)
            # What was looked at must be what is there: otherwise it is looked at again.
            if self.get_body_argument("confirmed", "") != str(len(events)):
                await self.show("confirm.html", wish=wish, outlook=ahead, ACTIONS=ACTIONS, seen=len(events))
                return
            await decide(self, present, name, wish)
        except KitError as error:
            self.set_status(409)
            await self.show_record(present, name, events, asked, problem=str(error))
            return
        self.redirect(f"{self._record_address(name)}?said={wish.action}&unit={quote(wish.unit)}", status=303)

    def _record_address(self, learner: str) -> str:
        return f"{self.service.settings.prefix}learners/{quote(learner, safe='')}"


async def decide(handler: HubHandler, present: Present, learner: str, wish: Wish) -> None:
    """Write *wish* into the ledger, in the name of who asks, and have it carried out at once."""

    def write() -> None:
        override(present.course, learner, wish.unit, wish.action, why=wish.why, by=handler.person.name)
        nudge(present.course)

    await handler.service.work(write)
    handler.service.news.ring(learner)


class FeedbackFrame(Page):
    """A page around one page of feedback, which is shown in a frame that nothing gets out of."""

    audience = MEMBERS

    async def get(self, assignment: str, submission: str) -> None:
        """404 where there is no such feedback of theirs."""
        at = submission_time(submission)
        if not is_assignment_id(assignment) or at is None:
            raise not_there()
        known = await self.service.work(self.service.exchange.feedback_digests, self.person.name, assignment)
        if submission not in known:
            raise not_there()
        where = (await self.present()).standings.get(self.person.name)
        title = _title(where, assignment)
        back = f"{self.service.settings.prefix}#main"
        await self.show("feedback.html", assignment=assignment, submission=submission, at=at, title=title, back=back)


class Open(Page):
    """To the notebook in JupyterLab: the server is started if it is not running, and fetches what is not there yet."""

    audience = MEMBERS

    async def get(self, assignment: str) -> None:
        """On to the server's own door; 404 where the assignment is not theirs."""
        if not is_assignment_id(assignment):
            raise not_there()
        offers = await self.service.work(self.service.exchange.offers, self.person.name)
        if assignment not in {offer.assignment for offer in offers}:
            raise not_there()
        hubs = self.service.hubs
        asked = f"course={quote(self.service.course.id, safe='')}&assignment={quote(assignment, safe='')}"
        self.redirect(f"{hubs.hub_host}{hubs.hub_prefix}user-redirect/mastery/open?{asked}")


class Static(HubHandler):
    """The style sheet and the script: the same for everybody, kept by browsers as long as their content is the same."""

    audience = None
    _KINDS: ClassVar[Mapping[str, str]] = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

    async def get(self, file: str) -> None:
        """The file; for ever where the address names its content."""
        path = drawing.STATIC / file
        if file not in {found.name for found in drawing.STATIC.iterdir()} or path.suffix not in self._KINDS:
            raise not_there()
        self.set_header("Content-Type", self._KINDS[path.suffix])
        named = drawing.static_address(file) == f"static/{file}?v={self.get_query_argument('v', '')}"
        self.set_header("Cache-Control", "public, max-age=31536000, immutable" if named else "no-cache")
        self.finish(path.read_bytes())

    def finish_failure(self, failure: Failure) -> None:
        """In a few words: no person reads it."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(failure.message)


def _title(where: Standing | None, assignment: str) -> str:
    works = (work for unit in (where.units if where else ()) for work in unit.work)
    return next((work.title for work in works if work.assignment == assignment), assignment)


def _done(present: Present, learner: str, action: str, unit: str) -> str:
    """What is said after a decision; empty where the record has no such decision."""
    record = present.records[learner]
    made = [event for event in record.unit(unit).overrides if event.data["action"] == action]
    if not made:
        return ""
    return (
        f"Decided: {ACTIONS[made[-1].data['action']][0].lower()}, {unit}. It is in the record, and carried out at once."
    )


ROUTES: Sequence[tuple[str, type[RequestHandler]]] = (
    ("", Home),
    ("learners/<learner>", Record),
    ("learners/<learner>/override", Override),
    ("feedback/<assignment>/<submission>", FeedbackFrame),
    ("open/<assignment>", Open),
    ("static/<file>", Static),
)
"""Template below the service's prefix → handler."""
