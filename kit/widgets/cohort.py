"""`dashboard`: the cohort in a notebook, each learner's record, and overrides. It stays up to date by itself."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from weakref import WeakValueDictionary

from ipywidgets import HTML, Box, Button, HBox, VBox

from kit.course import Course, load_course
from kit.errors import KitError
from kit.pages.cohort import Query, cohort_page
from kit.pages.history import record_page
from kit.pages.present import Presence, Present
from kit.reports import CourseView
from kit.widgets.deciding import Deciding
from kit.widgets.drawing import draw, style_sheet
from kit.widgets.filters import Filters
from kit.widgets.heartbeat import Heartbeat
from kit.widgets.hiding import hidden, hidden_history
from kit.widgets.record import Record
from kit.widgets.rows import SIZE, Rows

Shown = tuple[Present, dict[str, str]]
"""The course as it is shown, and the account of each name in it."""
SECONDS = 3.0
"""Between two looks at the ledger's last number."""
_LIVE: WeakValueDictionary[Path, Dashboard] = WeakValueDictionary()


def dashboard(
    course: str | Path | Course | CourseView = ".", *, sections: Collection[str] = (), anonymous: bool = False
) -> Dashboard:
    """The cohort of *course* as a widget for instructors: a map with filters, records, overrides.

    Of *sections* alone, where any are named. With *anonymous*, pseudonyms stand for names, what people wrote is left
    out, and nothing can be decided. A second call for the same course takes the looking for news over from the first.
    CourseError if the course cannot be used, LedgerError if its ledger cannot be read.
    """
    if isinstance(course, CourseView):
        sections = sections or ([course.section] if course.section else [])
        course = course.course
    return Dashboard(course if isinstance(course, Course) else load_course(course), sections, anonymous)


class Dashboard(VBox):
    """The widget that `dashboard` returns; `close()` takes it off the page and ends its looking for news."""

    def __init__(self, course: Course, sections: Collection[str], anonymous: bool) -> None:
        self.presence = Presence(course)
        self._sections, self._anonymous = frozenset(sections), anonymous
        self._last: tuple[Present, Shown] | None = None
        self._present, self._accounts = self._read()
        self.query, self.chosen = Query(), ""
        self.summary, self.found, self.trouble = HTML(), HTML(), HTML()
        self.filters = Filters(self.ask)
        self.rows = Rows(self.choose, lambda page: self.ask(self.filters.query(page)))
        self.record = Record(None if anonymous else Deciding(self.presence, self.refresh))
        self.record.close.on_click(lambda _: self.choose(""))
        self.again = Button(description="Look for news", tooltip="Read what is new in the ledger")
        self.again.on_click(lambda _: self.refresh())
        self.heartbeat = Heartbeat(self._read, self._take, self._say_trouble, SECONDS)
        super().__init__(
            [HTML(style_sheet()), Box([self.summary, self.again]).add_class("kit-top"), self.trouble, self.filters.box,
             self.found, HBox([self.rows.box, self.record.box]).add_class("kit-sides"), HTML(draw("legend.html"))]
        )  # fmt: skip
        self.add_class("kit-dash")
        self._draw()
        self._begin(course.root)

    def __repr__(self) -> str:
        """What a saved notebook keeps of it: nobody's name."""
        return f"<dashboard of {self._present.course.id}>"

    def ask(self, query: Query) -> None:
        """Show what *query* leaves of the cohort."""
        self.query = query
        self._draw()

    def choose(self, learner: str) -> None:
        """Show the record of *learner* (a pseudonym where names are hidden); of nobody if empty."""
        self.chosen = learner
        self._draw_record()
        self._draw_found()
        self.rows.mark(learner)

    def refresh(self) -> None:
        """Read what is new, and show it."""
        try:
            self._take(self._read())
        except KitError as error:
            self._say_trouble(error)

    def close(self) -> None:
        """Take the widget off the page; nothing is read for it any more."""
        self.stop()
        super().close()

    def stop(self) -> None:
        """Look for news only when asked."""
        self.heartbeat.stop()
        self.again.layout.display = None

    def _begin(self, root: Path) -> None:
        if (before := _LIVE.get(root)) is not None:
            before.stop()
        _LIVE[root] = self
        self.again.layout.display = "none" if self.heartbeat.start() else None

    def _read(self) -> Shown:
        """The course now, and account of each name that is shown; the very same values where nothing is new."""
        now = self.presence.now()
        seen, shown = self._last or (None, None)
        if shown is None or now is not seen:
            shown = hidden(now) if self._anonymous else (now, {name: name for name in now.records})
            self._last = now, shown
        return shown

    def _take(self, read: Shown) -> None:
        self.trouble.value = ""
        if read[0] is not self._present:
            self._present, self._accounts = read
            self._draw()
            self._draw_record()

    def _say_trouble(self, error: Exception) -> None:
        said = str(error) if isinstance(error, KitError) else f"The ledger could not be read: {error!r}."
        self.trouble.value = draw("said.html", said="", problem=f"{said} What is shown may be old.")

    def _draw(self) -> None:
        self._page = cohort_page(self._present, self.query, self._sections, SIZE)
        self.summary.value = draw(
            "summary.html", page=self._page, title=self._present.course.title, hidden=self._anonymous
        )
        self.filters.offer(self._page)
        self.rows.show(self._page, self.chosen)
        self._draw_found()

    def _draw_found(self) -> None:
        one = self._present.standings.get(self.chosen)
        self.found.value = draw("found.html", page=self._page, chosen=(one.name or one.learner) if one else "")

    def _draw_record(self) -> None:
        if self.chosen not in self._present.records:
            self.record.hide()
            return
        present, events = self._present, self.presence.events(self._accounts[self.chosen])
        if self._anonymous:
            present, events = hidden_history(present, self.chosen, events)
        self.record.show(record_page(present, self.chosen, events))
