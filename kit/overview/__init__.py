"""The instructor's report: the frames and the analyses of one course put together, as a page and as a notebook.

    import kit, kit.overview
    found = kit.overview.report(kit.load("."))
    found.reteach                            # frames: map, attention, idle, wheel_spinning, achievement_gap, lockstep …
    kit.overview.report_html(found)          # the whole as one self-contained page

Nothing is decided here, and no status is worked out: states come from `kit.decisions.standing` through the frames.
"""

from __future__ import annotations

from kit.overview.page import report_html
from kit.overview.report import Report, report

__all__ = ["Report", "report", "report_html"]
