"""`kit.my_progress()` as a kernel on a learner's own server calls it: through the course's service alone."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import kit
from kit.hub.trial import TrialHub
from kit.widgets import MyProgress
from tests.hub.learner import Learner, eventually


def test_a_learner_on_the_hub_sees_fetches_and_waits(
    hub: TrialHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = Learner(hub, f"l-{secrets.token_hex(4)}", tmp_path)
    home = tmp_path / "server"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.delenv("KIT_COURSE", raising=False)
    monkeypatch.setenv("KIT_LEARNER", "teacher")  # who asks is whoever the token belongs to
    monkeypatch.setenv("KIT_SERVICES", hub.service_url)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", learner.token)
    made = kit.my_progress()
    assert isinstance(made, MyProgress)

    def offered() -> bool:
        made.refresh()
        return made.fetch.description == "Fetch 01-one.a"

    eventually(offered, "the first form is offered")
    assert "0 of 2 units mastered" in BeautifulSoup(made.next.value, "html.parser").get_text()
    made.fetch.click()
    assert list((home / "numbers" / "01-one.a").glob("*.ipynb"))
    assert made.fetch.layout.display == "none"
    made.close()
