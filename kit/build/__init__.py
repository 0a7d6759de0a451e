"""units/ and corrective/ → release/: one nbgrader assignment per form, corrective and enrichment.

    gradebook/source/<assignment>/<notebook>.ipynb     the instructor's version (solutions, hidden tests;
                                                       nbgrader's AUTOTEST lines written out)
    release/<assignment>/<notebook>.ipynb              what a learner gets, made from it by nbgrader's own converters
    gradebook/revisions/<unit>.r<N>.json               the unit as it was built: what decisions about it need
    gradebook/building/                                the side place where all of it is made first; gone afterwards
    gradebook/source-history/<assignment>/<N>/         both notebooks as they were before their tests were corrected

A unit whose sources did not change is left alone. A changed unit replaces its last revision if nobody was ever given
anything of it; otherwise it becomes a new one, and learners under way keep theirs. `correct` mends wrong
tests of a revision in use, and changes nothing else of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.build.revisions import is_current, load_catalogue
from kit.build.sources import UnitSources, read_sources

if TYPE_CHECKING:
    from kit.build.builder import BuildReport, build
    from kit.build.corrector import Correction, correct

__all__ = [
    "BuildReport",
    "Correction",
    "UnitSources",
    "build",
    "correct",
    "is_current",
    "load_catalogue",
    "read_sources",
]


def __getattr__(name: str) -> Any:
    # Reading what was built must not wait for nbgrader's converters, which take over a second to import.
    if name in ("BuildReport", "build"):
        from kit.build import builder

        return getattr(builder, name)
    if name in ("Correction", "correct"):
        from kit.build import corrector

        return getattr(corrector, name)
    raise AttributeError(name)
