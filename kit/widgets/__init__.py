"""Widgets for a notebook: the instructor's dashboard, and the learner's own progress.

- `cohort`, `rows`, `filters`, `record`, `deciding`: the dashboard, from its frame to an override
- `progress`, `unit_map`, `learned`, `places`: what a learner sees of their own course
- `heartbeat`: looking for news in the background; `hiding`: the cohort without names
- `drawing`: their HTML and its style sheet

What is shown comes as values from `kit.pages`, as on the hub's pages; nothing is decided here. Everything is made of
ipywidgets' own widgets: nothing more has to be installed into JupyterLab.
"""

from __future__ import annotations

from kit.widgets.cohort import Dashboard, dashboard
from kit.widgets.progress import MyProgress, my_progress

__all__ = ["Dashboard", "MyProgress", "dashboard", "my_progress"]
