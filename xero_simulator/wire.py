"""How Xero writes its answers: JSON bytes, the envelope, error bodies."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from xero_simulator.messages import Refused, Response, text

PROVIDER = "xero-pipeline simulator"
_JSON = "application/json; charset=utf-8"


def encode(value: object) -> bytes:
    """JSON with exact decimals as numbers, the way Xero sends money.

    Args:
        value: Anything made of dicts, lists, strings, numbers and `Decimal`.
    """
    return msgspec.json.Encoder(decimal_format="number").encode(value)


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(status, encode(value), {"Content-Type": _JSON, "Cache-Control": "no-store", **(headers or {})})


def envelope(
    wrapper: str | None, records: Iterable[bytes] | None, now: float, pagination: Mapping[str, int] | None = None
) -> Response:
    """Xero's envelope around records that are encoded already.

    Args:
        wrapper: The name of the list, such as `Invoices`; None leaves the list out.
        records: Each record's JSON; None for a list that is null.
        now: The server's clock, in seconds since 1970, for `DateTimeUTC`.
        pagination: The `pagination` object of paged endpoints.
    """
    head = {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": PROVIDER,
        "DateTimeUTC": f"/Date({int(now * 1000)})/",
    } | ({"pagination": pagination} if pagination is not None else {})
    # The records are joined as bytes: encoding a page again would cost more than all the rest of the answer.
    listed = b"null" if records is None else b"".join((b"[", b",".join(records), b"]"))
    rest = b"}" if wrapper is None else b"".join((b',"', wrapper.encode(), b'":', listed, b"}"))
    body = encode(head)[:-1] + rest
    return Response(200, body, {"Content-Type": _JSON, "Cache-Control": "no-store"})


def xml_envelope() -> Response:
    """The XML Xero sends by default, without its records: enough for a client to see that it forgot `Accept`."""
    body = (
        '<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Id>{uuid.uuid4()}</Id><Status>OK</Status><ProviderName>{PROVIDER}</ProviderName></Response>"
    )
    return Response(200, body.encode(), {"Content-Type": "text/xml; charset=utf-8", "Cache-Control": "no-store"})


def unauthorized(detail: str, headers: Mapping[str, str] | None = None) -> Refused:
    """401 with Xero's problem body (capitalised keys).

    Args:
        detail: What is wrong with the token.
    """
    return Refused(json_answer(401, _problem("Unauthorized", 401, detail), headers))


def token_expired(expired_at: float) -> Refused:
    """401 for an access token past its time.

    Args:
        expired_at: When it expired, in seconds since 1970.
    """
    moment = datetime.fromtimestamp(expired_at, UTC).strftime("%m/%d/%Y %H:%M:%S")
    return unauthorized(f"TokenExpired: token expired at {moment}")


def insufficient_scope() -> Refused:
    """401 for a valid token whose consent does not cover the endpoint; Xero does not use 403 for this."""
    return unauthorized("AuthorizationUnsuccessful", {"WWW-Authenticate": "insufficient_scope"})


def forbidden(detail: str = "AuthenticationUnsuccessful") -> Refused:
    """403 with Xero's problem body (lower-case keys): the tenant is not connected.

    Args:
        detail: Xero's word for it.
    """
    problem = {key.lower(): value for key, value in _problem("Forbidden", 403, detail).items()}
    return Refused(json_answer(403, problem))


def role_missing() -> Refused:
    """403 where the person who connected has no reporting role (XeroAPI/Xero-Net#347)."""
    return forbidden("You are not permitted to access this resource without the reporting role or higher privileges.")


def not_found() -> Refused:
    """404 in plain text."""
    return Refused(text(404, "The resource you're looking for cannot be found"))


def not_allowed() -> Refused:
    """405: the simulator can only be read, as the pipeline only reads."""
    message = "The method is not implemented for this endpoint"
    body = {"ErrorNumber": 20, "Type": "ApiMethodNotImplementedException", "Message": message}
    return Refused(json_answer(405, body, {"Allow": "GET"}))


def query_refused(message: str) -> Refused:
    """400 for a `where` or `order` that Xero cannot read.

    Args:
        message: What is wrong with it.
    """
    return Refused(json_answer(400, {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}))


def high_volume(wrapper: str) -> Refused:
    """400 where a request matches too many records (XeroAPI/xero-python#148, XeroAPI/Xero-NetStandard#604)."""
    message = (
        f"Your request is not filtering {wrapper} efficiently, given the extremely high volume for this organisation. "
        "Please check https://developer.xero.com/documentation/api/efficient-data-retrieval for tips."
    )
    return Refused(json_answer(400, {"ErrorNumber": 51, "Type": "HighVolumeException", "Message": message}))


def validation_refused(message: str) -> Refused:
    """400 for parameters that are readable but not acceptable.

    Args:
        message: What is wrong with them.
    """
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [{"ValidationErrors": [{"Message": message}]}],
    }
    return Refused(json_answer(400, body))


def _problem(title: str, status: int, detail: str) -> dict[str, Any]:
    return {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
