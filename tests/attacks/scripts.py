"""Script in feedback: text that would run in the browser of the learner who reads it, or of the instructor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.attacks.assignment import FULL, RIGHT, WRONG
from tests.attacks.case import Case, right, without

TAKEN = "kit-attack-taken"
"""What a page calls itself once a script of a learner's has run in it."""
SCRIPT = f"<script>document.title='{TAKEN}'</script><img src=x onerror=\"document.title='{TAKEN}'\">"
LINK = f"javascript:void(document.title='{TAKEN}')"
CLOSING = f"</code></pre></textarea></title></style></script>{SCRIPT}"
SVG = (
    f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='{TAKEN}'\">"
    f"<script>document.title='{TAKEN}'</script></svg>"
)
_MIMES = (
    *("text/html", "image/svg+xml", "application/javascript", "text/markdown", "text/latex", "application/x-mine"),
    *("application/vnd.jupyter.widget-view+json", "application/pdf", "text/plain", "image/png", "image/jpeg"),
)


def showing(source: str, deserves: Mapping[str, float | None] = FULL) -> Case:
    """Right answers, after *source* has shown something."""
    return Case(right(f"from IPython.display import *\n{source}"), deserves)


def _appended(*cells: dict[str, Any]) -> Case:
    return Case(RIGHT, FULL, edit=lambda notebook: notebook["cells"].extend(cells))


def _cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": "mine", "metadata": {}, "source": source, **code, **more}


_BUNDLE = dict.fromkeys(_MIMES, SCRIPT)
_SAVED = [
    {"output_type": "display_data", "data": _BUNDLE, "metadata": {}},
    {"output_type": "error", "ename": SCRIPT, "evalue": SCRIPT, "traceback": [SCRIPT]},
]
OUTPUTS: Mapping[str, Case] = {
    "printed": showing(f"import sys\nprint({CLOSING!r})\nprint({CLOSING!r}, file=sys.stderr)"),
    "printed by a program": showing(f"import subprocess\nsubprocess.run(['echo', {CLOSING!r}])"),
    "displayed as HTML": showing(f"display(HTML({SCRIPT!r}))"),
    "displayed as JavaScript": showing(f"display(Javascript(\"document.title='{TAKEN}'\"))"),
    "displayed as SVG": showing(f"display(SVG({SVG!r}))"),
    "displayed as Markdown and LaTeX": showing(f"display(Markdown({SCRIPT!r}))\ndisplay(Latex({SCRIPT!r}))"),
    "displayed as everything at once": showing(f"display({_BUNDLE!r}, raw=True)"),
    "displayed in metadata": showing(
        f"display({{'text/plain': 'x', 'image/png': 'iVBORw0KGgo='}}, raw=True, metadata={{'image/png': "
        f"{{'width': '1\" onload=\"document.title=1', 'alt': {CLOSING!r}, 'needs_background': {CLOSING!r}}}, "
        f"'isolated': True}})"
    ),
    "displayed as a picture that is none": showing(
        f"display({{'image/png': 'x\" onerror=\"document.title=\\'{TAKEN}\\'', 'image/jpeg': {SCRIPT!r}}}, raw=True)"
    ),
    "displayed by an object, as its result": showing(
        f"class Mine:\n"
        f"    def _repr_html_(self): return {SCRIPT!r}\n"
        f"    def __repr__(self): return {CLOSING!r}\n"
        f"    def _repr_javascript_(self): return 'document.title=1'\n"
        f"    def _repr_mimebundle_(self, **k): return {{{SCRIPT!r}: "
        f"{SCRIPT!r}, 'text/html': {SCRIPT!r}}}\n"
        f"display(Mine())\n"
        f"Mine()"
    ),
    "displayed as a table": showing(f"import pandas as pd\ndisplay(pd.DataFrame({{{SCRIPT!r}: [{SCRIPT!r}]}}))"),
    "displayed in place of an earlier display": showing(
        f"place = display('x', display_id='one')\n"
        f"place.update(HTML({SCRIPT!r}))\n"
        f"update_display(HTML({SCRIPT!r}), display_id='one')"
    ),
    "displayed by a magic": Case(
        {
            **RIGHT,
            "number-answer": f"get_ipython().run_cell_magic('html', '', {SCRIPT!r})\n"
            f"get_ipython().run_cell_magic('javascript', '', \"document.title='{TAKEN}'\")\n"
            f"{RIGHT['number-answer']}",
        },
        FULL,
    ),
    "coloured by escape sequences": showing(
        f"print('\\x1b[31m' + {CLOSING!r} + '\\x1b[0m\\x1b]8;;javascript:alert(1)\\x07link\\x1b]8;;\\x07')"
    ),
    "a widget": showing(
        f"try:\n    import ipywidgets\n    display(ipywidgets.HTML({SCRIPT!r}))\nexcept Exception:\n    pass"
    ),
}

_MISSING = f"name '{SCRIPT}' is not defined"
ERRORS: Mapping[str, Case] = {
    "in the message of an error": Case({**RIGHT, "number-answer": f"raise ValueError({CLOSING!r})"}, without("number")),
    "in the name of an error": Case(
        {**RIGHT, "number-answer": f"raise type({CLOSING!r}, (Exception,), {{}})({CLOSING!r})"}, without("number")
    ),
    "in a traceback made by hand": Case(
        {
            **RIGHT,
            "number-answer": "class Mine(Exception):\n"
            f"    def _render_traceback_(self): return [{CLOSING!r}]\n"
            f"raise Mine({CLOSING!r})",
        },
        without("number"),
    ),
    "in an answer that a visible message quotes": Case(
        {
            **WRONG,
            "number-answer": f"number = {CLOSING!r}",
            "shout-answer": f"def shout(text):\n    return {CLOSING!r}",
            "double-answer": f"class Mine:\n"
            f"    def __repr__(self): return {CLOSING!r}\n"
            f"def double(n):\n"
            f"    return Mine()",
        },
    ),
    "in the message of a failed assertion of one's own": Case(
        {**RIGHT, "shout-answer": f"def shout(text):\n    assert False, {CLOSING!r}"}, without("shout")
    ),
    "in the name of a file and a function": Case(
        {
            **RIGHT,
            "shout-answer": f"exec(compile('def shout(text): 1 / 0', {CLOSING!r}, 'exec'))\n"
            f"shout.__name__ = "
            f"shout.__qualname__ = {CLOSING!r}",
        },
        without("shout"),
    ),
    "in a missing name": Case(
        {**RIGHT, "number-answer": f"raise NameError({_MISSING!r})"},
        without("number"),
    ),
}


def _in_saved_outputs(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = json.loads(json.dumps(_SAVED))


def _in_metadata(notebook: dict[str, Any]) -> None:
    state = {"state": {"x": SCRIPT}, "version_major": 2}
    notebook["metadata"] |= {
        "title": CLOSING,
        "authors": [{"name": CLOSING}],
        "widgets": {"application/vnd.jupyter.widget-state+json": state},
        "language_info": {"name": CLOSING, "pygments_lexer": CLOSING, "mimetype": CLOSING},
    }
    for cell in notebook["cells"]:
        cell["metadata"] |= {"name": CLOSING, "tags": [CLOSING], "collapsed": CLOSING}


def _in_ids(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["id"] = CLOSING


TEXTS: Mapping[str, Case] = {
    "in the source of an answer": Case({**RIGHT, "number-answer": f"# {CLOSING}\n{RIGHT['number-answer']}"}, FULL),
    "in an answer that does not compile": Case({**RIGHT, "number-answer": CLOSING}, without("number")),
    "in a text that a person reads": Case({**RIGHT, "why": f"{SCRIPT} [x]({LINK}) {SVG}"}, {**FULL, "why": None}),
    "in a text cell of one's own": _appended(
        _cell(
            "markdown",
            f'{SCRIPT}\n\n[click]({LINK})\n\n<iframe srcdoc="{SCRIPT}"></iframe>',
        )
    ),
    "in a raw cell": _appended(
        _cell("raw", SCRIPT), _cell("raw", SCRIPT, metadata={"raw_mimetype": "text/html", "format": "text/html"})
    ),
    "in attachments": _appended(
        _cell(
            "markdown",
            "![x](attachment:x.svg) ![y](attachment:y.png)",
            attachments={
                "x.svg": {"image/svg+xml": SVG, "text/html": SCRIPT},
                'y.png" onerror="document.title=1': {"image/png": f"x\" onerror=\"document.title='{TAKEN}'"},
            },
        )
    ),
    "in saved outputs": Case(RIGHT, FULL, edit=_in_saved_outputs),
    "in metadata": Case(RIGHT, FULL, edit=_in_metadata),
    "in the names of files": Case(
        RIGHT, FULL, files={"<img src=x onerror=alert(1)>.txt": "x", "a' onload='x.png": b"x"}
    ),
    "in ids of cells": Case(RIGHT, FULL, edit=_in_ids),
    "in the id of an assignment": Case(
        RIGHT,
        "another-assignment",
        edit=lambda notebook: notebook["metadata"].update(mastery_kit={"assignment": SCRIPT[:60]}),
    ),
    "in a key that stands twice": Case(
        RIGHT,
        "not-a-notebook",
        plant=lambda folder: (folder / "unit.ipynb").write_text(
            json.dumps({SCRIPT: 1})[:-1] + f", {json.dumps(SCRIPT)}: 2}}"
        ),
    ),
    "as a template": Case(
        {
            **RIGHT,
            "number-answer": f"# {{{{ 1337 * 1337 }}}} {{% for x in y %}}\n"
            f"{RIGHT['number-answer']}\n"
            "print('{{ 1337 * 1337 }}', '{% include \"/etc/passwd\" %}', '{# #}', '%(x)s', '${1337 * 1337}')",
            "shout-answer": "def shout(text):\n    return '{{ 1337 * 1337 }} {shout.__globals__}'",
        },
        without("shout"),
        never=("1787569",),
    ),
}
