"""The cohorts of the reports' tests, here too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ipywidgets.widgets.widget import Widget

from tests.reports.conftest import attention_cohort, cohort, history

__all__ = ["attention_cohort", "cohort", "history"]


@pytest.fixture(autouse=True)
def no_widget_stays() -> Iterator[None]:
    """A widget lives until it is closed; without a kernel nobody else would close these."""
    yield
    Widget.close_all()
