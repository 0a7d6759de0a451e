"""Frames without names: pseudonyms for learners, and none of the words that could name one.

What remains can still point to somebody in a small course (who handed in at that minute?): these are pseudonyms, and
the files belong to whoever may see them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kit.records import SYSTEM

if TYPE_CHECKING:
    import pandas as pd

STAFF = "staff"
"""Everybody who is not a learner, in what is exported without names."""

_EMPTIED = {
    "items": ("note",),
    "units": ("sentence", "attention", "attention_next"),
    "events": ("why",),
}
"""Columns of free words, by frame: what the grader or a person wrote."""
_KEPT_OF_DATA = frozenset({
    "kind", "revision", "form", "objective", "approach", "submission", "version", "action", "criteria", "rule",
    "settings", "max_cycles", "seconds", "bytes", "door", "regraded", "section",
})  # fmt: skip
_KEPT_OF_DECISION = ("outcome", "verdicts", "rule", "cycle", "correctives", "next_form")
_KEPT_OF_ITEM = ("item", "objective", "score", "max")


def hidden(name: str, frame: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """The frame called *name* without names; *known* has a pseudonym for each learner. Sorted by it, except events."""
    import pandas as pd

    shown = frame.copy()
    order = pd.CategoricalDtype(pd.Index(sorted(set(known.values())), dtype="str"))
    shown["learner"] = frame["learner"].astype(object).map(known).astype(order)
    if "name" in shown:
        shown["name"] = shown["learner"].astype(frame["name"].dtype if name == "learners" else "category")
    for column in _EMPTIED.get(name, ()):
        shown[column] = pd.Series(pd.NA, index=shown.index, dtype="string").astype(frame[column].dtype)
        if isinstance(frame[column].dtype, pd.CategoricalDtype):
            shown[column] = shown[column].cat.remove_unused_categories()
    if name == "events":
        return _events(shown, known)
    return shown.sort_values("learner", kind="stable").reset_index(drop=True)


def _events(shown: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """A key names the learner, and a submission that is set aside may have come under any name."""
    import pandas as pd

    shown["key"] = pd.Series([str(place + 1) for place in shown.index], index=shown.index, dtype="string")
    shown["who"] = shown["who"].astype(object).map(lambda who: hidden_who(who, known)).astype("category")
    shown["assignment"] = shown["assignment"].where(shown["kind"] != "set-aside").cat.remove_unused_categories()
    kept = [json.dumps(kept_of(json.loads(text)), ensure_ascii=False, sort_keys=True) for text in shown["data"]]
    shown["data"] = pd.Series(kept, index=shown.index, dtype="string")
    return shown


def hidden_who(who: str, known: Mapping[str, str]) -> str:
    """Who did something: a learner's pseudonym, the controller as it is, anybody else as staff."""
    return known.get(who, who if who == SYSTEM else STAFF)


def kept_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an event without the words that people or the grader wrote."""
    kept = {name: value for name, value in data.items() if name in _KEPT_OF_DATA}
    if "items" in data:
        kept["items"] = [{name: item.get(name) for name in _KEPT_OF_ITEM} for item in data["items"]]
    if "decision" in data:
        kept["decision"] = {name: data["decision"].get(name) for name in _KEPT_OF_DECISION}
    return kept
