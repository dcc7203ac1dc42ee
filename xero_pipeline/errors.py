"""Every error a person can do something about, named by its remedy.

```
XeroPipelineError
├── ConfigurationError            fix the setting that the message names
│   ├── AlreadyServed             open the addresses that the message names, or stop that process
│   ├── NewerDatabase             update the program, or go back to the copy made before its last update
│   └── QueryRefused              correct the query
├── ReconnectError                run `xero-pipeline connect` again
│   ├── ConsentDenied             the person said no on Xero's consent page
│   ├── ConsentForged             the answer does not belong to the question we asked
│   ├── NeedsReconsent            the refresh token is spent, expired or revoked
│   ├── OrganisationDisconnected  Xero does not let us into this organisation any more
│   └── MissingScope              the consent does not cover this endpoint
├── AccessRefused                 the connecting user's role in Xero does not reach this endpoint
├── WaitError                     nothing to fix: go on later
│   ├── DailyLimitReached         … at `resume_at`
│   │   └── HeldUp                … at `resume_at`, in a run of its own
│   ├── BudgetReached             … at `resume_at`, in another run
│   ├── AskedInPart               … by hand: ask for the rest when the message says
│   ├── XeroUnavailable           … when Xero answers again
│   ├── WarehouseBusy             … when the named holder has finished
│   ├── OrganisationBusy          … when the other sync of this organisation has finished
│   ├── StillOpening              … when the other process has made the databases ready
│   └── LockLost                  … when the state database can be reached again
├── MoveFailed                    nothing was moved: the message says what stood in the way
├── LandingError                  the landing zone: make room, or bring back the file that the message names
├── AttachmentStoreError          the place of attachments: make room, or let this user write there
├── RequestRefused                Xero did not understand the request: a bug of ours, please report it
│   └── NotFound                  Xero has no such record, and says so itself
└── DataError                     look at the record or answer that the message names
    ├── UnreadableAnswer          an answer that is not what the endpoint promises
    └── RecordRefused             a record whose field has another type than Xero documents
```

Each knows, as far as it is known, the organisation, the endpoint, the HTTP status and Xero's correlation id, which
Xero's support asks for. None ever carries a token.
"""

from __future__ import annotations

from datetime import datetime


class XeroPipelineError(Exception):
    """Anything that stops the pipeline and that a person can act on.

    Args:
        message: One paragraph: what was wrong, where, and what to do.
        organisation: The organisation's tenant id, where one is involved.
        endpoint: The path of the call, without its host.
        status: The HTTP status of the answer.
        correlation_id: Xero's `Xero-Correlation-Id` header.
    """

    def __init__(
        self,
        message: str,
        *,
        organisation: str | None = None,
        endpoint: str | None = None,
        status: int | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.organisation = organisation
        self.endpoint = endpoint
        self.status = status
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        facts = {
            "organisation": self.organisation,
            "endpoint": self.endpoint,
            "status": self.status,
            "correlation id": self.correlation_id,
        }
        known = ", ".join(f"{name} {value}" for name, value in facts.items() if value is not None)
        return f"{self.message} ({known})" if known else self.message


class ConfigurationError(XeroPipelineError):
    """A setting is missing or wrong."""


class AlreadyServed(ConfigurationError):
    """Another process serves this home: its daemon, its Dagster UI and its web page."""


class NewerDatabase(ConfigurationError):
    """The warehouse or the state was written by a newer version of this program."""


class QueryRefused(ConfigurationError):
    """A question to the warehouse that it does not understand, or that would change it."""


class ReconnectError(XeroPipelineError):
    """Only a person's new consent helps."""


class ConsentDenied(ReconnectError):
    """The person declined on Xero's consent page."""


class ConsentForged(ReconnectError):
    """The callback's `state` is not the one we sent, or it was used before."""


class NeedsReconsent(ReconnectError):
    """The refresh token is spent, expired or revoked."""


class OrganisationDisconnected(ReconnectError):
    """Xero answers 403 for this organisation, or does not list it any more."""


class MissingScope(ReconnectError):
    """The consent was given without the scope this endpoint needs."""


class AccessRefused(XeroPipelineError):
    """The user who connected has no role for this endpoint."""


class WaitError(XeroPipelineError):
    """Nothing is wrong for good: the same call works later."""


class DailyLimitReached(WaitError):
    """The organisation's calls of the day are used up.

    Args:
        resume_at: When calls may go on, in UTC.
        **facts: As for `XeroPipelineError`.
    """

    def __init__(self, message: str, *, resume_at: datetime, **facts: str | int | None) -> None:
        super().__init__(message, **facts)  # pyright: ignore[reportArgumentType]
        self.resume_at = resume_at
        self.progressed = False
        """Whether the next attempt has less to do than this one had."""


class HeldUp(DailyLimitReached):
    """Xero lets the organisation wait, and the others of the run are not to wait with it."""


class BudgetReached(WaitError):
    """The run has made the calls to this organisation that it may make.

    Args:
        resume_at: When another run may go on, in UTC.
        **facts: As for `XeroPipelineError`.
    """

    def __init__(self, message: str, *, resume_at: datetime, **facts: str | int | None) -> None:
        super().__init__(message, **facts)  # pyright: ignore[reportArgumentType]
        self.resume_at = resume_at
        self.progressed = False
        """Whether the next attempt has less to do than this one had."""
        self.tried = False
        """Whether this attempt has made calls."""


class AskedInPart(WaitError):
    """Of what a person asked for, only a part fitted into the calls there are."""


class XeroUnavailable(WaitError):
    """Xero could not be reached, or kept failing, after the retries."""


class WarehouseBusy(WaitError):
    """Another process holds the warehouse file."""


class OrganisationBusy(WaitError):
    """Another sync of the same organisation is under way."""


class StillOpening(WaitError):
    """Another process makes the state database or Dagster's tables ready."""


class LockLost(WaitError):
    """The state database was away while an organisation was synced: nothing keeps other syncs of it out any more."""


class MoveFailed(XeroPipelineError):
    """A copy of the warehouse or the state does not say what the original says."""


class LandingError(XeroPipelineError):
    """The landing zone cannot be written, or a file in it is missing or damaged."""


class LandingUnreachable(LandingError):
    """The object store with the landing zone does not answer, or refuses: no word on whether a file is there."""


class AttachmentStoreError(XeroPipelineError):
    """What attachments hold cannot be kept where XERO_ATTACHMENT_FILES says."""


class RequestRefused(XeroPipelineError):
    """Xero answered 400, 404, 405 or another refusal that repeating does not cure."""


class NotFound(RequestRefused):
    """Xero itself says that it has no such record; a 404 of anything before Xero is no such word."""


class DataError(XeroPipelineError):
    """An answer arrived, but not as Xero promises it."""


class UnreadableAnswer(DataError):
    """The body is not the JSON the endpoint promises, even after retries."""


class RecordRefused(DataError):
    """A known field of a record has the wrong type.

    Args:
        message: Which field, what was found, what was expected.
        raw: The record as received; never part of the message.
        **facts: As for `XeroPipelineError`.
    """

    def __init__(
        self, message: str, *, record_id: str | None = None, raw: bytes = b"", **facts: str | int | None
    ) -> None:
        super().__init__(message, **facts)  # pyright: ignore[reportArgumentType]
        self.record_id = record_id
        self.raw = raw
