"""Keys are made once, outside every course, and never used when others could read them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from kit.credential import issuers, keys_folder, load_key, new_key
from kit.credential.keys import is_encrypted
from kit.errors import KitError, UnknownName


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_is_readable_by_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "keys"
    before = os.umask(0)
    try:
        made = new_key(folder, "school", "School of Examples")
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert mode(folder / "school.pem") == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["school.json", "school.pem"]
    assert load_key(folder, "school").issuer == made == issuers(folder)["school"]


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    new_key(folder, "school", "School of Examples")
    assert mode(folder) == 0o700


def test_a_key_is_never_overwritten(keys: Path) -> None:
    before = (keys / "school.pem").read_bytes()
    with pytest.raises(KitError, match="never overwritten"):
        new_key(keys, "school", "Somebody else")
    assert (keys / "school.pem").read_bytes() == before
    assert issuers(keys)["school"].name == "School of Examples"
    assert sorted(path.name for path in keys.iterdir()) == ["school.json", "school.pem"]


@pytest.mark.parametrize("below", [".", "keys", "gradebook/keys", "link"])
def test_no_key_is_made_inside_a_course(tmp_path: Path, below: str) -> None:
    course = tmp_path / "course"
    (course / "gradebook").mkdir(parents=True)
    (course / "course.toml").write_text('title = "T"\nid = "t"\n')
    (tmp_path / "link").symlink_to(course)
    folder = tmp_path / "link" / "keys" if below == "link" else course / below
    with pytest.raises(KitError, match="inside the course"):
        new_key(folder, "school", "School")
    assert not list(course.rglob("*.pem"))


@pytest.mark.parametrize("name", ["", ".", "../school", "a/b", "School", "key pem", "x" * 60, "-school", "käse"])
def test_what_cannot_be_the_name_of_a_key(keys: Path, name: str) -> None:
    for act in (lambda: new_key(keys, name, "School"), lambda: load_key(keys, name)):
        with pytest.raises(KitError, match="cannot be the name of a key"):
            act()


def test_an_issuer_without_a_name_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="Say who issues"):
        new_key(tmp_path, "school", "  ")


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o620, 0o602, 0o644, 0o660, 0o666, 0o601])
def test_a_key_that_others_can_reach_is_not_used(keys: Path, rights: int) -> None:
    (keys / "school.pem").chmod(rights)
    with pytest.raises(KitError, match="Other accounts can read"):
        load_key(keys, "school")


@pytest.mark.parametrize("rights", [0o720, 0o702, 0o777])
def test_a_folder_that_others_can_put_keys_into_is_not_used(keys: Path, rights: int) -> None:
    keys.chmod(rights)
    with pytest.raises(KitError, match="put keys of theirs"):
        load_key(keys, "school")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
def test_a_key_of_another_account_is_not_used(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(keys / "school.pem", 12345, -1)
    with pytest.raises(KitError, match="belongs to another account"):
        load_key(keys, "school")


def test_a_link_is_not_followed(keys: Path, tmp_path: Path) -> None:
    (keys / "school.pem").rename(tmp_path / "elsewhere.pem")
    (keys / "school.pem").symlink_to(tmp_path / "elsewhere.pem")
    with pytest.raises(KitError, match="cannot be read"):
        load_key(keys, "school")


def test_a_key_that_is_not_there_names_those_that_are(keys: Path) -> None:
    with pytest.raises(UnknownName, match=r"there is: school.*kit keys new --name other"):
        load_key(keys, "other")


def test_a_passphrase_encrypts_the_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = new_key(folder, "school", "School", passphrase="correct horse")
    assert is_encrypted(folder, "school")
    assert load_key(folder, "school", "correct horse").issuer == made
    for wrong in ("", "correct horsf"):
        with pytest.raises(KitError, match="the passphrase is wrong"):
            load_key(folder, "school", wrong)


def test_a_damaged_key_says_so(keys: Path) -> None:
    (keys / "school.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with pytest.raises(KitError, match="damaged"):
        load_key(keys, "school")


def test_the_public_half_must_belong_to_the_private_one(keys: Path) -> None:
    new_key(keys, "other", "Other")
    (keys / "school.json").write_text((keys / "other.json").read_text())
    with pytest.raises(KitError, match="does not belong to"):
        load_key(keys, "school")


def test_keys_lie_in_the_configuration_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert keys_folder() == tmp_path / "mastery-kit" / "keys"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert keys_folder() == tmp_path / "home/.config/mastery-kit/keys"


def test_without_the_extra_the_pip_command_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(KitError, match=r'pip install "mastery-kit\[credential\]"'):
        new_key(tmp_path / "keys", "school", "School")
    assert not (tmp_path / "keys").exists()
