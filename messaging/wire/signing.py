"""Signatures: detached JWS (RFC 7515, appendix F) with Ed25519 keys (RFC 8037), by joserfc."""

from collections.abc import Mapping
from typing import Any, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

CURVE: Literal["Ed25519"] = "Ed25519"
_ALGORITHMS = ["Ed25519"]
LONGEST = 2_000
"""The most characters of a signature."""

Keys = Mapping[str, OKPKey]
"""Public keys by key id."""


class BadSignature(Exception):
    """Why a signature is not accepted: `unknown_key` or `bad_signature`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def new_key() -> OKPKey:
    """Make a private key, named by its thumbprint (RFC 7638)."""
    return OKPKey.generate_key(CURVE, {"use": "sig"}, private=True, auto_kid=True)


def public_key(found: Any) -> OKPKey:
    """Return a public Ed25519 key from its JWK, named by its thumbprint.

    Raises ValueError for anything else, private keys too.
    """
    if not isinstance(found, dict) or found.get("crv") != CURVE or "d" in found:
        raise ValueError("not a public Ed25519 key as JWK")
    try:
        key = OKPKey.import_key({name: found[name] for name in ("kty", "crv", "x")})
        return OKPKey.import_key({**key.as_dict(private=False), "kid": key.thumbprint()})
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise ValueError("not a public Ed25519 key as JWK") from error


def sign(payload: bytes, key: OKPKey) -> str:
    """Return the signature alone, without what is signed."""
    return jws.detach_content(_compact(payload, key))


def sign_whole(payload: bytes, key: OKPKey) -> str:
    """Return what is signed and the signature in one."""
    return _compact(payload, key)


def verify(signature: str, payload: bytes, keys: Keys) -> None:
    """Check a detached signature over the payload; raises BadSignature."""
    _check(signature, keys, payload)


def opened(signed: str, keys: Keys) -> bytes:
    """Return what was signed, once its signature holds; raises BadSignature."""
    return _check(signed, keys, None)


def _compact(payload: bytes, key: OKPKey) -> str:
    return jws.serialize_compact({"alg": _ALGORITHMS[0], "kid": key.kid}, payload, key, _ALGORITHMS)


def _check(text: str, keys: Keys, payload: bytes | None) -> bytes:
    if len(text) > LONGEST or not text.isascii():
        raise BadSignature("bad_signature")
    try:
        found = jws.extract_compact(text.encode(), payload)
        key = keys.get(str(found.headers().get("kid")))
        if key is None:
            raise BadSignature("unknown_key")
        if jws.validate_compact(found, key, _ALGORITHMS):
            return found.payload
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadSignature("bad_signature") from error
    raise BadSignature("bad_signature")
