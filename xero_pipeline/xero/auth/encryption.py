"""The keys of the token store, and how a text is sealed with them: AES-256-GCM, written as Node's `crypto` users do.

A sealed text is `iv:authTag:ciphertext`, each part lower-case hex: 12 random bytes, 16 bytes, and as many as the text.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from xero_pipeline.errors import ConfigurationError

MAKE_A_KEY = 'python3 -c "import secrets; print(secrets.token_hex(32))"'
_IV_BYTES = 12
_TAG_BYTES = 16
_SEALED = re.compile(r"([0-9a-fA-F]{24}):([0-9a-fA-F]{32}):((?:[0-9a-fA-F]{2})*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class EncryptionKeys:
    """The key that seals, and older ones that only open.

    Args:
        current: 64 hexadecimal characters.
        retired: Earlier keys, the same way.

    Raises:
        ConfigurationError: One of them is no such key. The message never repeats it.
    """

    current: str = field(repr=False)
    retired: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        _check("XERO_ENCRYPTION_KEY", self.current)
        for key in self.retired:
            _check("XERO_ENCRYPTION_KEYS_RETIRED", key)

    @classmethod
    def from_settings(cls, current: str | None, retired: str | None = None) -> EncryptionKeys:
        """Read the keys as the environment spells them.

        Args:
            retired: XERO_ENCRYPTION_KEYS_RETIRED, with commas between.

        Returns:
            The keys.

        Raises:
            ConfigurationError: The current key is missing, or one of them is no key.
        """
        if not current or not current.strip():
            raise ConfigurationError(
                "XERO_ENCRYPTION_KEY is not set; the tokens are stored encrypted. "
                f"Make a key with {MAKE_A_KEY} and keep it: without it every organisation must be connected again."
            )
        older = (key.strip() for key in (retired or "").split(","))
        return cls(current.strip(), tuple(key for key in older if key))

    @property
    def fingerprint(self) -> str:
        """What tells whether two machines have the same current key; nobody finds the key by it."""
        return hmac.new(bytes.fromhex(self.current), b"the key of xero_pipeline's tokens", "sha256").hexdigest()[:16]

    def seal(self, text: str) -> str:
        """Encrypt under the current key, differently each time.

        Returns:
            `iv:authTag:ciphertext` in hex.
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        iv = secrets.token_bytes(_IV_BYTES)
        both = AESGCM(bytes.fromhex(self.current)).encrypt(iv, text.encode(), None)
        return f"{iv.hex()}:{both[-_TAG_BYTES:].hex()}:{both[:-_TAG_BYTES].hex()}"

    def open(self, sealed: str) -> str:
        """Decrypt with whichever key fits.

        Args:
            sealed: From `seal`, or from another program with one of the keys.

        Returns:
            The text.

        Raises:
            ConfigurationError: No key fits, or the sealed text was changed.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        for iv, both, key in self._attempts(sealed):
            try:
                return AESGCM(key).decrypt(iv, both, None).decode()
            except InvalidTag:
                continue  # not this key; the last one falls through to the error below
        raise ConfigurationError(
            "A stored token cannot be decrypted: none of the keys fits, or it was changed. Put the key it was written "
            "with into XERO_ENCRYPTION_KEY, or into XERO_ENCRYPTION_KEYS_RETIRED; if that key is lost, "
            "run `xero-pipeline connect` again."
        )

    def _attempts(self, sealed: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        if found := _SEALED.fullmatch(sealed):
            iv, tag, cipher = (bytes.fromhex(part) for part in found.groups())
            for key in (self.current, *self.retired):
                yield iv, cipher + tag, bytes.fromhex(key)


def _check(setting: str, key: str) -> None:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", key, re.ASCII):
        what = f"{len(key)} characters" if len(key) != 64 else "a character that is not hexadecimal"
        raise ConfigurationError(
            f"{setting} must be 64 hexadecimal characters (AES-256) and has {what}. Make a key with {MAKE_A_KEY}"
        )
