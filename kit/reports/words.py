"""Numbers, times and names as people read them; the same in the terminal and on the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def plain(text: str) -> str:
    """*text* with every sign that could steer a terminal or turn the writing round made visible as �."""
    return "".join(sign if sign.isprintable() else " " if sign in "\n\t" else "�" for sign in text)


def percent(share: float) -> str:
    """A share 0–1 as whole per cent, rounded down: 79.9 % is not yet 80 %."""
    return f"{int(share * 100 + 1e-6)}\u00a0%"


def number(points: float) -> str:
    """Points without a needless `.0`."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def moment(at: datetime | None) -> str:
    """A time to the minute in UTC; – where there is none."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at else "–"


def duration(took: timedelta | None) -> str:
    """The two largest parts of a time span: `3 d 4 h`, `2 h 5 min`, `12 min`, `40 s`; – where there is none."""
    if took is None:
        return "–"
    seconds = int(abs(took.total_seconds()))
    sign = "−" if took < timedelta(0) and seconds else ""
    if seconds < 60:
        return f"{sign}{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    parts = [f"{count} {name}" for count, name in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return sign + " ".join(parts[:2])


def times(cycles: int) -> str:
    """How many cycles, as it stands beside a state: `2×`; nothing for none."""
    return f"{cycles}×" if cycles else ""
