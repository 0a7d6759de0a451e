"""The cohorts of the reports' tests, here too."""

from __future__ import annotations

from tests.reports.conftest import attention_cohort, cohort, history

__all__ = ["attention_cohort", "cohort", "history"]
