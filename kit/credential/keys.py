"""The issuer's keys: Ed25519, made here, kept outside every course, readable by their owner alone.

In the folder of keys (default `~/.config/mastery-kit/keys`, 0700) a key called NAME is two files:

    NAME.pem     the private key, PKCS #8, encrypted where a passphrase was given; 0600
    NAME.json    who issues with it: did:key, name and address; public
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kit.credential.multibase import did_of
from kit.credential.proof import MISSING
from kit.errors import KitError, UnknownName
from kit.files import storing, write_text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: what everybody may know."""

    did: str
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An issuer with the private key, loaded."""

    issuer: Issuer
    private: Ed25519PrivateKey


def keys_folder() -> Path:
    """Where keys are kept unless another folder is named: `$XDG_CONFIG_HOME/mastery-kit/keys`."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "mastery-kit" / "keys"


def new_key(folder: Path, name: str, issuer: str, *, url: str = "", passphrase: str = "") -> Issuer:
    """Make a key called *name* in *folder*; KitError where that is in a course, taken, or no name.

    Nothing is ever overwritten: what was signed with a key can be checked without it, but nothing more be signed.
    """
    _require_name(name)
    _require_outside_courses(folder)
    if not issuer.strip():
        raise KitError("Say who issues with this key, in words that others know: --issuer “School of Examples”.")
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise KitError(MISSING) from None
    key = Ed25519PrivateKey.generate()
    made = Issuer(did_of(key.public_key().public_bytes_raw()), issuer.strip(), url)
    with storing(f"The key {name}"):
        _make_private(folder)
        _write_once(folder / f"{name}.pem", _pem(key, passphrase))
        write_text(folder / f"{name}.json", json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n")
    return made


def issuers(folder: Path) -> dict[str, Issuer]:
    """Every key in *folder* by name; what cannot be read is left out."""
    found = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            found[path.stem] = Issuer(**json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
    return found


def is_encrypted(folder: Path, name: str) -> bool:
    """Whether the key asks for a passphrase; UnknownName, or KitError where others can read it."""
    return b"ENCRYPTED" in _private_bytes(folder, name)


def load_key(folder: Path, name: str, passphrase: str = "") -> Key:
    """The key *name*, to sign with. KitError where others can read it, or the passphrase is wrong."""
    data = _private_bytes(folder, name)
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise KitError(MISSING) from None
    try:
        private = load_pem_private_key(data, passphrase.encode() if b"ENCRYPTED" in data else None)
    except (ValueError, TypeError):
        raise KitError(f"The key {name} cannot be opened: the passphrase is wrong, or its file is damaged.") from None
    issuer = issuers(folder).get(name)
    if not isinstance(private, Ed25519PrivateKey):
        raise KitError(f"The key {name} is not an Ed25519 key. Make one with `kit keys new`.")
    if issuer is None or issuer.did != did_of(private.public_key().public_bytes_raw()):
        raise KitError(f"{name}.json does not belong to the key {name}.pem. Put the two files back as they were made.")
    return Key(issuer, private)


def _private_bytes(folder: Path, name: str) -> bytes:
    _require_name(name)
    path = folder / f"{name}.pem"
    try:
        # What is checked is what is read, and a link is not followed to somewhere else.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        known = ", ".join(issuers(folder)) or "none"
        raise UnknownName(
            f"There is no key {name!r} in {folder} (there is: {known}). `kit keys new --name {name}` makes one."
        ) from None
    except OSError as error:
        raise KitError(f"The key {path} cannot be read: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as file:
        _require_private(path, os.fstat(handle))
        return file.read(100_000)


def _require_private(path: Path, about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise KitError(f"{path} is not an ordinary file.")
    if about.st_uid not in (os.geteuid(), 0):
        raise KitError(f"{path} belongs to another account, which could read it. Make a key of your own.")
    if about.st_mode & 0o077:
        raise KitError(
            f"Other accounts can read {path} (mode {stat.S_IMODE(about.st_mode):04o}), so anybody may have signed with "
            f"it. If nobody else did: chmod 600 {path}. If you are not sure: make another with `kit keys new`, and "
            "tell those who trust the old one."
        )
    if path.parent.stat().st_mode & 0o022:
        raise KitError(f"Other accounts can put keys of theirs into {path.parent}. Close it: chmod 700 {path.parent}.")


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise KitError(f"{name!r} cannot be the name of a key: small letters, digits, - and _, at most 41.")


def _require_outside_courses(folder: Path) -> None:
    real = Path(os.path.realpath(folder))
    inside = next((place for place in (real, *real.parents) if os.path.isfile(place / "course.toml")), None)
    if inside is not None:
        raise KitError(
            f"{folder} is inside the course {inside}, which is copied, shared and backed up. A key that signs for you "
            "belongs elsewhere; without --keys it goes to your own configuration folder."
        )


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _write_once(path: Path, data: bytes) -> None:
    """Write *data* to *path*, which nobody else ever could read; KitError where something is there already."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    except FileExistsError:
        raise KitError(
            f"There is a key {path.stem!r} already, and a key is never overwritten. Choose another --name."
        ) from None
    finally:
        beside.unlink()


def _pem(key: Ed25519PrivateKey, passphrase: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    how: KeySerializationEncryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
