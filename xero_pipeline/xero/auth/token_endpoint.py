"""The token endpoint: Authlib asks, and every refusal comes back named by its remedy.

Authlib's own client for httpx is passed over on purpose: it turns to another HTTP library as soon as that one is
installed beside it, and our transports would no longer fit. Its protocol core takes any session, so it gets ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from xero_pipeline.errors import (
    ConfigurationError,
    NeedsReconsent,
    RequestRefused,
    UnreadableAnswer,
    XeroPipelineError,
    XeroUnavailable,
)
from xero_pipeline.xero.auth.app import App
from xero_pipeline.xero.auth.identity_call import check_answered, correlation_id, retry_identity_call, speaking_to
from xero_pipeline.xero.values import is_object

if TYPE_CHECKING:
    pass


class TokenEndpoint:
    """Asks for tokens and gives them back.

    Args:
        sleep: Waits between repetitions, in seconds.
    """

    def __init__(self, app: App, http: httpx.Client, sleep: Callable[[float], None]) -> None:
        self._app = app
        self._http = http
        self._sleep = sleep
        # RFC 6749 §2.3.1: with a secret HTTP Basic; without one the client id goes into the body.
        self._auth = httpx.BasicAuth(app.client_id, app.client_secret) if app.client_secret else httpx.Auth()
        self._public = {} if app.client_secret else {"client_id": app.client_id}

    def exchange(self, code: str, verifier: str | None) -> dict[str, Any]:
        """Turn the code of a callback into tokens.

        Args:
            code: From the callback; good once.
            verifier: The secret behind the PKCE challenge, where one was sent.

        Returns:
            The answer's JSON.
        """
        return self._ask(
            lambda client: client.fetch_token(
                self._app.token_url,
                auth=self._auth,
                grant_type="authorization_code",
                code=code,
                redirect_uri=self._app.redirect_uri,
                code_verifier=verifier,
                **self._public,
            )
        )

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Turn a refresh token into new tokens; repeats with the same one when the answer is lost.

        Args:
            refresh_token: The last one we know.

        Returns:
            The answer's JSON, always with a refresh token.
        """
        return self._ask(
            lambda client: client.refresh_token(
                self._app.token_url, auth=self._auth, refresh_token=refresh_token, **self._public
            )
        )

    def client_credentials(self, scopes: tuple[str, ...]) -> dict[str, Any]:
        """Ask for a token without any person.

        Args:
            scopes: What it shall reach.

        Returns:
            The answer's JSON.
        """
        return self._ask(
            lambda client: client.fetch_token(
                self._app.token_url, auth=self._auth, grant_type="client_credentials", scope=" ".join(scopes)
            )
        )

    def revoke(self, refresh_token: str) -> None:
        """Give a refresh token back, and with it every connection its user made for the app.

        Args:
            refresh_token: The last one we know.
        """

        def once() -> None:
            with speaking_to(self._app.revocation_url, "XERO_IDENTITY_URL"):
                answer: httpx.Response = self._client().revoke_token(
                    self._app.revocation_url, token=refresh_token, body=urlencode(self._public), auth=self._auth
                )
            self._check(answer)
            if answer.status_code >= 400:
                raise self._refusal(_error_code(answer), answer.status_code)

        retry_identity_call(once, self._sleep)

    def _ask(self, send: Callable[[Any], Any]) -> dict[str, Any]:
        from authlib.oauth2.base import OAuth2Error

        def once() -> dict[str, Any]:
            try:
                with speaking_to(self._app.token_url, "XERO_IDENTITY_URL"):
                    tokens = dict(send(self._client()))
            except OAuth2Error as error:
                # Not chained: a server may repeat the refused token in its description.
                raise self._refusal(error.error) from None
            except ValueError as error:
                raise UnreadableAnswer(f"The answer of {self._app.token_url} is no JSON object.") from error
            if not isinstance(tokens.get("access_token"), str):
                raise UnreadableAnswer(f"The answer of {self._app.token_url} holds no access token.")
            return tokens

        return retry_identity_call(once, self._sleep)

    def _client(self) -> Any:
        from authlib.oauth2.client import OAuth2Client

        # One per request: Authlib's client keeps the last token in itself, threads must not share it.
        client: Any = OAuth2Client(self._http, self._app.client_id, self._app.client_secret)
        client.register_compliance_hook("access_token_response", self._check)
        client.register_compliance_hook("refresh_token_response", self._check)
        return client

    def _check(self, response: httpx.Response) -> httpx.Response:
        """Stop answers that are none of the protocol's before Authlib reads them."""
        check_answered(response, "XERO_IDENTITY_URL")
        if response.status_code >= 300 and not _error_code(response):
            place = f"{response.request.url.copy_with(query=None)}"
            raise ConfigurationError(
                f"{place} answers HTTP {response.status_code}, not as a token endpoint does. "
                "Is XERO_IDENTITY_URL right?",
                status=response.status_code,
                correlation_id=correlation_id(response),
            )
        return response

    def _refusal(self, code: object, status: int = 400) -> XeroPipelineError:
        app = f"the app {self._app.client_id}"
        code = code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else "an error without a name"
        if code == "invalid_grant":
            return NeedsReconsent(
                "Xero does not accept this consent any more (invalid_grant): it was spent, revoked, or not used "
                "for 60 days. Run `xero-pipeline connect` again.",
                status=status,
            )
        if code in {"server_error", "temporarily_unavailable"}:
            return XeroUnavailable(f"Xero's token endpoint answers {code}. Try again later.", status=status)
        settings = {
            "invalid_client": f"Xero does not know {app} with this secret: check XERO_CLIENT_ID and "
            "XERO_CLIENT_SECRET (leave the secret out only for apps of the type “Mobile or desktop app”)",
            "unauthorized_client": f"Xero does not let {app} sign in this way: check XERO_CLIENT_ID, and "
            "XERO_CUSTOM_CONNECTION, which must be true for custom connections and for nothing else",
            "unsupported_grant_type": f"Xero does not let {app} sign in this way: check XERO_CUSTOM_CONNECTION",
            "invalid_scope": f"Xero does not grant {app} one of the scopes: check XERO_SCOPES",
        }
        if code in settings:
            return ConfigurationError(f"{settings[code]} ({code}).", status=status)
        return RequestRefused(f"Xero's token endpoint refused the request: {code}.", status=status)


def _error_code(response: httpx.Response) -> str | None:
    try:
        body = response.json()
    except ValueError:
        return None
    code = body.get("error") if is_object(body) else None
    return code if isinstance(code, str) else None
