"""What nbgrader is told, in an nbgrader_config.py of two lines: the course's folder, or the services of a hub."""

from __future__ import annotations

import os
from pathlib import Path

from traitlets.config import Config

from kit.exchange.doors import read_settings

_FACTORY = (
    ("exchange", "Exchange"),
    ("list", "ExchangeList"),
    ("fetch_assignment", "ExchangeFetchAssignment"),
    ("fetch_feedback", "ExchangeFetchFeedback"),
    ("submit", "ExchangeSubmit"),
    ("release_assignment", "ExchangeReleaseAssignment"),
    ("release_feedback", "ExchangeReleaseFeedback"),
    ("collect", "ExchangeCollect"),
)


def configure(c: Config, root: Path | str) -> None:
    """Point nbgrader at the course in *root*: its folders, its gradebook, and the kit's exchange.

    Reads course.toml only (a learner may read no more than that); CourseError if that cannot be used.
    """
    course = read_settings(root)
    c.CourseDirectory.root = str(course.root)
    c.CourseDirectory.course_id = course.id
    c.CourseDirectory.db_url = course.gradebook_url
    c.CourseDirectory.release_directory = "release"
    for step in ("source", "source_with_tests", "submitted", "autograded", "feedback", "solution"):
        c.CourseDirectory[f"{step}_directory"] = f"gradebook/{step}"
    c.ClearSolutions.code_stub = _code_stubs()
    # A second net only: what formgrader shows of graded notebooks was made harmless before (kit.grading.harmless).
    c.HTMLExporter.sanitize_html = True
    c.Exchange.course_root = str(course.root)
    _through_the_kit(c)


def configure_hub(c: Config) -> None:
    """Let nbgrader on a single-user server list, fetch and submit through the services in KIT_SERVICES.

    There is no course folder here. Assignments lie in ``<course>/<assignment>`` below the folder that nbgrader's server
    extensions work in, as where the JupyterLab panel puts them; a hub may have several courses. Asks nobody anything.
    """
    c.Exchange.course_root = ""
    c.Exchange.path_includes_course = True
    # nbgrader reads this file in the server's root, then works relative to wherever the process happens to be.
    c.Exchange.assignment_dir = os.getcwd()
    _through_the_kit(c)


def _through_the_kit(c: Config) -> None:
    for trait, name in _FACTORY:
        c.ExchangeFactory[trait] = f"kit.exchange.nbgrader.{name}"


def _code_stubs() -> dict[str, str]:
    from nbgrader.preprocessors import ClearSolutions

    stubs: dict[str, str] = dict(ClearSolutions.class_traits()["code_stub"].default())
    # An untouched cell must run: `...` fails the checks without a traceback that frightens a beginner.
    return {**stubs, "python": "# write your answer here, then run this cell\n..."}
