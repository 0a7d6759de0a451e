"""Logging in to the trial hub: a few people, each with a password of their own, and nobody else.

Real hubs log people in by their institution; this is for one machine and one afternoon, needs no other package and no
accounts of the system. The hub's configuration holds salted hashes, never a password.
"""

# mypy: allow-subclassing-any
# (JupyterHub brings no types)

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Dict


def hashed(password: str) -> str:
    """*password* as it may be stored: ``salt:hash`` in hexadecimal (scrypt, RFC 7914)."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(password, salt).hex()}"


def matches(password: str, stored: str) -> bool:
    """Whether *password* is the one that `hashed` made *stored* of."""
    salt, _, digest = stored.partition(":")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


class TrialAuthenticator(Authenticator):
    """Lets in whom `people` names, with their own password."""

    people = Dict(help="Name → what `hashed` made of the password.").tag(config=True)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """The name, or None; as slow for an unknown name as for a wrong password."""
        name = data.get("username", "")
        stored = self.people.get(name) or hashed(secrets.token_hex())
        right = await asyncio.to_thread(matches, data.get("password", ""), stored)
        return name if right and name in self.people else None
