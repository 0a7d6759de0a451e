"""The page for a submission that could not be graded or does not count: one sentence, where feedback would be."""

from __future__ import annotations

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>About {name}</title>
<style>body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}</style>
</head>
<body>
<h1>About {name}</h1>
<p>{sentence}</p>
</body>
</html>
"""


def notice_page(name: str, sentence: str) -> bytes:
    """A self-contained page that says *sentence* about the assignment *name*; both are shown as text."""
    return _PAGE.format(name=escape(name), sentence=escape(sentence)).encode()
