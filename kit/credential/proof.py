"""Signing a JSON document, and checking it: W3C Data Integrity with the cryptosuite `eddsa-jcs-2022`.

Document and proof are each put into the one canonical form that JSON has (RFC 8785), hashed with SHA-256, and the two
hashes, proof first, are signed with Ed25519 (W3C vc-di-eddsa, section 3.3). So a changed value anywhere, also in
the proof, is a wrong signature; spaces and the order of keys do not matter. `kit.credential.layout` minds these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kit.credential.multibase import decode, encode, method_of, public_of
from kit.errors import KitError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SUITE = "eddsa-jcs-2022"
MISSING = 'Credentials need two packages that are not here: pip install "mastery-kit[credential]".'


class NotValid(KitError):
    """A credential that must not be believed; the sentence says why, and what that means."""


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey, did: str, created: datetime) -> dict[str, Any]:
    """*document* with a proof by *key*, whose did:key is *did*; a proof it has is replaced."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": stamp(created),
        "verificationMethod": method_of(did),
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    bare = {name: value for name, value in document.items() if name != "proof"}
    return {**bare, "proof": {**proof, "proofValue": encode(key.sign(digest(bare, proof)))}}


def digest(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """What is signed: the hashes of *options* (the proof without its value) and of *document* (without its proof)."""
    return hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(document)).digest()


def canonical(value: Any) -> bytes:
    """The canonical form of a JSON value; NotValid for what has none (a number beyond 2⁵³, half a character)."""
    try:
        import rfc8785
    except ImportError:
        raise KitError(MISSING) from None
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotValid(f"This is no credential: it holds a value that cannot be signed ({error}).") from None


def check(document: Mapping[str, Any]) -> str:
    """The did:key whose owner signed *document* as it stands; NotValid says what is wrong."""
    proof = _proof(document)
    bare = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in options and options["@context"] != bare.get("@context"):
        raise NotValid("The meaning of its words was changed after it was signed (its @context is another).")
    did, _, fragment = str(proof["verificationMethod"]).partition("#")
    try:
        public, signature = public_of(did), decode(str(proof["proofValue"]))
    except ValueError:
        raise NotValid(
            "The signature, or the key it names, is damaged: it is not written as one. Ask for the file again."
        ) from None
    if method_of(did) != f"{did}#{fragment}":
        raise NotValid("The proof names a key that its issuer's did:key does not have.")
    _verify(public, signature, digest(bare, options))
    return did


def stamp(at: datetime) -> str:
    """A time as credentials write it, to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _verify(public: bytes, signature: bytes, signed: bytes) -> None:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise KitError(MISSING) from None
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        raise NotValid(
            "The signature does not fit: something in it was changed after it was signed, or it was never signed by "
            "this key. Do not rely on anything it says; ask its holder or its issuer for the file as it was issued."
        ) from None


def _proof(document: Mapping[str, Any]) -> Mapping[str, Any]:
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if proof is None or proof == []:
        raise NotValid("It is not signed: it has no proof. Anybody can have written it.")
    if not isinstance(proof, dict):
        raise NotValid("Its proof is not written as one signature; this version checks exactly one.")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        kind = str(proof.get("cryptosuite") or proof.get("type"))[:40]
        raise NotValid(f"It is signed in a way that this version does not check ({kind!r}); it checks {SUITE}.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise NotValid("The signature was not made to assert anything (its proofPurpose is another).")
    if not isinstance(proof.get("verificationMethod"), str) or not isinstance(proof.get("proofValue"), str):
        raise NotValid("Its proof lacks the signature, or the key that made it.")
    return proof
