"""The learner's widget over real exchanges: what it shows, fetches and says when the course cannot be reached."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from ipywidgets import HTML
from markupsafe import Markup

import kit
from kit.course import Course
from kit.decisions import standing
from kit.errors import KitError
from kit.exchange import open_exchange
from kit.pages.learning import learner_page
from kit.widgets import MyProgress
from kit.widgets.learned import learned
from kit.widgets.places import Server, link_to, notebook_in, this_server
from kit.widgets.unit_map import unit_map
from tests.histories import History as Played
from tests.histories import make_catalogue, make_revision
from tests.reports.written_history import History, write_course

HOSTILE = "<script>alert(1)</script>"


def text(widget: HTML) -> str:
    return " ".join(BeautifulSoup(widget.value, "html.parser").get_text(" ").split())


def publish(history: History) -> Course:
    """What a round of the controller publishes: every learner's standing."""
    view = history.view()
    exchange = open_exchange(view.course)
    for name, now in view.standings.items():
        exchange.publish_progress(name, now.to_json())
    return view.course


@pytest.fixture
def adas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's own folder, which is also where she is."""
    home = tmp_path / "home-ada"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("KIT_LEARNER", "ada")
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    return home


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """A course, in KIT_COURSE, in which ada has worked through two correctives for one objective."""
    (tmp_path / "course").mkdir()
    history = History(write_course(tmp_path / "course"))
    history.enrol("ada", "Ada Lovelace")
    history.enrol("ben", "Ben Bitdiddle")
    history.attempt("ada", "01-values.a", 3, {"names": 5, "text": 2})
    history.attempt("ada", "01-values.text.tracing", 4, {"text": 2})
    history.attempt("ada", "01-values.b", 5, {"text": 3})
    history.attempt("ada", "01-values.text.debugging", 6, {"text": 2})
    history.attempt("ada", "01-values.c", 7, {"text": 5})
    release = history.course.release_dir / "02-lists.a"
    release.mkdir(parents=True)
    (release / "lists.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    monkeypatch.setenv("KIT_COURSE", str(history.course.root))
    return history


def open_for_ada(history: History) -> MyProgress:
    open_exchange(publish(history)).grant("ada", "02-lists.a", history.course.release_dir / "02-lists.a")
    made = kit.my_progress()
    assert isinstance(made, MyProgress)
    return made


def test_the_learner_sees_one_next_step_the_map_and_what_came_of_each_corrective(written: History, adas: Path) -> None:
    made = open_for_ada(written)
    assert "1 of 2 units mastered" in text(made.next)
    (step,) = BeautifulSoup(made.next.value, "html.parser").select(".next")
    assert "Lists and slicing is open for you." in step.get_text()
    assert (made.fetch.description, made.fetch.layout.display) == ("Fetch 02-lists.a", None)
    page = BeautifulSoup(made.units.value, "html.parser")
    told = [" ".join(line.get_text(" ").split()) for line in page.select(".learned li")]
    assert told == [
        "◐ write and join texts, by tracing 2026-03-02 13:00 UTC : the next form did not show it yet",
        "● write and join texts, by debugging 2026-03-02 15:00 UTC : then you showed it",
    ]
    assert page.select_one("svg[role=img]")["aria-label"] == (
        "Values and names: mastered. Lists and slicing: open, next, after Values and names."
    )
    objectives = [" ".join(line.get_text(" ").split()) for line in page.select(".objectives li")]
    assert objectives == [
        "● shown give a value a name", "● shown write and join texts",
        "○ open take a run of elements out of a list (80 % is needed)",
    ]  # fmt: skip


def test_nothing_about_anybody_else_is_shown(written: History, adas: Path) -> None:
    made = open_for_ada(written)
    shown = made.next.value + made.units.value
    for other in ("ben", "Ben", "learners", "average", "rank"):
        assert other not in shown


def test_what_is_next_is_fetched_and_then_opened_by_a_link(
    written: History, adas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_for_ada(written)
    made._server = Server(adas, "/user/ada/")
    made.fetch.click()
    assert (adas / "02-lists.a" / "lists.ipynb").is_file()
    assert "02-lists.a is among your files now." in text(made.said)
    assert made.fetch.layout.display == "none"
    (link,) = BeautifulSoup(made.next.value, "html.parser").select("a")
    assert link["href"] == "/user/ada/lab/tree/02-lists.a/lists.ipynb"
    assert link["data-commandlinker-command"] == "docmanager:open"
    assert json.loads(link["data-commandlinker-args"]) == {"path": "02-lists.a/lists.ipynb"}
    assert link.get_text() == "Open 02-lists.a"


def test_what_was_handed_in_and_not_looked_at_waits_and_the_rest_goes_on(written: History, adas: Path) -> None:
    made = open_for_ada(written)
    made.fetch.click()
    exchange = open_exchange(written.course)
    exchange.submit("ada", "02-lists.a", adas / "02-lists.a")
    made.again.click()
    assert "Your work has been handed in and is being checked." in text(made.next)
    assert made.fetch.layout.display == "none"
    assert BeautifulSoup(made.next.value, "html.parser").select("a") == []
    assert "Lists and slicing: being checked" in made.units.value


def test_a_grant_that_is_gone_is_said_and_nothing_breaks(written: History, adas: Path) -> None:
    made = open_for_ada(written)
    open_exchange(written.course).withdraw("ada", "02-lists.a")
    made.fetch.click()
    assert "02-lists.a" in text(made.said)
    assert not (adas / "02-lists.a").exists()
    assert made.fetch.layout.display is None


def test_somebody_nobody_has_enrolled_is_told_what_to_do(
    written: History, adas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(written)
    monkeypatch.setenv("KIT_LEARNER", "zoe")
    made = kit.my_progress()
    assert "kit enrol zoe" in text(made.next)
    assert made.units.value == ""


def test_a_course_is_found_upwards_from_where_the_notebook_is(
    written: History, adas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(written)
    monkeypatch.delenv("KIT_COURSE")
    monkeypatch.chdir(written.course.root / "units")
    assert "Python for data" in text(kit.my_progress().next)


def test_without_any_course_it_says_how_to_name_one(adas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KIT_COURSE", "KIT_SERVICES"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(KitError, match="KIT_COURSE"):
        kit.my_progress()


def test_a_service_that_is_away_is_said_and_asked_again(adas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:  # bound, and not listening
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.delenv("KIT_COURSE", raising=False)
        monkeypatch.setenv("KIT_SERVICES", f"http://127.0.0.1:{nobody.getsockname()[1]}/services/mastery/")
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
        made = kit.my_progress()
        assert isinstance(made, MyProgress)
        assert "Your work is safe" in text(made.trouble)
        assert made.units.value == ""
        assert made.again.layout.display is None
        made.again.click()
        assert "Your work is safe" in text(made.trouble)


def test_somebody_in_several_courses_sees_each(adas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{nobody.getsockname()[1]}/services/"
        monkeypatch.delenv("KIT_COURSE", raising=False)
        monkeypatch.setenv("KIT_SERVICES", f"{base}mastery/ {base}second/")
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
        made = kit.my_progress()
    assert [one.door.name for one in made.children] == [f"{base}mastery/", f"{base}second/"]


def test_news_come_by_themselves_and_what_was_shown_stays_while_it_cannot_be_asked(
    written: History, adas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.widgets.progress.SECONDS", 0.01)

    async def watch() -> None:
        made = open_for_ada(written)
        written.attempt("ada", "02-lists.a", 9, {"slicing": 5})
        await asyncio.to_thread(publish, written)
        await until(lambda: "2 of 2 units mastered" in text(made.next))
        assert "The whole course is yours" in text(made.next)
        progress = next(path for path in written.course.exchange_path.rglob("progress.json") if "ada" in str(path))
        kept = progress.read_bytes()
        progress.write_bytes(b'{"units": 3}')
        await until(lambda: text(made.trouble) != "")
        assert "What is shown is from before." in text(made.trouble)
        assert "2 of 2 units mastered" in text(made.next)
        progress.write_bytes(kept)
        await until(lambda: text(made.trouble) == "")
        made.close()
        assert not made.heartbeat.beats

    asyncio.run(watch())


async def until(found: Callable[[], bool]) -> None:
    for _ in range(6000):
        if found():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


# ---- its pieces


def test_titles_are_text_in_the_map_and_below_it(tmp_path: Path, adas: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = {
        "01-values": f'title = "{HOSTILE}"\napproach = "worked-example"\n[objectives.names]\n'
        'title = "<img src=x onerror=alert(1)>"\ncorrectives = ["diagram", "tracing"]\n'
    }
    (tmp_path / "other").mkdir()
    history = History(write_course(tmp_path / "other", units))
    history.enrol("ada", HOSTILE)
    history.attempt("ada", "01-values.a", 3, {"names": 2})
    history.attempt("ada", "01-values.names.diagram", 4, {"names": 2})
    history.happen("set-aside", "ada", "01-values.a", 5, submission="s", reason=HOSTILE)
    monkeypatch.setenv("KIT_COURSE", str(publish(history).root))
    made = kit.my_progress()
    page = BeautifulSoup(made.next.value + made.units.value, "html.parser")
    assert page.select("script, img") == []
    assert [name for tag in page.find_all() for name in tag.attrs if name.startswith("on")] == []
    assert page.get_text().count(HOSTILE) >= 3
    assert HOSTILE in page.select_one("svg[role=img]")["aria-label"]


def test_units_stand_below_what_they_require_with_an_arrow_from_each() -> None:
    requires = {"u2": ("u1",), "u3": ("u1",), "u4": ("u2", "u3")}
    history = Played(make_catalogue(*(make_revision(f"u{n}") for n in range(1, 5)), requires=requires))
    page = learner_page(standing(history.record, history.catalogue), history.record, {})
    drawn = BeautifulSoup(unit_map(page.levels), "html.parser")
    tops = [float(box["y"]) for box in drawn.select("g.box > rect")]
    assert tops[0] < tops[1] == tops[2] < tops[3]
    assert len(drawn.select("path.way")) == 4
    assert [" ".join(word.get_text().split()) for word in drawn.select("text.word")] == ["open"] + ["locked"] * 3
    assert len(drawn.select("text.here")) == 1
    assert unit_map(()) == Markup("")


def test_a_corrective_that_no_form_came_after_has_still_to_tell() -> None:
    history = Played(make_catalogue(make_revision("u1")))
    history.submit("u1.a", {"x": 5, "y": 3})
    history.submit("u1.y.analogy")
    (unit,) = standing(history.record, history.catalogue).units
    assert [(one.objective, one.approach, one.outcome) for one in learned(unit)] == [("do y", "analogy", "to-come")]


def test_what_lies_before_a_reset_is_no_longer_told() -> None:
    history = Played(make_catalogue(make_revision("u1")))
    history.submit("u1.a", {"x": 5, "y": 3})
    history.submit("u1.y.analogy")
    history.override("u1", "reset")
    (unit,) = standing(history.record, history.catalogue).units
    assert list(learned(unit)) == []


NOTEBOOKS: dict[str, tuple[list[str], str | None]] = {
    "the only one": (["names.ipynb"], "names.ipynb"),
    "the one it is named after": (["a-first.ipynb", "01-values.ipynb"], "01-values.ipynb"),
    "the first by name": (["b.ipynb", "a.ipynb"], "a.ipynb"),
    "none": (["readme.md"], None),
}


@pytest.mark.parametrize(("files", "likeliest"), NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_the_likeliest_notebook_is_opened(files: list[str], likeliest: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "01-values.a"
    folder.mkdir()
    for name in files:
        (folder / name).write_text("{}")
    found = notebook_in(folder)
    assert (found.name if found else None) == likeliest


def test_a_notebook_outside_what_jupyterlab_shows_has_its_path_said(tmp_path: Path) -> None:
    for server in (None, Server(tmp_path / "elsewhere", "/")):
        said = link_to(tmp_path / "a&b.ipynb", "Open a", server)
        assert "<a" not in said
        assert "a&amp;b.ipynb" in said


def test_a_kernel_knows_the_server_that_started_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))
    assert this_server() is None
    about = {"pid": os.getpid(), "root_dir": str(tmp_path), "base_url": "/user/ada/", "url": "http://127.0.0.1:1/"}
    (tmp_path / f"jpserver-{os.getpid()}.json").write_text(json.dumps(about))
    assert this_server() == Server(tmp_path, "/user/ada/")
