"""`kit keys`, `kit credential` and `kit verify`, as they are typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.reports.written_history import History


@pytest.fixture
def office(school: History, tmp_path: Path) -> Terminal:
    return Terminal(school.course.root, XDG_CONFIG_HOME=str(tmp_path / "config"))


def test_from_the_key_to_the_check(office: Terminal, tmp_path: Path) -> None:
    assert "There is no key" in office.kit("keys", "list")
    assert "There is no key" in office.kit("credential", "ada", ok=False)
    made = office.kit("keys", "new", "--issuer", "School of Examples")
    did = re.search(r"did:key:\w+", made)
    assert did is not None
    assert office.kit("keys", "list") == f"issuer    {did[0]}    School of Examples\n"
    assert "never overwritten" in office.kit("keys", "new", "--issuer", "Another", ok=False)

    issued = office.kit("credential", "ada", "--until", "2099-12-31")
    file, badge = (Path(line) for line in issued.splitlines()[:2])
    assert file.parent.stat().st_mode & 0o077 == 0
    elsewhere = Terminal(tmp_path)  # no course, no keys
    for path in (file, badge):
        said = elsewhere.kit("verify", str(path), "--issuer", did[0], "--account", "ada")
        assert said.startswith("✓ valid")
        assert "to      Ada Lovelace" in said
        assert "until 2099-12-31" in said

    changed = file.read_text().replace("Ada Lovelace", "Eve Lovelace")
    (tmp_path / "changed.json").write_text(changed)
    said = elsewhere.kit("verify", "changed.json", ok=False)
    assert said.startswith("✗ not valid")
    assert "something in it was changed after it was signed" in said


def test_who_has_not_mastered_everything_gets_none_and_no_file_is_written(office: Terminal) -> None:
    office.kit("keys", "new", "--issuer", "School")
    assert "no credential for Bob yet" in office.kit("credential", "bob", ok=False)
    assert not (office.folder / "gradebook/credentials").exists()


def test_a_passphrase_is_never_on_the_command_line(office: Terminal, tmp_path: Path) -> None:
    office.environment["KIT_KEY_PASSPHRASE"] = "correct horse"
    office.kit("keys", "new", "--issuer", "School", "--passphrase")
    assert "ENCRYPTED" in (tmp_path / "config/mastery-kit/keys/issuer.pem").read_text()
    office.kit("credential", "ada")
    office.environment["KIT_KEY_PASSPHRASE"] = "wrong"
    assert "the passphrase is wrong" in office.kit("credential", "ada", ok=False)


def test_with_several_keys_it_asks_which(office: Terminal) -> None:
    for name in ("north", "south"):
        office.kit("keys", "new", "--name", name, "--issuer", name)
    assert "several keys (north, south)" in office.kit("credential", "ada", ok=False)
    assert "Signed by south" in office.kit("credential", "ada", "--key", "south")


def test_a_portfolio_takes_only_the_learners_own_credential(office: Terminal, tmp_path: Path) -> None:
    office.kit("keys", "new", "--issuer", "School")
    file = office.kit("credential", "ada").splitlines()[0]
    said = office.kit("portfolio", "bob", "--credential", file, "--only", "json", ok=False)
    assert "not issued to the account 'bob'" in said
    made = office.kit("portfolio", "ada", "--credential", file, "--only", "json", "--only", "html").split()
    assert json.loads(Path(made[0]).read_text())["credential"]["issuer"]["name"] == "School"
    assert "A signed credential goes with this portfolio" in Path(made[1]).read_text()
    assert "✓ valid" in Terminal(tmp_path).kit("verify", made[0])
