"""Where the contents of attachments are: a folder or an object store, each content of an organisation once.

A file is named after what is in it, so writing it again changes nothing, and whoever is killed before its row is
written leaves a whole file that the next sync finds.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from xero_pipeline.errors import AttachmentStoreError
from xero_pipeline.sync.landing.storage import StorageProblem
from xero_pipeline.sync.landing.store import storage_at
from xero_pipeline.warehouse.progress.attachment_files import StoredContent

if TYPE_CHECKING:
    from pathlib import Path

    from xero_pipeline.settings import Settings


class AttachmentStore:
    """The place of all contents.

    Args:
        place: A folder, made with the first file, or the address of an object store.
    """

    def __init__(self, place: str | Path) -> None:
        self._storage = storage_at(place)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The place that is set; None where only the names of files are read."""
        return None if settings.attachment_bytes is None else cls.to_read(settings)

    @classmethod
    def to_read(cls, settings: Settings) -> Self:
        """The place that is set, whether files are still kept there or were once."""
        return cls(settings.attachment_files or settings.home / "attachments")

    @property
    def address(self) -> str:
        """Where it is."""
        return self._storage.address

    def keep(self, tenant_id: str, content: bytes) -> StoredContent:
        """Keep a content, for its owner only; it is safe when this returns.

        Raises:
            AttachmentStoreError: It could not be written.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = f"{tenant_id}/{digest[:2]}/{digest}"
        try:
            self._storage.keep(content, path)
        except (OSError, StorageProblem) as problem:
            raise AttachmentStoreError(
                f"Attachments cannot be kept in {self.address}: {problem}. Make room, or let this user write there "
                "(XERO_ATTACHMENT_FILES names the place), and sync again.",
                organisation=tenant_id,
            ) from problem
        return StoredContent(digest, path, len(content))

    def read(self, content: StoredContent) -> bytes:
        """The bytes of a content that was kept.

        Raises:
            AttachmentStoreError: It is not there, cannot be read, or is not what was kept.
        """
        path = content.path
        try:
            found = self._storage.read(path)
        except (OSError, StorageProblem) as problem:
            raise AttachmentStoreError(
                f"{path} cannot be read in {self.address}: {problem}. XERO_ATTACHMENT_FILES names the place: is it the "
                "one that the file was kept in?"
            ) from problem
        if hashlib.sha256(found).hexdigest() != content.sha256:
            raise AttachmentStoreError(f"{path} in {self.address} is not what was kept there: somebody changed it.")
        return found

    def check(self) -> str:
        """Try to write; a sentence on what was tried.

        Raises:
            OSError: It cannot be written.
            StorageProblem: The store refuses.
        """
        return self._storage.check()
