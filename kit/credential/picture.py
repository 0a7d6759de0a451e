"""The badge as a picture: what the credential says, drawn from the credential alone."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from markupsafe import escape

from kit.reports.words import plain

_FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def badge(document: Mapping[str, Any], text: str) -> str:
    """SVG with the credential's *text* in it (`kit.credential.layout.write`); missing members leave blanks."""
    subject = _member(document, "credentialSubject")
    achievement, issuer = _member(subject, "achievement"), _member(document, "issuer")
    title = _lines(str(achievement.get("name", "")))
    words = [
        _text(256, 312 + 40 * place, line, 34 if len(title) < 3 else 28, bold=True) for place, line in enumerate(title)
    ]
    foot = 330 + 40 * len(title)
    words += [
        _text(256, foot, _person(subject), 22),
        _text(256, 470, f"{issuer.get('name', '')} · {str(document.get('validFrom', ''))[:10]}", 17),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" '
        f'viewBox="0 0 512 512" role="img" font-family="{escape(_FONT)}">\n'
        f"<openbadges:credential><![CDATA[\n{text}]]></openbadges:credential>\n"
        f"<title>{escape(plain(str(document.get('name', ''))))}</title>\n"
        '<rect x="8" y="8" width="496" height="496" rx="40" fill="#ffffff" stroke="#00805d" stroke-width="10"/>\n'
        f"{_MARK}\n{''.join(words)}\n</svg>\n"
    )


_MARK = (
    '<path d="M256 58A92 92 0 1 1 176 104" fill="none" stroke="#00805d" stroke-width="9" stroke-linecap="round"/>'
    '<path d="M190 88l9 9-9 9-9-9zM212 68l9 9-9 9-9-9zM237 57l9 9-9 9-9-9z" fill="#955c00"/>'
    '<circle cx="256" cy="150" r="70" fill="#00805d"/>'
    '<path d="M222 152l25 26 46-53" fill="none" stroke="#ffffff" stroke-width="14" stroke-linecap="round" '
    'stroke-linejoin="round"/>'
)
"""A road that closes to a ring, by way of three correctives."""


def _member(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, dict) else {}


def _person(subject: Mapping[str, Any]) -> str:
    """Whoever is named openly in it."""
    entries = subject.get("identifier")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("hashed") is False:
            return str(entry.get("identityHash", ""))
    return ""


def _lines(title: str) -> list[str]:
    return textwrap.wrap(plain(title), 24, max_lines=3, placeholder=" …") or [""]


def _text(x: int, y: int, text: str, size: int, *, bold: bool = False) -> str:
    cut = text if len(text) <= 42 else text[:41] + "…"
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}"{weight} text-anchor="middle" fill="#1b1f24">'
        f"{escape(plain(cut))}</text>"
    )
