"""One learner's whole record beside the map, and the form to decide something about them."""

from __future__ import annotations

from ipywidgets import HTML, Button, Layout, VBox

from kit.pages.history import RecordPage
from kit.widgets.deciding import Deciding
from kit.widgets.drawing import draw


class Record:
    """Shown for one learner, or hidden. Where *deciding* is None nothing can be decided here."""

    def __init__(self, deciding: Deciding | None) -> None:
        self.page = HTML()
        self.deciding = deciding
        self.close = Button(description="Close the record", tooltip="Show the map alone")
        instead = HTML('<p class="quiet">Nothing can be decided while names are hidden.</p>')
        self.box = VBox([self.close, self.page, deciding.box if deciding else instead], layout=Layout(display="none"))
        self.box.add_class("kit-record")

    def show(self, page: RecordPage) -> None:
        """Show *page*."""
        self.page.value = draw("record.html", page=page)
        if self.deciding is not None:
            self.deciding.about(page.standing.learner)
        self.box.layout.display = None

    def hide(self) -> None:
        """Show nobody's."""
        self.box.layout.display = "none"
        self.page.value = ""
