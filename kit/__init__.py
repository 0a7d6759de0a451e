"""mastery-kit: teach by mastery instead of by the calendar, on Jupyter and nbgrader.

In a notebook:

    import kit
    course = kit.load(".")
    course.attempts        # and items, objectives, units, correctives, events: pandas frames
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kit.reports import CourseView

__all__ = ["__version__", "load"]
__version__ = "0.1.0"


def load(path: str | Path = ".") -> CourseView:
    """The course in *path*, opened for reading: its frames are attributes. KitError if there is no course there."""
    from kit.reports import load as read  # pandas takes a moment; `kit --help` does not need it

    return read(path)
