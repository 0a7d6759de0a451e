"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kit.reports.words import duration, moment, number, percent, plain, times

SHARES = {"four of five": (4 / 5, "80"), "just below is not yet there": (0.799, "79"), "seven of ten": (0.7, "70"),
          "29 of 50, which binary numbers miss": (29 / 50, "58"), "nearly all is not all": (0.9999, "99"),
          "all": (1.0, "100"), "nothing": (0.0, "0")}  # fmt: skip


@pytest.mark.parametrize(("share", "told"), SHARES.values(), ids=SHARES.keys())
def test_a_share_is_told_in_whole_per_cent_that_were_reached(share: float, told: str) -> None:
    assert percent(share) == f"{told}\u00a0%"


SPANS = {
    "nothing to tell": (None, "–"),
    "at once": (timedelta(0), "0 s"),
    "seconds": (timedelta(seconds=59.9), "59 s"),
    "minutes": (timedelta(minutes=12, seconds=59), "12 min"),
    "hours": (timedelta(hours=2, minutes=5), "2 h 5 min"),
    "a whole day": (timedelta(days=1), "1 d"),
    "days, without the minutes": (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
    "days and minutes": (timedelta(days=3, minutes=59), "3 d 59 min"),
    "clocks that disagree": (timedelta(minutes=-3), "−3 min"),
}


@pytest.mark.parametrize(("took", "told"), SPANS.values(), ids=SPANS.keys())
def test_a_time_span_is_told_by_its_two_largest_parts(took: timedelta | None, told: str) -> None:
    assert duration(took) == told


def test_times_are_told_in_utc_whatever_zone_they_come_in() -> None:
    assert moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == "2026-03-02 09:05"
    assert moment(datetime(2026, 3, 2, 9, 5, tzinfo=timezone(timedelta(hours=2)))) == "2026-03-02 07:05"
    assert moment(None) == "–"


@pytest.mark.parametrize(("points", "told"), [(4.0, "4"), (0.0, "0"), (2.5, "2.5"), (10.0, "10"), (1 / 3, "0.33")])
def test_points_are_told_without_needless_zeros(points: float, told: str) -> None:
    assert number(points) == told


def test_no_cycles_are_not_mentioned() -> None:
    assert (times(0), times(2)) == ("", "2×")


TEXTS = {
    "letters of any script": ("Zoë Łukasz 李", "Zoë Łukasz 李"),
    "an escape sequence": ("a\x1b[31mb", "a�[31mb"),
    "writing turned round": ("a\u202eb", "a�b"),
    "line breaks": ("a\nb\tc", "a b c"),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS.keys())
def test_signs_that_steer_a_terminal_are_made_visible(text: str, shown: str) -> None:
    assert plain(text) == shown
