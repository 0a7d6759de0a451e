"""The form of an override: what, why, what it would do, and only then doing it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable

from ipywidgets import HTML, Button, Dropdown, HBox, Layout, RadioButtons, Textarea, VBox

from kit.errors import KitError
from kit.pages.overriding import ACTIONS, LONGEST_REASON, Wish, outlook, read_wish
from kit.pages.present import Presence
from kit.reports.signs import SIGNS
from kit.reports.words import plain
from kit.stages.people import override
from kit.watching import nudge
from kit.widgets.drawing import draw

_CARRIED_OUT = "It is in the record, and is carried out as soon as “kit watch” or “kit run” runs."


class Deciding:
    """Decides about one learner at a time. `done` is called after something was decided."""

    def __init__(self, presence: Presence, done: Callable[[], object]) -> None:
        self._presence, self._done = presence, done
        self._learner = ""
        self._looked_at: tuple[Wish, int] | None = None
        wide = Layout(width="100%")
        self.unit = Dropdown(description="Unit", layout=wide)
        choices = [(f"{words[0]}. {words[1]}", action) for action, words in ACTIONS.items()]
        self.action = RadioButtons(options=choices, value="another-form", layout=wide)
        self.why = Textarea(
            description="Why", rows=3, layout=wide,
            placeholder=f"Needed. It stays in the record with your name; at most {LONGEST_REASON} letters.",
        )  # fmt: skip
        self.ask = Button(description="See what it will do", button_style="primary")
        self.ahead, self.said = HTML(), HTML()
        self.confirm = Button(button_style="primary")
        self.drop = Button(description="No, leave it")
        self.answers = HBox([self.confirm, self.drop])
        self.form = VBox([self.unit, self.action, self.why, self.ask])
        self.box = VBox(
            [HTML("<h4>Decide something yourself</h4><p>For when you know more than the checks do.</p>"),
             self.form, self.ahead, self.answers, self.said],
        ).add_class("kit-decide")  # fmt: skip
        self.ask.on_click(lambda _: self.look_ahead())
        self.confirm.on_click(lambda _: self.decide())
        self.drop.on_click(lambda _: self.leave())
        self._show_form(True)

    def about(self, learner: str) -> None:
        """Begin anew with *learner*; the same learner again only brings the units up to date."""
        now = self._presence.now().standings[learner]
        chosen = self.unit.value if learner == self._learner else None
        asked = next((one.unit for one in now.units if one.attention), now.next_unit)
        self.unit.options = [
            (f"{one.unit} {plain(one.title)} ({SIGNS[one.state].word})", one.unit) for one in now.units
        ]
        known = [one.unit for one in now.units]
        self.unit.value = next((unit for unit in (chosen, asked) if unit in known), known[0] if known else None)
        if learner != self._learner:
            self._learner, self.why.value, self.said.value = learner, "", ""
            self.leave()

    def look_ahead(self) -> None:
        """Show what it would do, or what is missing."""
        try:
            present = self._presence.now()
            wish = read_wish(present, self.unit.value or "", self.action.value, self.why.value)
            events = self._presence.events(self._learner)
            ahead = outlook(present, self._learner, wish, events)
        except KitError as error:
            self._say(problem=str(error))
            return
        self._looked_at = wish, len(events)
        self._say()
        self.ahead.value = draw("outlook_of.html", wish=wish, outlook=ahead)
        self.confirm.description = f"Yes, {ACTIONS[wish.action][0].lower()}"
        self._show_form(False)

    def decide(self) -> None:
        """Do what was looked at; if something happened to the learner meanwhile, show again what it would do."""
        if self._looked_at is None:
            return
        wish, seen = self._looked_at
        try:
            if len(self._presence.events(self._learner)) != seen:
                self.look_ahead()
                self._say(problem="Something has happened meanwhile. Please look again at what it will do.")
                return
            course = self._presence.now().course
            override(course, self._learner, wish.unit, wish.action, why=wish.why, by=_who())
            nudge(course)
        except KitError as error:
            self.leave()
            self._say(problem=str(error))
            return
        self.why.value = ""
        self.leave()
        self._say(f"Decided: {ACTIONS[wish.action][0].lower()}, {wish.unit}. {_CARRIED_OUT}")
        self._done()

    def leave(self) -> None:
        """Back to the form, as it was filled in."""
        self._looked_at, self.ahead.value = None, ""
        self._show_form(True)

    def _show_form(self, shown: bool) -> None:
        self.form.layout.display = None if shown else "none"
        self.answers.layout.display = "none" if shown else None

    def _say(self, said: str = "", problem: str = "") -> None:
        self.said.value = draw("said.html", said=said, problem=problem)


def _who() -> str:
    """Who decides: the hub's account, else the system's."""
    try:
        return os.environ.get("JUPYTERHUB_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container that runs under a bare number
        return str(os.getuid())
