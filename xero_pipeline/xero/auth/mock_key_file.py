"""A key in a file of its own, for mock mode, where nobody is asked to make one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from filelock import FileLock

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.xero.auth.encryption import EncryptionKeys


def load_or_make_key_file(path: Path) -> str:
    """Give the key in a file; make both the first time.

    Any number of processes may call this at once and get the same key. The file is readable for its owner alone and is
    there whole or not at all, whenever the process is killed.

    Args:
        path: Where the key lives; a missing directory is made with mode 0700.

    Returns:
        64 hexadecimal characters.

    Raises:
        ConfigurationError: The file holds something else, or cannot be read or written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", mode=0o600):
            if not path.exists():
                _write(path, secrets.token_hex(32))
            path.chmod(0o600)
            key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The key file {path} cannot be used: {type(error).__name__}.") from error
    try:
        EncryptionKeys(key)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"The key file {path} holds no key. Put the right one back, or delete the file and connect again."
        ) from error
    return key


def _write(path: Path, key: str) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{key}\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
