"""A credential: proof of mastery that others can check without asking anybody. Open Badges 3.0, signed with Ed25519.

    from kit.credential import award, load_key, keys_folder, verify
    document = award(course, "ada", load_key(keys_folder(), "school"))

- `award`: the signed credential of a learner who has mastered every unit; NotMastered says what is missing
- `verify`: what the bytes of a file prove, offline; NotValid says why they prove nothing
- `new_key`, `load_key`, `issuers`: the issuer's keys, outside every course
- `write`, `bake`: the credential as a file, and as a picture that carries it

Words (defined here once):

- **credential**: a signed statement of an issuer about a learner (a W3C Verifiable Credential 2.0)
- **did:key**: an issuer's public key, written as a name; whoever has the private key is that issuer, and nobody else
"""

from __future__ import annotations

from kit.credential.awarding import award
from kit.credential.claims import NotMastered, claims
from kit.credential.keys import Issuer, Key, issuers, keys_folder, load_key, new_key
from kit.credential.layout import bake, write
from kit.credential.proof import NotValid
from kit.credential.structure import faults
from kit.credential.verifying import Verified, verify

__all__ = [
    "Issuer",
    "Key",
    "NotMastered",
    "NotValid",
    "Verified",
    "award",
    "bake",
    "claims",
    "faults",
    "issuers",
    "keys_folder",
    "load_key",
    "new_key",
    "verify",
    "write",
]
