"""Sentences that tie work to the calendar: a date it is due, a penalty for being late, so many minutes for a test.

Notebooks on dates and times are full of Mondays and deadlines of other people, so a date alone says nothing. A sentence
counts when it asks the *reader*, or is about the course's own work, and names a time: “Hand it in by Friday”, “This
notebook is due on 3 May”, but not “Ada's library book is due on 3 May”. English only. Code, quotations (`> …`) and what
stands between backquotes are never looked at, which is also the way out for a story that needs such a sentence.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_WHEN = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|midnight|noon|tomorrow|tonight|today|\d{1,2}[:.]\d{2}|"
    r"\d{1,2} ?[ap]\.?m\b|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}\b|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of )?{_MONTH}\b|{_MONTH} \d{{1,2}}\b|"
    r"(?:next|this|the end of (?:the|this|next)|the (?:next|following)|end of) "
    r"(?:day|week|month|term|semester|lesson|class|lecture|session)|(?:week|session|lecture) \d+)"
)
_WORK = (
    r"(?:units?|notebooks?|assignments?|exercises?|homework|sheets?|worksheets?|forms?|tests?|quiz(?:zes)?|checks?|"
    r"assessments?|submissions?|solutions?|answers?|tasks?|correctives?|work)"
)
_HAND_IN = r"(?:hand (?:\w+ ){0,3}in|submit|turn (?:\w+ ){0,3}in|upload|send|finish|complete|do)"
_SPAN = r"(?:\d+|one|two|three|four|five|ten|fifteen|twenty|thirty|forty|sixty|ninety) (?:minutes?|hours?|days?|weeks?)"
_OURS = rf"(?:this|the|your|each|every|all|these) (?:\w+ )?{_WORK}"

_TIED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:due|due date|deadline|hand[- ]in|closing date|submission deadline)(?: (?:by|on|is))? ?[:–—-]? .*{_WHEN}",
        rf"^(?:please |then |now |so )?{_HAND_IN}\b.*\b(?:by|before|until|till|later than) (?:the )?(?:\w+ )?{_WHEN}",
        rf"\byou (?:must|should|have to|need to|can only) {_HAND_IN}\b.*\b(?:by|before|until|till|on) .*{_WHEN}",
        rf"\b{_OURS} .*\b(?:due|handed in|submitted|closes?|closed|expires?)\b.*{_WHEN}",
        rf"\b(?:your|our|the) deadline (?:for {_OURS} )?is .*{_WHEN}",
        r"\blate (?:submissions?|work|homework|assignments?|answers?|notebooks?)\b.*"
        r"\b(?:los[et]|loses|not|no|zero|penal\w+|deduct\w*|cost|costs|points?)\b",
        r"(?:points?|marks?|%|per ?cent|penalty|deduction).*\b(?:for being late|(?:per|each|every) day late)\b",
        rf"\byou have (?:only |just |exactly |at most )?{_SPAN} (?:left )?(?:to|for) (?:\w+ ){{0,3}}?"
        rf"(?:finish|complete|answer|{_WORK})",
        rf"\btime limit\b.*{_SPAN}",
    )
)

_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][*_”\")])|(?<=[.!?]\*\*))\s+(?=[A-Z*_“\"(])")
"""Of a sentence, with the signs of bold text behind its dot."""


def tied_to_the_calendar(text: str) -> list[str]:
    """The sentences of the Markdown *text* that tie the reader's work to the calendar, as they stand there."""
    return [sentence for sentence in _sentences(text) if any(p.search(_plain(sentence)) for p in _TIED)]


def _sentences(text: str) -> list[str]:
    text = re.sub(r"```.*?```|~~~.*?~~~", "\n\n", text, flags=re.S)
    kept = (line.strip() for line in text.splitlines() if not re.match(r"    |\t|\s*>", line))
    text = re.sub(r"`[^`\n]*`", "`…`", "\n".join(kept))
    # A heading, a list item, a table row and a paragraph each stand for themselves.
    blocks = re.split(r"\n\s*\n|\n(?=[#|*+-])|\n(?=\d+[.)] )|(?<=\|)\n", text)
    parts = (part.strip() for block in blocks for part in _END.split(block))
    return [part for part in parts if part]


def _plain(sentence: str) -> str:
    """Lower case, without Markdown's signs, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"[*_#|]+|^\s*(?:[-+]|\d+[.)])\s", " ", sentence)).strip().lower()
