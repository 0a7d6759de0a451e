"""Whatever is changed in a credential, it is no longer believed; and the proof can be checked without this package."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from kit.credential import Issuer, NotValid, bake, claims, verify, write
from kit.credential.claims import Award
from kit.credential.multibase import did_of
from kit.credential.proof import check, sign
from tests.credential.conftest import NOW
from tests.credential.hand_made import portfolio_of_two_units


@cache
def signed() -> dict[str, Any]:
    """A credential made without any file: properties try it hundreds of times."""
    import uuid

    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    issuer = Issuer(did_of(key.public_key().public_bytes_raw()), "School of Examples")
    award = Award(NOW, None, uuid.UUID(int=7), "ab" * 16)
    return sign(claims(portfolio_of_two_units(), {}, issuer, award), key, issuer.did, NOW)


@given(data=st.data())
def test_any_changed_byte_of_the_file(data: st.DataObject) -> None:
    file = bytearray(write(signed()).encode())
    place = data.draw(st.integers(0, len(file) - 1))
    file[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != file[place]))
    with pytest.raises(NotValid):
        verify(bytes(file), NOW)


@given(data=st.data())
def test_any_changed_byte_of_the_badge(data: st.DataObject) -> None:
    file = bytearray(bake(signed()).encode())
    place = data.draw(st.integers(0, len(file) - 1))
    file[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != file[place]))
    with pytest.raises(NotValid):
        verify(bytes(file), NOW)


@given(data=st.data(), kept=st.integers(0, 3000))
def test_a_file_that_was_cut_short_or_continued(data: st.DataObject, kept: int) -> None:
    file = write(signed()).encode()
    for changed in (file[:kept], file + data.draw(st.binary(min_size=1, max_size=5))):
        with pytest.raises(NotValid):
            verify(changed, NOW)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON value, containers included."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in inside:
        yield from places(member, (*path, name))


PLACES = [path for path in places(signed()) if path]
OTHERS = st.one_of(st.none(), st.booleans(), st.text(max_size=8), st.integers(-9, 9), st.just([]), st.just({}))


@given(path=st.sampled_from(PLACES), other=OTHERS, layout=st.booleans())
def test_any_changed_value(path: tuple[Any, ...], other: Any, layout: bool) -> None:
    changed = copy.deepcopy(signed())
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    if json.dumps(inside[path[-1]]) == json.dumps(other):
        return
    inside[path[-1]] = other
    with pytest.raises(NotValid):
        verify(write(changed).encode(), NOW, any_layout=layout)


@given(path=st.sampled_from([path for path in PLACES if isinstance(path[-1], str)]))
def test_any_value_left_out(path: tuple[Any, ...]) -> None:
    changed = copy.deepcopy(signed())
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    del inside[path[-1]]
    with pytest.raises(NotValid):
        verify(write(changed).encode(), NOW, any_layout=True)


@given(path=st.sampled_from([(), *(path for path in PLACES)]), name=st.text(min_size=1, max_size=8))
def test_any_value_added(path: tuple[Any, ...], name: str) -> None:
    changed = copy.deepcopy(signed())
    inside: Any = changed
    for step in path:
        inside = inside[step]
    if not isinstance(inside, dict) or name in inside:
        return
    inside[name] = "more"
    with pytest.raises(NotValid):
        verify(write(changed).encode(), NOW, any_layout=True)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(json.dumps(signed()), id="on one line"),
        pytest.param(json.dumps(signed(), indent=4, sort_keys=True, ensure_ascii=False), id="indented otherwise"),
        pytest.param(write(signed()).replace("\n", "\r\n"), id="with other line ends"),
        pytest.param(write(signed()).rstrip(), id="without the last line end"),
    ],
)
def test_the_same_values_written_otherwise_are_told_apart_from_changed_ones(written: str) -> None:
    with pytest.raises(NotValid, match="Every value in it is still the one that was signed"):
        verify(written.encode(), NOW)
    assert verify(written.encode(), NOW, any_layout=True).name == signed()["name"]


def test_the_proof_holds_by_the_steps_of_the_specification_without_this_package() -> None:
    document = json.loads(write(signed()))
    proof = document.pop("proof")
    value = proof.pop("proofValue")
    # For text without numbers the canonical form is what the standard library writes.
    hashes = b"".join(
        hashlib.sha256(json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).digest()
        for part in (proof, document)
    )
    multibase = proof["verificationMethod"].partition("#")[2]
    public = by_hand(multibase)
    assert public[:2] == b"\xed\x01"
    Ed25519PublicKey.from_public_bytes(public[2:]).verify(by_hand(value), hashes)
    assert document["issuer"]["id"] == f"did:key:{multibase}"


def by_hand(multibase: str) -> bytes:
    number = 0
    for sign_ in multibase.removeprefix("z"):
        number = number * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(sign_)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


TWICE = bake(signed()).replace("<title>", "<openbadges:credential></openbadges:credential><title>")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
OTHER = did_of(OTHER_KEY.public_key().public_bytes_raw())


def with_proof(**members: Any) -> dict[str, Any]:
    return {**signed(), "proof": {**signed()["proof"], **members}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        pytest.param({k: v for k, v in signed().items() if k != "proof"}, "It is not signed", id="no proof"),
        pytest.param({**signed(), "proof": []}, "It is not signed", id="an empty list of proofs"),
        pytest.param({**signed(), "proof": [signed()["proof"]] * 2}, "exactly one", id="two proofs"),
        pytest.param(with_proof(cryptosuite="eddsa-rdfc-2022"), "does not check", id="another cryptosuite"),
        pytest.param(with_proof(type="Ed25519Signature2018"), "does not check", id="another kind of proof"),
        pytest.param(with_proof(proofPurpose="authentication"), "assert anything", id="another purpose"),
        pytest.param(with_proof(proofValue="z"), "does not fit", id="an empty signature"),
        pytest.param(with_proof(proofValue="z0OIl"), "damaged", id="signs that base58 does not have"),
        pytest.param(with_proof(proofValue="z" + "2" * 10**6), "damaged", id="a signature of a million signs"),
        pytest.param(with_proof(verificationMethod="https://school.example/key"), "damaged", id="a key by its address"),
        pytest.param(with_proof(verificationMethod="did:key:z6Mk#z6Mk"), "damaged", id="half a key"),
        pytest.param(with_proof(verificationMethod=signed()["issuer"]["id"]), "does not have", id="no key of the did"),
        pytest.param(with_proof(verificationMethod=7), "lacks", id="a key that is a number"),
        pytest.param({**signed(), "name": 2**60}, "cannot be signed", id="a number that JSON cannot keep"),
        pytest.param({**signed(), "@context": [*signed()["@context"], "https://more.example"]}, "meaning of its words",
                     id="more words than were signed"),
    ],
)  # fmt: skip
def test_what_is_no_proof(document: dict[str, Any], said: str) -> None:
    with pytest.raises(NotValid, match=said):
        check(document)


def test_somebody_else_cannot_sign_in_the_issuers_name() -> None:
    forged = sign(signed(), OTHER_KEY, OTHER, NOW)
    with pytest.raises(NotValid, match="Whoever signed it is not the issuer it names"):
        verify(write(forged).encode(), NOW)


def test_what_is_signed_but_no_badge_is_not_taken_for_one() -> None:
    note = sign({"issuer": OTHER, "note": "hello"}, OTHER_KEY, OTHER, NOW)
    with pytest.raises(NotValid, match=r"no Open Badges 3\.0 credential"):
        verify(write(note).encode(), NOW)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param(b"", "cannot be read", id="nothing"),
        pytest.param(b"\xff\xfe{}", "is no text", id="not UTF-8"),
        pytest.param(b"[" * 200_000, "no credential", id="nested without end"),
        pytest.param(b"[1, 2]", "no JSON object", id="a list"),
        pytest.param(b'{"a": 1, "a": 2}', "stands in it twice", id="a key twice"),
        pytest.param(b'{"a": NaN}', "no JSON", id="not a number"),
        pytest.param(b"<svg></svg>", "holds no credential", id="a picture without one"),
        pytest.param(TWICE.encode(), "more than one", id="a picture with two"),
        pytest.param(b'{"format": "mastery-kit portfolio", "portfolio": {}}', "not signed", id="a bare portfolio"),
    ],
)  # fmt: skip
def test_what_is_no_credential_at_all(file: bytes, said: str) -> None:
    with pytest.raises(NotValid, match=said):
        verify(file, NOW)
