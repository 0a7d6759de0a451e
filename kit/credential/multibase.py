"""Bytes as text the way credentials write them: base58btc behind a `z`, and Ed25519 keys as `did:key`."""

from __future__ import annotations

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PLACE = {sign: place for place, sign in enumerate(_ALPHABET)}
_ED25519 = b"\xed\x01"
"""What a multicodec puts before an Ed25519 public key."""
_LONGEST = 200
"""Signs; a signature has 88. Decoding takes quadratic time, and what is decoded comes from anybody."""


def encode(data: bytes) -> str:
    """*data* in base58btc, with the `z` that says so."""
    number, signs = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        signs = _ALPHABET[rest] + signs
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + signs


def decode(text: str) -> bytes:
    """The inverse of `encode`; ValueError for anything that `encode` does not write."""
    if not text.startswith("z") or len(text) > _LONGEST or not all(sign in _PLACE for sign in text[1:]):
        raise ValueError("not base58btc")
    number = 0
    for sign in text[1:]:
        number = number * 58 + _PLACE[sign]
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def did_of(public: bytes) -> str:
    """The did:key of a raw Ed25519 public key (32 bytes)."""
    return f"did:key:{encode(_ED25519 + public)}"


def public_of(did: str) -> bytes:
    """The raw public key (32 bytes) in a did:key; ValueError where *did* is none of an Ed25519 key."""
    if not did.startswith("did:key:z"):
        raise ValueError("not a did:key")
    key = decode(did.removeprefix("did:key:"))
    if not key.startswith(_ED25519) or len(key) != 34:
        raise ValueError("not an Ed25519 key")
    return key[2:]


def method_of(did: str) -> str:
    """The verification method of a did:key: its one key."""
    return f"{did}#{did.removeprefix('did:key:')}"
