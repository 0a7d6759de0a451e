"""The signature is the one that the W3C's specification of eddsa-jcs-2022 publishes, step by step."""

from __future__ import annotations

import copy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kit.credential.multibase import decode, did_of, encode, method_of, public_of
from kit.credential.proof import NotValid, canonical, check, digest

PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
CREDENTIAL = {
    "@context": CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{PUBLIC}#{PUBLIC}",
    "proofPurpose": "assertionMethod",
    "@context": CONTEXT,
}
HASHES = (
    "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
    "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
)
SIGNATURE = (
    "407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b80351da3f253d725c6f00b07c9e5448d50b3ef78012b9ab5425"
    "5116d069c6dd2808"
)
PROOF_VALUE = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"


def published_key() -> Ed25519PrivateKey:
    seed = decode(PRIVATE)
    assert seed[:2] == b"\x80\x26"  # multicodec: an Ed25519 private key
    return Ed25519PrivateKey.from_private_bytes(seed[2:])


def test_the_key_is_the_published_one() -> None:
    public = published_key().public_key().public_bytes_raw()
    assert did_of(public) == f"did:key:{PUBLIC}"
    assert public_of(f"did:key:{PUBLIC}") == public
    assert method_of(f"did:key:{PUBLIC}") == OPTIONS["verificationMethod"]


def test_hashes_signature_and_proof_value_are_the_published_ones() -> None:
    signed = digest(CREDENTIAL, OPTIONS)
    assert signed.hex() == HASHES
    signature = published_key().sign(signed)
    assert signature.hex() == SIGNATURE
    assert encode(signature) == PROOF_VALUE


def test_the_published_credential_is_signed_by_the_published_key() -> None:
    assert check({**CREDENTIAL, "proof": {**OPTIONS, "proofValue": PROOF_VALUE}}) == f"did:key:{PUBLIC}"


def test_the_published_credential_with_one_value_changed_is_not() -> None:
    changed = copy.deepcopy(CREDENTIAL)
    changed["credentialSubject"]["alumniOf"] = "The School of Exampels"  # type: ignore[index]
    with pytest.raises(NotValid, match="changed after it was signed"):
        check({**changed, "proof": {**OPTIONS, "proofValue": PROOF_VALUE}})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param({"b": 1, "a": 2}, b'{"a":2,"b":1}', id="keys in their order"),
        pytest.param({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
                     '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'.encode(),
                     id="by UTF-16 units, as RFC 8785 shows"),
        pytest.param([333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
                     b"[333333333.3333333,1e+30,4.5,0.002,1e-27]", id="numbers as RFC 8785 shows"),
    ],
)  # fmt: skip
def test_the_canonical_form(value: object, text: bytes) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(b"Hello World!", "z2NEpo7TZRRrLZSi2U", id="the published example"),
        pytest.param(b"\x00\x00\x28\x7f\xb4\xcd", "z11233QC4", id="zeros in front"),
        pytest.param(b"", "z", id="nothing"),
    ],
)
def test_base58(data: bytes, text: str) -> None:
    assert encode(data) == text
    assert decode(text) == data
