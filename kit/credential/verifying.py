"""`verify`: whether a credential is to be believed, offline; and in words what is not checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kit.credential.claims import identity_hash
from kit.credential.layout import read
from kit.credential.proof import NotValid, check
from kit.credential.structure import faults, time_of

_CLOCKS = timedelta(minutes=5)
"""By so much two clocks may differ."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A credential whose signature, issuer, dates and structure hold."""

    document: Mapping[str, Any]
    issuer: str
    """did:key: whose signature it is."""
    issuer_name: str
    """What the issuer says of itself; signed, and not checked by anybody."""
    name: str
    holder: str
    """Who is named openly; empty if nobody is."""
    valid_from: datetime
    valid_until: datetime | None
    by_hand: str
    """What it says about an instructor's decisions."""
    notes: tuple[str, ...]
    """What was not checked, or what a reader should know."""


def verify(
    data: bytes, now: datetime, *, issuer: str | None = None, account: str | None = None, any_layout: bool = False
) -> Verified:
    """The credential in the bytes of a file, if it is to be believed at *now*; NotValid says why it is not.

    issuer: the did:key that must have signed it. account: whose it must be, by the account's name. any_layout: the
    same values written in another way (spaces, line ends, order of keys) will do.
    """
    found = read(data)
    document = found.document
    did = check(document)
    _require_issuer(document, did, issuer)
    wrong = faults(document)
    if wrong:
        raise NotValid(
            f"The signature is right, but what is signed is no Open Badges 3.0 credential: {'; '.join(wrong[:3])}."
        )
    if not found.as_issued and not any_layout:
        raise NotValid(
            "The file was changed after it was issued. Every value in it is still the one that was signed; what "
            "differs is how it is written (spaces, line ends, the order of keys, the picture). If another program has "
            "only written it anew, --any-layout accepts it."
        )
    start, end = _dates(document, now)
    if account is not None:
        _require_account(document, account)
    profile, subject = document["issuer"], document["credentialSubject"]
    return Verified(
        document=document,
        issuer=did,
        issuer_name=str(profile.get("name", "")) if isinstance(profile, dict) else "",
        name=str(document["name"]),
        holder=_holder(subject),
        valid_from=start,
        valid_until=end,
        by_hand=str(subject.get("narrative", "")),
        notes=tuple(_notes(document, found.kind, issuer)),
    )


def _require_issuer(document: Mapping[str, Any], did: str, wanted: str | None) -> None:
    said = document.get("issuer")
    said = said.get("id") if isinstance(said, dict) else said
    if said != did:
        raise NotValid(
            f"It says that {str(said)[:80]} issued it, but the signature is by {did}. Whoever signed it is not the "
            "issuer it names."
        )
    if wanted is not None and wanted != did:
        raise NotValid(f"It is genuine, but by another issuer: {did} signed it, and not {wanted}.")


def _dates(document: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime | None]:
    start, end = time_of(document["validFrom"]), time_of(document.get("validUntil"))
    assert start is not None
    if now + _CLOCKS < start:
        raise NotValid(f"It is not valid yet: it begins on {start:%Y-%m-%d %H:%M} UTC. Is this computer's clock right?")
    if end is not None and end < now:
        raise NotValid(f"It was genuine and has expired on {end:%Y-%m-%d}. Its issuer can tell whether it is renewed.")
    expires = time_of(document["proof"].get("expires")) if isinstance(document["proof"], dict) else None
    if expires is not None and expires < now:
        raise NotValid(f"Its signature has expired on {expires:%Y-%m-%d}.")
    return start, end


def _require_account(document: Mapping[str, Any], account: str) -> None:
    for entry in document["credentialSubject"].get("identifier", []):
        if entry["identityType"] == "userName":
            mine = identity_hash(account, entry.get("salt", "")) if entry["hashed"] else account
            if entry["identityHash"] == mine:
                return
    raise NotValid(f"It is genuine, but it was not issued to the account {account!r}.")


def _holder(subject: Mapping[str, Any]) -> str:
    named = (entry for entry in subject.get("identifier", []) if entry["hashed"] is False)
    return next((str(entry["identityHash"]) for entry in named), "")


def _notes(document: Mapping[str, Any], kind: str, wanted: str | None) -> Iterator[str]:
    if wanted is None:
        yield (
            "Anybody can make a key and call themselves anything. Compare the issuer's did:key with the one that the "
            "school publishes, or let --issuer do it."
        )
    if kind == "portfolio":
        yield "Only the credential in this file is signed; the rest of the portfolio is not."
    if "credentialStatus" in document:
        yield "It names a place where it could be revoked; that place was not asked, since this works offline."
    else:
        yield "It cannot be revoked: it holds " + (
            "until it expires." if "validUntil" in document else "for ever, as its issuer chose no end."
        )
