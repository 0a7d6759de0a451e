"""The roster: who is in the hub's groups is in the course, without anybody enrolling them.

Asked every `Hub.roster_seconds` with the service's own token (scopes ``list:groups`` and ``read:groups``). A member of
the learners' group is enrolled "by hub"; a group with the prefix of sections puts its learners into that section.
Somebody who has left keeps their record: it is the log-in that ends, by what the hub says when they ask.

Where the hub has no section groups, sections that came from elsewhere (`kit enrol --csv`) stay as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.course import Course, Hub, is_learner_name
from kit.errors import KitError
from kit.hub.logs import log_of

if TYPE_CHECKING:
    from requests import Session

BY = "hub"
"""The `who` of what follows from the hub's groups."""
PAGE = 200
"""Groups asked for at a time; the hub gives at most so many."""
_CONNECT_SECONDS = 3.05
_READ_SECONDS = 20.0
_MOST_PAGES = 1_000
_PAGED = "application/jupyterhub-pagination+json"


class HubAway(KitError):
    """The hub does not answer, or not as it should; asked again later."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The learners that the hub's groups name."""

    sections: Mapping[str, str]
    """Account → section; "" for none."""
    has_sections: bool
    """Whether the hub has section groups, so that it is the one to say who is in which."""
    impossible: tuple[str, ...] = ()
    """Accounts that cannot be learners' names."""
    in_several: tuple[str, ...] = ()
    """Learners in more than one section group; the first by name is taken."""


def roster_of(groups: Mapping[str, list[str]], hub: Hub) -> Roster:
    """What *groups* (name → members) say about the course."""
    members = sorted(set(groups.get(hub.learners, ())))
    learners = [name for name in members if is_learner_name(name)]
    sections: dict[str, list[str]] = {name: [] for name in learners}
    named = sorted(name for name in groups if name.startswith(hub.sections) and name != hub.sections)
    for group in named:
        for name in groups[group]:
            if name in sections:
                sections[name].append(group.removeprefix(hub.sections))
    return Roster(
        {name: mine[0] if mine else "" for name, mine in sections.items()},
        bool(named),
        tuple(name for name in members if not is_learner_name(name)),
        tuple(name for name, mine in sections.items() if len(mine) > 1),
    )


def groups_of(session: Session, api_url: str, hub: Hub) -> dict[str, list[str]]:
    """Name → members of the hub's groups that matter to the course; HubAway where they cannot be had."""
    found: dict[str, list[str]] = {}
    offset = 0
    for _ in range(_MOST_PAGES):
        page = _page(session, f"{api_url.rstrip('/')}/groups", offset)
        for group in page["items"]:
            name = group["name"]
            if name == hub.learners or name.startswith(hub.sections):
                if "users" not in group:
                    raise HubAway(
                        f"The hub does not say who is in the group {name!r}: the service needs the scope read:groups. "
                        "`kit hub-config` writes it; restart the hub afterwards."
                    )
                found[name] = list(group["users"])
        following = page["_pagination"]["next"]
        if following is None:
            return found
        offset = following["offset"]
    raise HubAway("The hub's list of groups does not end.")


def _page(session: Session, url: str, offset: int) -> dict[str, Any]:
    import requests

    try:
        answer = session.get(
            url, params={"offset": offset, "limit": PAGE}, headers={"Accept": _PAGED},
            timeout=(_CONNECT_SECONDS, _READ_SECONDS), allow_redirects=False,
        )  # fmt: skip
    except requests.RequestException as error:
        raise HubAway(f"The hub cannot be reached ({type(error).__name__}).") from None
    if answer.status_code in (401, 403):
        raise HubAway(
            f"The hub refuses to say who is in its groups ({answer.status_code}): the service's token needs the scopes "
            "list:groups and read:groups. `kit hub-config` writes them; restart the hub afterwards."
        )
    try:
        answer.raise_for_status()
        page: dict[str, Any] = answer.json()
        if not isinstance(page["items"], list) or "next" not in page["_pagination"]:
            raise ValueError("no list of groups")
    except (requests.RequestException, ValueError, KeyError, TypeError):
        raise HubAway(f"The hub's answer about its groups cannot be used (status {answer.status_code}).") from None
    return page


class RosterKeeper:
    """Keeps the course's learners those of the hub's groups, from `start` to `stop`, in a thread of its own.

    api_url, token: of the hub, as the service was given them.
    """

    def __init__(self, course: Course, api_url: str, token: str) -> None:
        self._course = course
        self._api_url = api_url
        self._token = token
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self._known: Roster | None = None
        self._trouble = ""
        self._log = log_of("roster")

    def start(self) -> None:
        """Begin; the first look is at once. Returns without waiting for it."""
        self._thread = threading.Thread(target=self._keep, name="kit-roster", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """End after the look that is under way. Blocks."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def look(self, session: Session) -> Roster:
        """Ask the hub once and bring the records up to date; KitError where one of both cannot be had."""
        roster = roster_of(groups_of(session, self._api_url, self._course.hub), self._course.hub)
        if roster != self._known:
            self._take_in(roster)
            self._known = roster
        return roster

    def _keep(self) -> None:
        import requests

        with requests.Session() as session:
            session.trust_env = False  # no proxy, no .netrc: the hub is a neighbour
            session.headers["Authorization"] = f"token {self._token}"
            while not self._ending.is_set():
                try:
                    self.look(session)
                    self._trouble = ""
                except KitError as error:
                    if str(error) != self._trouble:  # once, not every minute
                        self._trouble = str(error)
                        self._log.error("%s Learners who are new come in when it is asked again.", error)
                except Exception:
                    self._log.exception("The roster could not be brought up to date; it is tried again.")
                self._ending.wait(self._course.hub.roster_seconds)

    def _take_in(self, roster: Roster) -> None:
        from kit.stages.people import enrol, sections_by
        from kit.watching import nudge

        before = self._known
        if roster.impossible and (before is None or before.impossible != roster.impossible):
            self._log.warning("These accounts cannot be learners' names and stay outside: %s", list(roster.impossible))
        if roster.in_several and (before is None or before.in_several != roster.in_several):
            self._log.warning("In several sections, the first one is taken: %s", list(roster.in_several))
        if not roster.sections:
            return
        sections = roster.sections
        if not roster.has_sections:  # where it names none any more, those it named before are over
            sections = dict.fromkeys(sections_by(self._course, BY).keys() & roster.sections.keys(), "")
        done = enrol(self._course, dict.fromkeys(roster.sections, ""), by=BY, sections=sections)
        if done.added or done.moved:
            self._log.info("%d enrolled, %d in another section now.", done.added, done.moved)
            nudge(self._course)
