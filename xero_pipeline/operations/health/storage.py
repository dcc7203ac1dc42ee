"""Where things are kept: the home, the room on the disk, the state database, and the key that opens its tokens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from xero_pipeline.operations.health.result import HealthResult, State
from xero_pipeline.sync.details.attachment_store import AttachmentStore
from xero_pipeline.sync.landing.folder import Folder
from xero_pipeline.sync.landing.storage import StorageProblem
from xero_pipeline.sync.landing.store import storage_at

if TYPE_CHECKING:
    from xero_pipeline.container import Services

TOO_LITTLE_BYTES = 200_000_000
LITTLE_BYTES = 1_000_000_000


def check_home(services: Services) -> Iterator[HealthResult]:
    """The folder of everything that is ours.

    Raises:
        ConfigurationError: It belongs to the other mode, or cannot be written.
    """
    yield HealthResult("home", "ok", f"{services.home}, open to its owner alone")


def check_disk(services: Services) -> Iterator[HealthResult]:
    """Room where something of ours grows."""
    settings = services.settings
    places: list[Path] = [settings.home]
    files = settings.attachment_files if settings.attachment_bytes else None
    for place in (settings.landing, files):
        if place and isinstance(storage := storage_at(place), Folder):
            places.append(Path(storage.address))
    for place in places:
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        free = shutil.disk_usage(there).free
        state: State = "problem" if free < TOO_LITTLE_BYTES else "warning" if free < LITTLE_BYTES else "ok"
        remedy = (
            ""
            if state == "ok"
            else "Make room, or move XERO_PIPELINE_HOME, XERO_LANDING or XERO_ATTACHMENT_FILES to a larger disk."
        )
        yield HealthResult("disk", state, f"{free / 1e9:,.1f} GB free at {place}", remedy)


def check_landing(services: Services) -> Iterator[HealthResult]:
    """The landing zone, where one is set: whether answers can be kept there."""
    if services.settings.landing is None:
        return
    storage = storage_at(services.settings.landing)
    try:
        yield HealthResult("landing zone", "ok", f"{storage.address} {storage.check()}")
    except (OSError, StorageProblem) as problem:
        told = f"{storage.address} cannot be used: {problem}"
        yield HealthResult(
            "landing zone", "problem", told, "Let this user write there (docs/landing.md), or unset XERO_LANDING."
        )


def check_attachments(services: Services) -> Iterator[HealthResult]:
    """The place of what attachments hold, where they are read: whether it can be written."""
    store = AttachmentStore.of(services.settings)
    if store is None:
        return
    try:
        yield HealthResult("attachments", "ok", f"{store.address} {store.check()}")
    except (OSError, StorageProblem) as problem:
        told = f"{store.address} cannot be used: {problem}"
        remedy = "Let this user write there, or set XERO_ATTACHMENT_FILES to another place (docs/document-details.md)."
        yield HealthResult("attachments", "problem", told, remedy)


def check_state(services: Services) -> Iterator[HealthResult]:
    """The database of tokens, organisations and quotas.

    Raises:
        ConfigurationError: It cannot be used.
        NewerDatabase: A newer program wrote it.
    """
    address = services.state.url.render_as_string()
    yield HealthResult("state database", "ok", f"opens: {address}")


def check_key_form(services: Services) -> Iterator[HealthResult]:
    """The key alone, where nothing is stored yet.

    Raises:
        ConfigurationError: It is missing or malformed.
    """
    _ = services.keys
    yield HealthResult("encryption key", "ok", "well-formed; no token is stored")


def check_key(services: Services) -> Iterator[HealthResult]:
    """The key of the token store: whether it is one, and opens every token that is stored.

    Raises:
        ConfigurationError: It is missing, malformed, or opens a token not.
    """
    consents = services.token_store.consents()
    for consent in consents:
        services.token_store.load(consent.consent_id)
    stored = (
        f"decrypts the tokens of {len(consents)} stored consent(s)" if consents else "well-formed; no token is stored"
    )
    yield HealthResult("encryption key", "ok", stored)
    if services.keys.retired:
        yield HealthResult(
            "encryption key",
            "warning",
            f"{len(services.keys.retired)} retired keys are set beside it",
            "Run `xero-pipeline keys rotate`, then take XERO_ENCRYPTION_KEYS_RETIRED away.",
        )
