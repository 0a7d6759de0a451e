"""Texts of learners as formgrader turns them into a page: nothing runs, and what is honest looks as it was meant."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.filters import strip_files_prefix
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, markdown2html_mistune

from kit.grading.harmless import JOINER, harmless, with_pictures

TAGS = {
    *("p", "em", "strong", "del", "code", "pre", "div", "span", "a", "img", "br", "hr", "ul", "ol", "li", "blockquote"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "input"),
    *("sub", "sup", "kbd", "mark"),
}
ATTRIBUTES = {"href", "src", "alt", "title", "class", "id", "style", "type", "disabled", "checked", "start"}
SCHEME = re.compile(r"(?!(?:https?|mailto):|data:image/(?:png|jpeg);base64,)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
FORBIDDEN = re.compile(r"\\(?:mmlToken|style|class|cssId|require|href(?!\s*\{(?:https?://|$)))")


class Page(HTMLParser):
    """What could run on a page, and what a person reads there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.live: list[str] = []
        self.words = ""
        self.inside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag not in TAGS or not {name for name, _ in attrs} <= ATTRIBUTES:
            self.live.append(str(self.get_starttag_text()))
        for name, value in attrs:
            if name in ("href", "src") and SCHEME.match(re.sub(r"[\x00-\x20]", "", value or "")):
                self.live.append(f"{name} {value}")
            if name == "style" and not re.fullmatch(r"text-align: ?\w+|line-height: 125%;", value or ""):
                self.live.append(f"style {value}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.words += data
        if not {"code", "pre"} & set(self.inside) and FORBIDDEN.search(data):
            self.live.append(data)

    def handle_comment(self, data: str) -> None:
        self.live.append(f"<!--{data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def shown(text: str, attachments: dict[str, Any] | None = None) -> str:
    """The page formgrader makes of a text cell."""
    renderer = IPythonRenderer(escape=False, attachments=attachments)
    page: str = strip_files_prefix(MarkdownWithMath(renderer=renderer).render(text))
    return page


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<style>*{display:none}</style>",
    "<div\nonclick=alert(1)\n>x</div>",
    "<div style='position:fixed;inset:0'>\n\ntext\n\n</div>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<?x ><img src=x onerror=alert(1)>?>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<!DOCTYPE x [<img src=x onerror=alert(1)>]>",
    "</div></div></body><script>alert(1)</script>",
    "<input id=one class=score value=5>",
    "<br onmouseover=alert(1)>",
    "<sub onmouseover=alert(1)>x</sub>",
    "<br>\n<img src=x onerror=alert(1)>",
    "<sub>\n&lt;img src=x onerror=alert(1)&gt;\n$&#92href{javascript:alert(1)}{x}$\n</sub>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    "| a |\n|---|\n| [x](javascript:alert(1)) \\| <b onclick=alert(1)>|",
    "> <script>\n> alert(1)</script>",
    "- item\n\n  <details open ontoggle=alert(1)>",
    "```mermaid\ngraph LR\nA[<img src=x onerror=alert(1)>]\n```",
    "~~~ mermaid\n<script>alert(1)</script>\n~~~",
    "```mermaid-x\n<script>alert(1)</script>",
    "`<script>` <script>alert(1)</script> `",
    "``` `<b>\n<script>alert(1)</script>\n```",
    "$<img src=x onerror=alert(1)>$",
    "$$\n<script>alert(1)</script>\n$$",
    "\\begin{equation}<img src=x onerror=alert(1)>\\end{equation}",
    "\\\\(<img src=x onerror=alert(1)>\\\\)",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\\href {javascript:alert(1)} {x}$$",
    "$\\let\\x=\\href \\x{javascript:alert(1)}{y}$",
    "$\\h&#114;ef{javascript:alert(1)}{x}$ and \\\\(x\\\\)",
    "A $ sign \\\\href{javascript:alert(1)}{x} and &bsol;href{javascript:alert(1)}{x} $",
    "$\\hr<ef@example.org>{javascript:alert(1)}{x}$",
    "$\\mmlToken{mi}[href=javascript:alert(1)]{x}$",
    "$\\class{score}{x}\\cssId{one}{y}\\style{position:fixed}{z}$",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( \n javascript:alert(1))",
    "> [x](\n> javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](< javascript:alert(1)>)",
    "> [x](\n> <java&#9;script:alert(1)>)",
    "[x](java&#115;cript:alert(1))",
    "[x](java&amp;#115;cript:alert(1))",
    "[x](java&amp;amp;#x73;cript:alert(1))",
    "[x](&#x000006A;avascript&colon;alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](javascript\\:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](java\x00script:alert(1))",
    "[x](java\rscript:alert(1))",
    "[x](files/javascript:alert(1))",
    "[x](/files/javascript:alert(1))",
    "[x](&#102;iles/javascript:alert(1))",
    "[x](java<script:alert@example.org>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '![x](javascript:alert(1) "title")',
    "[![x](javascript:alert(1))](javascript:alert(2))",
    "[a [b] c](javascript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "[x]\n\n[x]:\n  <javascript:alert(1)>\n  'title'",
    "> [x]\n>\n> [x]:\n> javascript:alert(1)",
    "- [x]\n\n  [x]: java&#115;cript:alert(1)",
    "<javascript:alert(1)>",
    "<https://x/onmouseover=alert(1)//>",
    "<<https://x>img src=x onerror=alert(1)>",
    "[x](blob:https://example.org/1) [y](file:///etc/passwd) [z](view-source:x)",
    '[x](https://example.org "\\" onmouseover=alert(1) x=\\"")',
    '![" onerror="alert(1)](x.png)',
    "# <img src=x onerror=alert(1)>\n\n<h1>x</h1>",
    "term <b onclick=alert(1)>\n: [x](javascript:alert(1))\n: <script>alert(1)</script>",
    "![x](attachment:x.svg)(javascript:alert(1))",
    "![javascript:alert(1)](attachment:x.svg): javascript:alert(1)",
    "&#" + "0" * 5000 + "115;cript [x](java&#" + "0" * 5000 + "115;cript:alert(1))",
    "[x](java&amp;#" + "1" * 5000 + ";script:alert(1))",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text)[:60])
def test_nothing_runs(text: str) -> None:
    for page in (markdown2html_mistune(harmless(text, {})), shown(harmless(text, {})), harmless(f"\n{text}", {})):
        assert Page(page).live == []


def test_what_runs_would_be_seen() -> None:
    live = [text for text in HOSTILE if Page(shown(text, {"x.svg": {"image/png": ""}})).live]
    assert len(live) > 60  # the others would run with another version of a renderer


HONEST = {
    "emphasis": "*a* **b** _c_ ~~d~~ `e`",
    "headings and rules": "# One\n\nTwo\n---\n\n***",
    "lists": "1. a\n2. b\n   - c\n- [ ] d\n- [x] e",
    "quotation": "> a\n> > b",
    "a table": "| a | b |\n|:--|--:|\n| 1 | `x | y` |",
    "links": "[a](https://example.org/x?a=1&b=2#c 'title') [b](mailto:a@b.c) [c](#top) [d](notes/other.ipynb)",
    "a link by reference": '[a][1] [b]\n\n[1]: https://example.org\n[b]: other.ipynb "title"',
    "a bare address": "See https://example.org/a_(b).",
    "a picture": "![a](https://example.org/a.png) ![b](pictures/b.png)",
    "a picture as Colab pastes it": "![a](data:image/png;base64,iVBORw0KGgo=)",
    "formulas": "$a < b$, $$\\frac{1}{2} \\le x$$, \\begin{align}a &= b\\\\ c &= d\\end{align}",
    "a linked formula": "$\\href{https://example.org}{x}$",
    "signs": "1 < 2 > 0, a <- b, x <= y, R&D, AT&T; &lt;b&gt; &nbsp; &rarr; &eacute; 5 € – “x” 😀",
    "code": "```python\nif a < b:\n    print('x:', d['y'])\nfor i in [1, 2]:\n    print(i)\n```\n\n    indented < code",
    "line breaks and small signs": "H<sub>2</sub>O<br>m<sup>2</sup><br/><kbd>Ctrl</kbd>",
    "a footnote-like line": "[1]: see the book, page 5",
}


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST.keys())
def test_honest_text_is_left_as_it_is(text: str) -> None:
    assert harmless(text, {}) == text


MEANT = {
    "a formula without spaces": ("$a<b$", "$a< b$"),
    "a generic type in code": ("`List<int>`", "<code>List<int></code>"),
    "code about HTML": ("```html\n<p>x</p>\n```", "&lt;p>x</p>"),
    "an address in angle brackets": ("<https://example.org>", '<a href="https://example.org">https://example.org</a>'),
    "a name with a space": ("[a](<other file.ipynb>)", '<a href="other%20file.ipynb">a</a>'),
    "bold by HTML is shown as it was typed": ("<b>x</b>", "<b>x</b>"),
    "code that looks like a link": ("```\nfor x in [1, 2]:\n    try:\n```", "for x in [1, 2]:\n    try:"),
    "a path in code": ("`C:\\class\\a.py`", "C:\\class\\a.py"),
}


@pytest.mark.parametrize(("text", "expected"), MEANT.values(), ids=MEANT.keys())
def test_what_is_changed_reads_as_before(text: str, expected: str) -> None:
    page = Page(shown(harmless(text, {})).replace(JOINER, ""))
    assert Page(expected).words.strip() in page.words or expected in page.words


PICTURES = {"a.png": "a.png", "my picture.png": "picture-2"}
ATTACHED = {"a.png": {"image/png": "AAAA"}, "picture-2": {"image/png": "BBBB"}}
REFERENCES = {
    "there": ("![x](attachment:a.png)", 'src="data:image/png;base64,AAAA"'),
    "there, with a title": ('![x](attachment:a.png "t")', 'src="data:image/png;base64,AAAA"'),
    "there, in angle brackets": ("![x](<attachment:a.png>)", 'src="data:image/png;base64,AAAA"'),
    "there, by reference": ("![x][y]\n\n[y]: attachment:a.png", 'src="data:image/png;base64,AAAA"'),
    "there, with a space in its name": ("![x](attachment:my%20picture.png)", 'src="data:image/png;base64,BBBB"'),
    "missing": ("Look: ![x](attachment:x.svg)!", "Look: [picture x.svg left out]!"),
    "missing, with a title": ('![x](attachment:x.svg "t")', "[picture x.svg left out]"),
    "missing, and its name is hostile": ("![x](attachment:<script>alert(1)</script>)", "alert(1)"),
    "missing, with brackets in its description": ("![x [y] z](attachment:x.svg)", "x [y] z"),
    "missing, by reference": ("![x][y]\n\n[y]: attachment:x.svg", 'alt="x"'),
    "missing, its scheme in disguise": ("![x](attach&#109;ent:x.svg)", 'alt="x"'),
    "missing, quoted over two lines": ("> ![x](\n> attachment:x.svg)", "x"),
    "a name that goes on after the one that is there": ("![x](attachment:a.png(b))", 'alt="x"'),
    "a name with an escaped bracket": ("![x](attachment:a.png\\))", "[picture a.png left out]"),
    "a name with a space that is none": ("![x](attachment:a.png\u00a0)", 'alt="x"'),
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.values(), ids=REFERENCES.keys())
def test_attached_pictures_are_shown_or_named(text: str, expected: str) -> None:
    for given_text in (harmless(text, PICTURES), with_pictures(text, PICTURES)):
        assert expected in shown(given_text, ATTACHED)


SIGNS = [*"<>[]()!:/\\&#;`~$|\n\t *-\"'=", "](", "]:", "](<", "> ", "    ", "```", "$$", "\n\n", "<!--", "-->", "<?"]
WORDS = [
    *(
        "javascript:",
        "java",
        "script",
        "data:",
        "https://x.y",
        "attachment:",
        "a.png",
        "files/",
        "a@b.c",
        "\\href",
        "hr",
    ),
    *("&#115;", "&amp;", "&colon;", "&bsol;", "&lt;", "ef{", "img src=x onerror=y", "<br>", "<sub>", "script>", "[a]"),
    *("\\begin{x}", "\\end{x}", "\r", "\x01", "\u2060", "\u00a0", "[a]: ", "| a |\n|---|\n", "mermaid\n"),
]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, *WORDS]), max_size=25).map("".join))
def test_no_way_of_putting_it_together_runs(text: str) -> None:
    assert Page(shown(harmless(text, {"a.png": "a.png"}), ATTACHED)).live == []


@pytest.mark.parametrize(
    "piece",
    ["<", "`", "](", "]:", "](attachment:", "![", "$", "&#", "<a@", "\\begin{a}", "](\t", "![x](attachment:a", "&amp;"],
)
def test_a_very_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    harmless(piece * 200_000, {})  # anything quadratic would take hours
