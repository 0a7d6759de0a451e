"""Which names are allowed, and why: they become file names, assignment ids and URLs."""

from __future__ import annotations

import re

UNIT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
OBJECTIVE_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
APPROACH_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
FORM_ID = re.compile(r"[a-z][a-z0-9]{0,15}")
RESERVED_FORMS = frozenset({"enrichment"})
"""`enrichment` and `r<number>` already mean something in an assignment id."""

_LEARNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}")
LEARNER_RULE = "letters, digits and . _ @ - (1 to 64 signs, not beginning with . or - or @)"


def is_learner_name(name: str) -> bool:
    """Whether *name* can be a folder name, a nbgrader student id and a URL part at once."""
    return _LEARNER.fullmatch(name) is not None


def is_form_id(name: str) -> bool:
    """Whether *name* can name a form (`r2` cannot: it marks a revision in an assignment id)."""
    return FORM_ID.fullmatch(name) is not None and name not in RESERVED_FORMS and not re.fullmatch(r"r\d+", name)
