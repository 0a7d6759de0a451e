"""For every code a check can speak there is a bad sample unit below tests/cases/, and its text is as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.checks import CODES, check_course
from tests.checks.sample_units import BASE, Sample, lay_out, samples, told

_OF_THE_KIT = {"check-failed"}
"""No course can bring it about: `test_checks` has a rule that fails."""


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: f"{sample.code}: {sample.situation}")
def test_a_bad_unit_is_told_in_these_words(sample: Sample, tmp_path: Path) -> None:
    assert told(sample, lay_out(sample, tmp_path / "course")) == sample.expected


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.code)
def test_what_is_expected_names_the_fault_its_place_and_the_next_step(sample: Sample) -> None:
    paragraphs = sample.expected.split("\n\n")
    heads = [paragraph.splitlines()[0].split() for paragraph in paragraphs]
    assert sample.code in [code for _, code in heads]
    assert {code for _, code in heads} <= set(CODES)
    for paragraph in paragraphs:
        assert [line[2:7] for line in paragraph.splitlines() if line[2:3] != " " and line[:2] == "  "] == [
            "where", "what:", "next:",
        ]  # fmt: skip


def test_every_code_has_a_bad_unit() -> None:
    assert {sample.code for sample in samples()} == set(CODES) - _OF_THE_KIT


def test_the_course_that_is_spoilt_in_them_has_no_fault(tmp_path: Path) -> None:
    course = lay_out(Sample("base", "nothing is wrong"), tmp_path / "course")
    assert (BASE / "course.toml").read_text() == (course / "course.toml").read_text()
    assert check_course(course) == []
