"""What a fault makes of a call: an answer of its own, or another call's answer spoilt."""

from __future__ import annotations

from collections.abc import Callable

from xero_simulator.faults import unknown_content
from xero_simulator.faults.catalogue import Fault
from xero_simulator.limits import refusal
from xero_simulator.messages import Response, html, text
from xero_simulator.wire import (
    forbidden,
    insufficient_scope,
    json_answer,
    not_found,
    token_expired,
    unauthorized,
    validation_refused,
)

_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_SERVER_ERROR = {"Type": None, "Title": "An error occurred", "Status": 500, "Detail": ""}
_NOT_IMPLEMENTED = {"ErrorNumber": 20, "Type": "ApiMethodNotImplementedException", "Message": "Not implemented"}
# 1 January 2001, the moment in Xero's own example.
_LONG_AGO = 978_307_200.0
_LIMITS: dict[str, tuple[str, int | None]] = {
    "minute_limit": ("minute", 23),
    "day_limit": ("day", 66_183),
    "concurrent_limit": ("concurrent", None),
    "app_limit": ("appminute", 31),
}


def instead(fault: Fault) -> Response | None:
    """The answer that takes the place of handling the call, if this fault has one."""
    if fault.kind in _LIMITS:
        return _limit(fault)
    make = _ANSWERS.get(fault.kind)
    return make() if make is not None else None


def afterwards(fault: Fault, response: Response) -> Response:
    """The answer of a call that was handled, as this fault lets it arrive."""
    match fault.kind:
        case "lost_answer":
            response.dropped = True
        case "truncated":
            response.body = response.body[: max(1, len(response.body) * 2 // 3)]
        case "invalid_json":
            response.body = _GATEWAY_PAGE.encode()
        case kind if kind in unknown_content.KINDS and response.status == 200:
            response.body = unknown_content.plant(response.body, fault)
    return response


def _limit(fault: Fault) -> Response:
    problem, likely = _LIMITS[fault.kind]
    seconds = likely if fault.seconds is None else int(fault.seconds)
    left = {
        "X-DayLimit-Remaining": "0" if problem == "day" else "4321",
        "X-MinLimit-Remaining": "0" if problem == "minute" else "42",
        "X-AppMinLimit-Remaining": "0" if problem == "appminute" else "9876",
    }
    return refusal(problem, seconds, left)


_ANSWERS: dict[str, Callable[[], Response]] = {
    "dropped": lambda: Response(0, dropped=True),
    "server_error": lambda: json_answer(500, _SERVER_ERROR),
    "unavailable": lambda: text(503, "The Xero API is temporarily unavailable"),
    "gateway": lambda: html(502, _GATEWAY_PAGE),
    "expired_token": lambda: token_expired(_LONG_AGO).response,
    "revoked_token": lambda: unauthorized("AuthenticationUnsuccessful").response,
    "disconnected": lambda: forbidden().response,
    "no_role": lambda: forbidden("You are not permitted to access this resource").response,
    "no_scope": lambda: insufficient_scope().response,
    "bad_request": lambda: validation_refused("The organisation does not have this").response,
    "not_found": lambda: not_found().response,
    "not_implemented": lambda: json_answer(501, _NOT_IMPLEMENTED),
}
