"""The course, its units, objectives and assignments as xAPI activities."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from kit.course import Course
from kit.errors import KitError
from kit.exports.vocabulary import TYPES
from kit.records import Assignment, Catalogue

_UNDETERMINED = "und"
"""The language of a title, which no course says (BCP 47)."""


def home_of(url: str) -> str:
    """*url* as the homePage of accounts and the beginning of activity ids, without a slash at its end.

    KitError if it is no address on the web.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or " " in url:
        raise KitError(
            f"{url!r} cannot be where accounts are at home. Give the address of your hub or site with --home, "
            "for example https://hub.example.org."
        )
    return url.rstrip("/")


class Activities:
    """Makes activities of *course*, whose ids begin with *home*. Equal ones are the same object; change none."""

    def __init__(self, course: Course, catalogue: Catalogue, home: str) -> None:
        self._course, self._catalogue = course, catalogue
        self._base = f"{home}/courses/{_part(course.id)}"
        self._titles = {unit.id: unit.title for unit in course.units}
        self.assignment = lru_cache(maxsize=10_000)(self._assignment)
        self.objective = lru_cache(maxsize=10_000)(self._objective)

    def course(self) -> dict[str, Any]:
        """The whole course."""
        return _activity(self._base, TYPES["course"], self._course.title)

    def unit(self, unit: str) -> dict[str, Any]:
        """The unit called *unit*, also one that is no longer there."""
        return _activity(f"{self._base}/units/{_part(unit)}", TYPES["unit"], self._titles.get(unit, unit))

    def _objective(self, unit: str, objective: str) -> dict[str, Any]:
        revisions = self._catalogue.revisions.get(unit, {})
        titles = [o.title for n in sorted(revisions) for o in revisions[n].objectives if o.id == objective]
        place = f"{self._base}/units/{_part(unit)}/objectives/{_part(objective)}"
        return _activity(place, TYPES["objective"], titles[-1] if titles else objective)

    def _assignment(self, name: str) -> dict[str, Any]:
        place = f"{self._base}/assignments/{_part(name)}"
        if not self._catalogue.knows(name):
            return _activity(place, None, name)
        what = self._catalogue.assignment(name)
        return _activity(place, TYPES[what.kind], self._words(what), "en")

    def _words(self, what: Assignment) -> str:
        unit = self._titles.get(what.unit, what.unit)
        if what.kind == "form":
            return f"{unit}, form {what.form}"
        return f"{unit}, enrichment" if what.kind == "enrichment" else f"{unit}: {what.objective} by {what.approach}"


def _activity(place: str, kind: str | None, title: str, language: str = _UNDETERMINED) -> dict[str, Any]:
    definition = {"type": kind} if kind else {}
    return {"objectType": "Activity", "id": place, "definition": {**definition, "name": {language: title}}}


def _part(name: str) -> str:
    return quote(name, safe="", errors="replace")
