r"""A learner's text made harmless: nothing in it runs in the browser of the instructor who reads it.

Formgrader turns text cells into a page as they are, HTML and links included, and runs what it finds there with the
instructor's rights. Where the code spans, formulas and quotations of a text begin is for each renderer to say, and a
text can be written so that two of them disagree. So every rule here holds wherever it applies, in code as in prose:
no tag begins, no link goes where a script could run, no formula carries HTML. What stops them can hardly be seen: a
*joiner* (U+2060, of no width), or a space inside a formula. Each rule takes time linear in the length of the text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote

SCHEMES = ("http", "https", "mailto", "attachment")
"""What a link may begin with; one without a scheme stays within the page's own site."""
JOINER = "\u2060"

_PICTURE_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,", re.IGNORECASE)  # as Colab pastes pictures
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ANGLED = re.compile(r"<((?:https?://|mailto:)[^\s<>\"'`]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)*)>(?=([\s),.;:!?]?))")
_ANGLED_TARGET = re.compile(r"(\]\(\s*|\]:\s*)<([^<>()\n]*)>")
_DIAGRAM = re.compile(r"((?<![`~])[`~]{3,}\s*)(?=mermaid)", re.IGNORECASE)  # nbconvert writes its text out as HTML
_MACRO = re.compile(r"\\(?=(?:href(?!\s*\{https?://)|mmlToken|style|class|cssId|require))")
_ENTITY = re.compile(r"&(?=(#[0-9]+;?|#[xX][0-9A-Fa-f]+;?|[A-Za-z][A-Za-z0-9]*;))")
_FORMULA = re.compile(r"\$\$?[^$]+\$|\\begin\{[a-z]*\*?\}(?:[^\\]|\\(?!begin\{|end\{))*\\end\{")
# Tags without attributes are let through, if one left open cannot spoil the rest of the page.
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!br ?/?>|/?(?:sub|sup|kbd|mark)>)")
_LONG = re.compile(r"&#[xX]?[0-9A-Fa-f]{9}")  # no character has such a number, and Python refuses to read long ones
_SPELLING = r"[A-Za-z0-9+.\-\\&#;:/\t]"  # what can become a scheme once entities and backslashes are resolved
_TARGET = re.compile(rf"(\]\(|\]:)([\s>]*(?:<[ \t]*)?)({_SPELLING}*)([^\s<>()\[\]]*)")
_PICTURE = re.compile(r"!\[[^\[\]\n]*\]\([\s>]*attachment:([^\s<>()\[\]]*)(?:[ \t]+\"[^\"\n]*\")?[ \t]*\)")


def harmless(text: str, pictures: Mapping[str, str]) -> str:
    """*text* (Markdown or raw), in which nothing can run and every attached picture it asks for is there.

    pictures: name of an attachment → name under which the notebook has it.
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ANGLED_TARGET.sub(lambda found: found[1] + re.sub(r"\s", "%20", found[2].strip()), text)
    text = _ANGLED.sub(lambda found: found[1] + ("" if found[2] or found.end() == len(found.string) else " "), text)
    text = _DIAGRAM.sub(r"\1text ", text)
    text = with_pictures(text, pictures)
    text = _MACRO.sub(lambda _: "\\" + JOINER, text)
    text = _ENTITY.sub(lambda found: "&" + JOINER if _spells(found[1]) else "&", text)
    text = _TARGET.sub(_reachable, text)
    text = _FORMULA.sub(lambda found: _TAG.sub("< ", found[0]), text)  # there, a joiner could be seen
    return _TAG.sub("<" + JOINER, text)


def with_pictures(text: str, pictures: Mapping[str, str]) -> str:
    """*text* without references to attached pictures that are not there: nbconvert shows no page at all for those."""

    def asked(found: re.Match[str]) -> str:
        name = found[1]
        left_out = f"[picture {re.sub(r'[^A-Za-z0-9 ._-]', '', unquote(name))[:60]} left out]"
        return found[0] if _held(name, pictures) else left_out

    def target(found: re.Match[str]) -> str:
        opening, space, start, rest = found.groups()
        if not _resolved(start).lower().startswith("attachment:"):
            return found[0]
        after = found.string[found.end() : found.end() + 1]
        name = _held((start + rest).partition(":")[2], pictures)
        if name and (after == ">" if "<" in space else after in ("", ")", " ", "\t", "\n")):
            return f"{opening}{space}attachment:{name}"
        return f"{opening}{space}{_stop(opening)}{start}{rest}"

    return _TARGET.sub(target, _PICTURE.sub(asked, text))


def _held(name: str, pictures: Mapping[str, str]) -> str | None:
    return pictures.get(name) or pictures.get(unquote(name))


def _reachable(found: re.Match[str]) -> str:
    """The target of a link as it is, or made a place on the same page if it could be more than a place."""
    opening, space, start, rest = found.groups()
    target = re.sub(r"^(?:/?files/)+", "", _resolved(start))  # formgrader takes this prefix away
    scheme = re.match(r"([^/#?:]*):", target)
    if scheme is None or scheme[1].lower() in SCHEMES or _PICTURE_DATA.match(start + rest):
        return found[0]
    return f"{opening}{space}{_stop(opening)}{start}{rest}"


def _stop(opening: str) -> str:
    # "]:" is more often the end of a line of Python than a link: what is put there must not be seen.
    return "#" if opening == "](" else JOINER


def _resolved(target: str) -> str:
    """*target* as a browser could come to read it; ":" if it is wrapped more often than anybody would."""
    for _ in range(4):
        if _LONG.search(target):
            break
        plain = html.unescape(re.sub(r"[\\\x00-\x20]", "", target))
        if plain == target:
            return plain
        target = plain
    return ":"


def _spells(entity: str) -> bool:
    """Whether this entity stands for what anybody would write as it is: a part of a name, to hide it."""
    if _LONG.match("&" + entity):
        return True
    return re.fullmatch(r"[A-Za-z0-9\\:]+", html.unescape("&" + entity)) is not None
