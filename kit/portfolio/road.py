"""The road through a unit: its steps in order of time, in words and as a picture.

The trunk is the way of the forms. Each attempt is a ring, closed as far as objectives are shown; where a gap was left,
the trunk is broken and the way leads round by the correctives. Colours and fonts stand in the picture itself, so that
it looks the same on paper; the page's style sheet changes them for dark screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import pi
from typing import Literal

from markupsafe import Markup, escape

from kit.decisions.words import counted, listing
from kit.portfolio.model import AttemptPart, CorrectivePart, OverridePart, UnitPart
from kit.reports.signs import VERDICTS
from kit.reports.words import number, plain

ACTIONS = {
    "mastered": "marked as mastered by an instructor",
    "reset": "begun anew, by an instructor",
    "another-form": "another form opened by an instructor",
}
_WIDTH, _TRUNK, _TEXT, _RING = 340.0, 26.0, 62.0, 15.0
_LETTERS = 40
"""Of the small text that fit beside the trunk."""
_INK, _QUIET, _RULE, _DONE, _DETOUR, _HAND = "#1b1f24", "#5b6470", "#b9c0c9", "#00805d", "#955c00", "#7a3f9d"
_FONT = "system-ui, 'DejaVu Sans', sans-serif"

_PEN = (
    f'<circle class="paper hand" cx="11" cy="11" r="9" fill="#ffffff" stroke="{_HAND}" stroke-width="1.6" '
    f'stroke-dasharray="3 2"/><path class="hand-fill" d="M7 15l1.7-4 5.4-5.4 2.4 2.4-5.4 5.4z" fill="{_HAND}"/>'
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the road, in words."""

    kind: Literal["attempt", "correctives", "override"]
    at: datetime
    head: str
    words: str
    attempt: AttemptPart | None = None
    correctives: tuple[CorrectivePart, ...] = ()


def steps(unit: UnitPart) -> tuple[Step, ...]:
    """The steps of *unit*, oldest first; correctives that follow the same attempt are one step."""
    found = [_attempt_step(unit, attempt) for attempt in unit.attempts]
    found += [_override_step(override) for override in unit.overrides]
    rounds: dict[int, list[CorrectivePart]] = {}
    for corrective in unit.correctives:
        rounds.setdefault(corrective.after, []).append(corrective)
    found += [_corrective_step(unit, taken) for taken in rounds.values()]
    order = {"attempt": 0, "override": 1, "correctives": 2}
    return tuple(sorted(found, key=lambda step: (step.at, order[step.kind])))


def in_short(unit: UnitPart) -> str:
    """The whole road as one sentence: for those who cannot see the picture, and for a table."""
    if not unit.attempts and not unit.overrides:
        return "Not begun yet."
    said = [step.head if step.kind != "correctives" else _named(step.correctives) for step in steps(unit)]
    end = {"evidence": "mastered", "override": "marked as mastered"}.get(unit.mastered_by, "not mastered yet")
    return f"{', then '.join(said)}: {end}."


def _attempt_step(unit: UnitPart, attempt: AttemptPart) -> Step:
    said = []
    if attempt.verdicts:
        said.append(f"{attempt.shown} of {counted(len(attempt.verdicts), 'objective')} shown")
        said += [f"not yet: {listing(attempt.gaps)}"] if attempt.gaps else []
        thin = [v.objective for v in attempt.verdicts if v.state == "not-enough"]
        said += [f"not enough evidence yet: {listing(thin)}"] if thin else []
    else:
        said.append("not decided yet")
    if attempt.score is not None and attempt.max is not None:
        said.append(f"{number(attempt.score)} of {number(attempt.max)} points")
    if attempt.before_reset:
        said.append("before the unit was begun anew: kept, and no longer counted")
    return Step("attempt", attempt.at, f"form {attempt.form}", "; ".join(said), attempt=attempt)


def _corrective_step(unit: UnitPart, taken: Sequence[CorrectivePart]) -> Step:
    at = min(corrective.opened_at for corrective in taken)
    said = [f"{one.objective} by {one.approach}: {_became(one)}" for one in taken]
    head = "corrective" if len(taken) == 1 else f"{len(taken)} correctives"
    return Step("correctives", at, head, "; ".join(said), correctives=tuple(taken))


def _became(one: CorrectivePart) -> str:
    if one.handed_in_at is None:
        return "taken, not handed in"
    return f"worked through, then {VERDICTS[one.then].word}" if one.then else "worked through"


def _override_step(override: OverridePart) -> Step:
    why = f"“{plain(override.why)}”" if override.why else "the reason is in the course's record"
    return Step("override", override.at, ACTIONS[override.action], why)


def _named(taken: Sequence[CorrectivePart]) -> str:
    return listing([f"{one.objective} by {one.approach}" for one in taken])


# --- the picture of one unit ------------------------------------------------------------------------------------------


def picture(unit: UnitPart) -> Markup:
    """The road of *unit* as SVG, from top to bottom; empty where nothing happened."""
    walked = steps(unit)
    if not walked:
        return Markup("")
    drawn, y, detours = [], 8.0, []
    for place, step in enumerate(walked):
        tall = 36.0 + 26.0 * len(step.correctives) if step.kind == "correctives" else 62.0
        draw = {"attempt": _draw_attempt, "override": _draw_override, "correctives": _draw_correctives}[step.kind]
        drawn.append(draw(step, y, tall))
        detours.append((step.kind == "correctives", y, tall, place))
        y += tall
    last = walked[-1]
    open_end = "" if unit.mastered_at is not None or last.kind == "override" else _dots(y)
    tall = y + (22 if open_end else 0)
    trunk = "".join(_trunk(*one, last=len(walked) - 1, onwards=bool(open_end)) for one in detours)
    return Markup(
        f'<svg class="road" viewBox="0 0 {_WIDTH:g} {tall:g}" width="{_WIDTH:g}" height="{tall:g}" role="img" '
        f'aria-label="{escape(plain(f"The road: {in_short(unit)}"))}" font-family="{escape(_FONT)}">'
        f"{trunk}{''.join(drawn)}{open_end}</svg>"
    )


def _trunk(detour: bool, y: float, tall: float, place: int, *, last: int, onwards: bool) -> str:
    """The piece of the trunk beside one step: whole beside attempts, dotted where the way leads round."""
    top = y + 22 if place == 0 else y
    foot = y + 22 if place == last and not onwards and not detour else y + tall
    dotted = f' stroke-dasharray="1 6" stroke="{_RULE}"' if detour else f' stroke="{_QUIET}"'
    return f'<path class="trunk" d="M{_TRUNK:g} {top:g}V{foot:g}" stroke-width="2.5" stroke-linecap="round"{dotted}/>'


def _draw_attempt(step: Step, y: float, tall: float) -> str:
    assert step.attempt is not None
    attempt, middle = step.attempt, y + 22
    head = f"Form {attempt.form}"
    return (
        f"{ring(attempt, _TRUNK, middle, _RING)}"
        f"{_line(_TEXT, y + 18, head, 'ink', 14, bold=True)}"
        f"{_line(_WIDTH - 4, y + 18, f'{step.at:%d %b %Y}', 'quiet', 11, end=True)}"
        f"{_line(_TEXT, y + 35, _cut(_in_numbers(attempt)), 'quiet', 11.5)}"
    )


def _in_numbers(attempt: AttemptPart) -> str:
    """What fits beside a ring: which gaps were left is told by the correctives below it."""
    points = f", {number(attempt.score)} of {number(attempt.max or 0.0)} points" if attempt.score is not None else ""
    if attempt.before_reset:
        return "before the unit was begun anew"
    return f"{attempt.shown} of {len(attempt.verdicts)} shown{points}" if attempt.verdicts else "not decided yet"


def _draw_override(step: Step, y: float, tall: float) -> str:
    middle = y + 22
    pen = f"M{_TRUNK - 6:g} {middle + 6:g}l2.5-6 8-8 3.5 3.5-8 8z"
    return (
        f'<circle class="paper hand" cx="{_TRUNK:g}" cy="{middle:g}" r="{_RING:g}" fill="#ffffff" stroke="{_HAND}" '
        f'stroke-width="2" stroke-dasharray="4 3"/><path class="hand-fill" d="{pen}" fill="{_HAND}"/>'
        f"{_line(_TEXT, y + 18, step.head[:1].upper() + step.head[1:], 'hand', 12, bold=True)}"
        f"{_line(_TEXT, y + 35, f'{step.at:%d %b %Y}', 'quiet', 11)}"
    )


def _draw_correctives(step: Step, y: float, tall: float) -> str:
    """The way round: off the trunk, past each corrective, and back."""
    first, foot, bend = y + 18, y + tall, _TEXT + 2
    last = first + 26 * (len(step.correctives) - 1)
    way = (
        f"M{_TRUNK:g} {y - 18:g}C{_TRUNK:g} {y + 4:g} {bend - 10:g} {y:g} {bend:g} {first:g}"
        f"V{last:g}C{bend - 10:g} {foot - 2:g} {_TRUNK:g} {foot - 6:g} {_TRUNK:g} {foot + 4:g}"
    )
    stops = "".join(_stop(one, bend, first + 26 * place) for place, one in enumerate(step.correctives))
    return f'<path class="detour" d="{way}" fill="none" stroke="{_DETOUR}" stroke-width="2.5"/>{stops}'


def _stop(one: CorrectivePart, x: float, y: float) -> str:
    fill = _DETOUR if one.handed_in_at is not None else "#ffffff"
    kind = "detour-fill" if one.handed_in_at is not None else "paper detour"
    mark = (
        f'<path class="{kind}" d="M{x:g} {y - 7:g}l7 7-7 7-7-7z" fill="{fill}" stroke="{_DETOUR}" stroke-width="1.5"/>'
    )
    return mark + _line(x + 14, y + 4, _cut(f"{one.objective} by {one.approach}", 34), "ink", 12)


def _dots(y: float) -> str:
    return "".join(f'<circle cx="{_TRUNK:g}" cy="{y + 4 + 7 * n:g}" r="1.6" fill="{_QUIET}"/>' for n in range(3))


def _line(x: float, y: float, text: str, tone: str, size: float, *, bold: bool = False, end: bool = False) -> str:
    fill = {"ink": _INK, "quiet": _QUIET, "hand": _HAND}[tone]
    more = (' font-weight="600"' if bold else "") + (' text-anchor="end"' if end else "")
    where = f'class="{tone}" x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}"{more}'
    return f"<text {where}>{escape(plain(text))}</text>"


def _cut(text: str, letters: int = _LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip(" ,;") + "…"


# --- rings, and the road in one line ----------------------------------------------------------------------------------


def ring(attempt: AttemptPart, x: float, y: float, radius: float) -> str:
    """An attempt as a ring round its form's letter, closed as far as objectives are shown; full where all are."""
    size = radius * 0.95
    letter = f'x="{x:g}" y="{y + size * 0.36:g}" font-size="{size:g}" text-anchor="middle" font-weight="600"'
    if attempt.outcome == "mastered":
        return (
            f'<circle class="done-fill" cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{_DONE}"/>'
            f'<text class="on-done" {letter} fill="#ffffff">{escape(attempt.form)}</text>'
        )
    inner, thick = radius - radius / 6, radius / 3
    around = 2 * pi * inner
    part = attempt.shown / len(attempt.verdicts) if attempt.verdicts else 0.0
    ground = ' stroke-dasharray="3 2.5"' if attempt.before_reset else ""
    arc = (
        f'<circle class="done" cx="{x:g}" cy="{y:g}" r="{inner:g}" fill="none" stroke="{_DONE}" '
        f'stroke-width="{thick:g}" stroke-dasharray="{part * around:.2f} {around:.2f}" '
        f'transform="rotate(-90 {x:g} {y:g})"/>'
    )
    return (
        f'<circle class="paper rest" cx="{x:g}" cy="{y:g}" r="{inner:g}" fill="#ffffff" stroke="{_RULE}" '
        f'stroke-width="{thick:g}"{ground}/>{arc if part else ""}'
        f'<text class="ink" {letter} fill="{_INK}">{escape(attempt.form)}</text>'
    )


def strip(unit: UnitPart) -> Markup:
    """The road of *unit* in one line of small shapes; the words belong beside it."""
    drawn = list(_shapes(unit))
    if not drawn:
        return Markup("")
    width = sum(wide for wide, _ in drawn)
    placed, x = [], 0.0
    for wide, shape in drawn:
        placed.append(f'<g transform="translate({x:g} 0)">{shape}</g>')
        x += wide
    return Markup(
        f'<svg class="strip" viewBox="0 0 {width:g} 22" width="{width:g}" height="22" role="img" '
        f'aria-label="{escape(plain(in_short(unit)))}" font-family="{escape(_FONT)}">{"".join(placed)}</svg>'
    )


def _shapes(unit: UnitPart) -> Iterator[tuple[float, str]]:
    """Each shape with its width."""
    for step in steps(unit):
        if step.attempt is not None:
            yield 24.0, ring(step.attempt, 11, 11, 10)
        elif step.kind == "override":
            yield 24.0, _PEN
        for one in step.correctives:
            fill, kind = (_DETOUR, "detour-fill") if one.handed_in_at else ("#ffffff", "paper detour")
            look = f'fill="{fill}" stroke="{_DETOUR}" stroke-width="1.2"'
            yield 16.0, f'<path class="{kind}" d="M7 4.5l6.5 6.5L7 17.5.5 11z" {look}/>'
