"""Single features of notebooks, as nbgrader's users write them: a few cells each, with a right and a wrong answer.

`THEMES` puts them together to notebooks, so that nbgrader starts a kernel for each theme and not for each feature.
"""

from __future__ import annotations

from tests.equality.features import drawing, functions, names, objects, scoring, session, tables
from tests.equality.features.feature import Feature

THEMES: dict[str, tuple[Feature, ...]] = {
    "scoring": scoring.FEATURES,
    "session": session.FEATURES,
    "names": names.FEATURES,
    "functions": functions.FEATURES,
    "objects": objects.FEATURES,
    "tables": tables.FEATURES,
    "drawing": drawing.FEATURES,
}
