"""Who asks: the hub's word, and nothing of what a request says about itself.

- **member**: somebody in the course's group of learners or of instructors
- **section**: a group of learners that some instructors look after; named by a hub group with the prefix of `[hub]`

An instructor who is in section groups sees the learners of those alone, one who is in none sees everybody. Being an
admin of the hub makes nobody an instructor. The hub's word is believed for `Hub.identity_seconds`.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError, RequestHandler

from kit.course import LEARNER_RULE, Hub, is_learner_name
from kit.hub.failures import Failure, busy

Role = Literal["learner", "instructor", "service"]
MEMBERS: frozenset[Role] = frozenset({"learner", "instructor"})
LEARNERS: frozenset[Role] = frozenset({"learner"})
INSTRUCTORS: frozenset[Role] = frozenset({"instructor"})
OBSERVERS: frozenset[Role] = frozenset({"instructor", "service"})
"""Who may read the service's figures: instructors, and what collects them as a service of the hub."""

_ASKED_AT_ONCE = 16
_HUB_SECONDS = 10.0
_MOST_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody the hub knows and this course knows what to do with."""

    name: str
    role: Role
    sections: frozenset[str] = frozenset()
    """Of an instructor: the sections they see; empty where that is everybody. Of a learner: those they are in."""

    def sees(self, section: str) -> bool:
        """Whether an instructor looks after the learners of *section* ("" for learners in none)."""
        return self.role == "instructor" and (not self.sections or section in self.sections)


def identity_of(model: Mapping[str, Any], hub: Hub) -> Identity:
    """What the hub's *model* of a user or service makes of them in this course; Failure 403 where that is nothing."""
    name, kind = str(model["name"]), model.get("kind", "user")
    if kind == "service":
        return Identity(name, "service")
    groups = frozenset(map(str, model.get("groups") or ()))
    sections = frozenset(
        group.removeprefix(hub.sections) for group in groups if group.startswith(hub.sections) and group != hub.sections
    )
    if hub.instructors in groups:
        return Identity(name, "instructor", sections)
    if hub.learners not in groups:
        raise Failure(
            403, "not-in-this-course",
            f"You are logged in as {name}, but you are not in this course. If you should be, ask your instructor "
            f"to add {name} to the group “{hub.learners}” of the hub; a minute later it works.",
        )  # fmt: skip
    if not is_learner_name(name):
        raise Failure(
            403, "name-impossible",
            f"The account {name!r} cannot be used in this course: an account is {LEARNER_RULE}. Ask your instructor.",
        )  # fmt: skip
    return Identity(name, "learner", sections)


class Hubs(HubOAuth):
    """The hub, asked who somebody is: some questions at a time, none for long, the answers kept for a short while."""

    def __init__(self, *, believed_seconds: int, **options: Any) -> None:
        super().__init__(cache_max_age=believed_seconds, **options)
        self._asking = asyncio.Semaphore(_ASKED_AT_ONCE)

    def cookie_secret(self) -> bytes:
        """Signs this service's cookies; the same after a restart, so that nobody has to log in again."""
        return hmac.digest(self.api_token.encode(), b"kit.hub cookies", hashlib.sha256)

    async def model_of(self, handler: RequestHandler) -> dict[str, Any] | None:
        """The hub's model of who sent the request; None for nobody. Failure 503 where the hub does not answer."""
        if len(self.cache) > _MOST_CACHED:  # tokens made up by the thousand
            self.cache.clear()
        try:
            model: dict[str, Any] | None = await self.get_user(handler, sync=False)
        except Failure:
            raise
        except HTTPError as error:
            raise busy(_HUB_AWAY, code="hub-away", retry_after=5) from error
        return model

    def may_enter(self, model: Mapping[str, Any]) -> bool:
        """Whether the token has the scope that lets it use this service."""
        return bool(self.check_scopes(self.access_scopes, model))

    async def _api_request(self, method: str, url: str, /, **options: Any) -> Any:
        async with self._asking:
            try:
                return await asyncio.wait_for(super()._api_request(method, url, **options), _HUB_SECONDS)
            except TimeoutError as error:
                raise busy(_HUB_AWAY, code="hub-away", retry_after=5) from error


_HUB_AWAY = "The hub does not answer just now, so nobody knows who you are. Your work is safe; try again in a moment."
