"""The course's private key, which signs certificates, and the public one beside it."""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anomaly_labs.certificates import PUBLIC, KeyFileError, public_key
from anomaly_labs.files import write_aside, write_once

PRIVATE = "private-key.pem"


def private_key(root: Path) -> Ed25519PrivateKey:
    """Return the private key of the course folder `root`; made on first use.

    It is readable by its owner only; the public key is written beside it. Who has the private key
    can make certificates. If it is lost, old certificates can still be checked, but no new ones
    made that the same public key would check.

    Raises
    ------
    KeyFileError
        If others can read it, if it is no such key, or if only the public key is left.
    """
    path = root / PRIVATE
    if not path.exists():
        if (root / PUBLIC).exists():
            raise KeyFileError(
                f"{root / PUBLIC} is there, but {path} is not: put it back from your copy, or move "
                f"{PUBLIC} away to begin with new keys; certificates made so far need the old one"
            )
        write_once(path, _new_key())
    if stat.S_IMODE(path.stat().st_mode) & 0o077 and os.name == "posix":
        raise KeyFileError(f"{path} can be read by others; run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds no Ed25519 key in PEM form; put it back from your copy")
    text = public_text(key.public_key())
    public = root / PUBLIC
    if not public.exists():
        write_aside(public, lambda aside: aside.write_text(text, encoding="utf-8"))
    elif public_key(public).public_bytes_raw() != key.public_key().public_bytes_raw():
        raise KeyFileError(f"{public} does not belong to {path}; put back the one that does")
    return key


def public_text(key: Ed25519PublicKey) -> str:
    """Return a public key as the text of a file, which OpenSSL reads too."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def _new_key() -> bytes:
    form, locked = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return Ed25519PrivateKey.generate().private_bytes(serialization.Encoding.PEM, form, locked)
