"""After learners have worked: is the assessment any good, do the correctives help, can the decisions be trusted?

    import kit, kit.analysis
    course = kit.load(".")
    kit.analysis.items(course, unit="02-lists")            # a pandas frame; help(kit.analysis.items) tells its columns
    kit.analysis.plot_items(course, unit="02-lists")       # a matplotlib figure

Every function takes the opened course and, if you like, one unit; frames have the same columns with the same dtypes for
an empty course as for a full one. NA is what cannot be told, never zero; `told` says in words what can, and how many
learners it takes. `flags` are for what is certain enough to act on.

| frame | one row per | plot |
|---|---|---|
| `items` | item of a form | `plot_items` |
| `forms`, `form_comparison`, `form_drift` | form; objective of a form; form | `plot_forms` |
| `correctives` | objective and approach | `plot_correctives` |
| `decisions`, `certainties`, `retests` | objective and unit; decision; objective and attempt | `plot_decisions` |
"""

from __future__ import annotations

from kit.analysis.certainty import certainties, retests
from kit.analysis.comparison import form_comparison
from kit.analysis.corrective_outcomes import correctives
from kit.analysis.decision_quality import decisions
from kit.analysis.form_statistics import form_drift, forms
from kit.analysis.item_statistics import items
from kit.analysis.plots import plot_correctives, plot_decisions, plot_forms, plot_items

__all__ = [
    "certainties",
    "correctives",
    "decisions",
    "form_comparison",
    "form_drift",
    "forms",
    "items",
    "plot_correctives",
    "plot_decisions",
    "plot_forms",
    "plot_items",
    "retests",
]
