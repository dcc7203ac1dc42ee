"""The connections: which organisations a token reaches, as Xero lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from xero_pipeline.errors import NeedsReconsent, RequestRefused, UnreadableAnswer
from xero_pipeline.xero.auth.identity_call import check_answered, correlation_id, retry_identity_call, speaking_to
from xero_pipeline.xero.http.error_body import is_page
from xero_pipeline.xero.values import parse_xero_date


@dataclass(frozen=True, slots=True)
class Connection:
    """One organisation that a person connected to the app.

    Args:
        connection_id: Names the connection, for its removal.
        tenant_id: Names the organisation, in every call.
        name: As the organisation calls itself.
        event: The consent that made the connection; equals a claim of that consent's access token.
        created_at: When it was made, in UTC; None where the server does not tell.
    """

    connection_id: str
    tenant_id: str
    name: str
    event: str | None
    created_at: datetime | None


class Connections:
    """Reads and removes connections.

    Args:
        url: The address of the list.
        sleep: Waits between repetitions, in seconds.
    """

    def __init__(self, url: str, http: httpx.Client, sleep: Callable[[float], None]) -> None:
        self._url = url
        self._http = http
        self._sleep = sleep

    def read(self, access_token: str) -> list[Connection]:
        """List the organisations a token reaches; practices and the like are left out.

        Returns:
            Every organisation its user ever connected to the app and did not remove since.

        Raises:
            UnreadableAnswer: The answer is not the list Xero documents.
        """

        def once() -> list[Connection]:
            answer = self._send("GET", self._url, access_token)
            self._refuse(answer)
            try:
                return [_connection(entry) for entry in answer.json() if entry["tenantType"] == "ORGANISATION"]
            except (ValueError, TypeError, KeyError) as error:
                raise UnreadableAnswer(
                    "The list of connections is not as Xero documents it.",
                    endpoint="/connections",
                    status=answer.status_code,
                    correlation_id=correlation_id(answer),
                ) from error

        return retry_identity_call(once, self._sleep)

    def remove(self, access_token: str, connection_id: str) -> None:
        """Remove one connection; one that is gone already is no error.

        Args:
            access_token: Of the consent it belongs to.
            connection_id: The connection's own id, not the organisation's.
        """

        def once() -> None:
            answer = self._send("DELETE", f"{self._url}/{connection_id}", access_token)
            if answer.status_code != 404 or is_page(answer.content):
                self._refuse(answer)

        retry_identity_call(once, self._sleep)

    def _send(self, method: str, url: str, access_token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        with speaking_to(self._url, "XERO_API_URL"):
            return self._http.request(method, url, headers=headers)

    def _refuse(self, answer: httpx.Response) -> None:
        check_answered(answer, "XERO_API_URL")
        facts: dict[str, Any] = {
            "endpoint": "/connections",
            "status": answer.status_code,
            "correlation_id": correlation_id(answer),
        }
        if answer.status_code == 401:
            raise NeedsReconsent(
                "Xero does not accept the access token for the list of connections. Run `xero-pipeline connect` again.",
                **facts,
            )
        if answer.status_code >= 300:
            raise RequestRefused("Xero refused the request for the connections. Is XERO_API_URL right?", **facts)


def _connection(entry: Mapping[str, Any]) -> Connection:
    created = entry.get("createdDateUtc")
    return Connection(
        connection_id=str(entry["id"]),
        tenant_id=str(entry["tenantId"]),
        name=str(entry.get("tenantName") or entry["tenantId"]),
        event=entry.get("authEventId"),
        created_at=parse_xero_date(created) if created else None,
    )
