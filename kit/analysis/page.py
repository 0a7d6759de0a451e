"""`analysis_html`: one view as a self-contained page: tables, words, and the plot as a picture inside it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from markupsafe import Markup

from kit.analysis import tables
from kit.analysis.drawing import as_file
from kit.analysis.views import VIEWS, Part
from kit.reports import CourseView
from kit.reports.words import plain

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:84rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem} h2{font-size:1.15rem;margin-top:2rem} .quiet{color:#5a5a5a} img{max-width:100%;height:auto}
.wide{overflow-x:auto} table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}
th:first-child,td:first-child,td.words,th.words{text-align:left} td.words{white-space:normal;min-width:24rem}
tr.flagged{background:#fdeee4;font-weight:600}
"""

_PAGE = Markup("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>{style}</style></head>
<body><h1>{title}</h1>
<p class="quiet">{note}</p>
<p><img alt="{alt}" src="data:image/png;base64,{picture}"></p>
{body}
</body></html>
""")


def analysis_html(course: CourseView, name: str, unit: str | None = None) -> str:
    """The view *name* (a key of `VIEWS`) as HTML text, without network or script; KitError without matplotlib."""
    view = VIEWS[name]
    found = [(part, part.frame(course, unit)) for part in view.parts]
    body = Markup("").join(
        _part(part, one, frame[frame["unit"] == one]) for part, frame in found for one in frame["unit"].unique()
    )
    if not body:
        body = Markup("<p>{}</p>").format(view.nothing)
    picture = base64.b64encode(as_file(view.plot(course, unit), dpi=130)).decode()
    title = f"{course.course.title}: {view.title.lower()}" + (f" of {unit}" if unit else "")
    return _PAGE.format(
        title=plain(title),
        style=Markup(_STYLE),
        note=view.note,
        alt=f"{view.title} as a plot; the tables below say the same.",
        picture=Markup(picture),
        body=body,
    )


def _part(part: Part, unit: str, frame: pd.DataFrame) -> Markup:
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in part.cells)
    lines = []
    for row in tables.rows(frame):
        words = [str(row[name]) for name in ("flags", "told") if name in row and not tables.missing(row[name])]
        shown = [cell(row) for cell in part.cells.values()]
        cells = Markup("").join(Markup("<td>{}</td>").format(value) for value in shown)
        last = Markup('<td class="words">{}</td>').format(plain("; ".join(words)))
        marked = "flags" in row and not tables.missing(row["flags"])
        lines.append(Markup("<tr{}>{}{}</tr>").format(Markup(' class="flagged"' if marked else ""), cells, last))
    return Markup(
        '<h2>{}</h2><div class="wide"><table><thead><tr>{}<th class="words">in words</th></tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(plain(f"{part.title}: {unit}"), head, Markup("").join(lines))
