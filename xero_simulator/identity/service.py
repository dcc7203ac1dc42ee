"""The identity service: tokens, revocation, keys, and the connections they open."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xero_simulator.api.catalogue import grantable_scopes
from xero_simulator.apps import Apps, Caller, oauth_refused
from xero_simulator.identity.connections import ConsentConnections, SimulatedOrganisation
from xero_simulator.identity.grant import Grant, Issued
from xero_simulator.identity.grants import Grants
from xero_simulator.identity.signer import Signer
from xero_simulator.identity.users import person_with
from xero_simulator.messages import Request, Response
from xero_simulator.wire import json_answer, not_allowed, not_found, token_expired, unauthorized

ACCESS_SECONDS = 1800
_ID_SECONDS = 300
_ISSUER = "https://identity.xero.com"


@dataclass(frozen=True, slots=True)
class Bearer:
    """The holder of a valid access token.

    Attributes:
        client_id: The app.
        user_id: The person; empty where the app asked for itself.
        scopes: What the token allows.
    """

    client_id: str
    user_id: str
    scopes: frozenset[str]


class Identity:
    """Issues and checks tokens.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        apps: Apps,
        grants: Grants,
        connections: ConsentConnections,
        signer: Signer,
        organisations: Callable[[], Sequence[SimulatedOrganisation]],
        clock: Callable[[], float],
    ) -> None:
        self._apps = apps
        self._grants = grants
        self._connections = connections
        self._signer = signer
        self._organisations = organisations
        self._clock = clock

    def token(self, request: Request) -> Response:
        """`POST /connect/token`: a code, a refresh token or an app's own credentials for an access token.

        Raises:
            Refused: 400 with the error's name.
        """
        form, caller = request.form(), self._apps.authenticate(request)
        match form.get("grant_type"):
            case "authorization_code":
                uri, verifier = form.get("redirect_uri", ""), form.get("code_verifier", "")
                issued = self._grants.redeem(caller, form.get("code", ""), uri, verifier)
            case "refresh_token":
                issued = self._grants.refresh(caller, form.get("refresh_token", ""))
            case "client_credentials":
                issued = self._own(caller, form.get("scope", ""))
            case _:
                raise oauth_refused("unsupported_grant_type")
        return json_answer(200, self._answer(issued))

    def revoke(self, request: Request) -> Response:
        """`POST /connect/revocation`: 200 and an empty body, whatever the token was (RFC 7009, section 2.2)."""
        self._grants.revoke(self._apps.authenticate(request), request.form().get("token", ""))
        return Response(200, b"", {"Cache-Control": "no-store"})

    def bearer(self, request: Request) -> Bearer:
        """Who calls with an access token.

        Raises:
            Refused: 401 for a token that is missing, forged, expired or revoked.
        """
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        claims = self._signer.read(token.strip()) if kind.lower() == "bearer" else None
        # An id token is signed by the same key; only an access token names the API as its audience.
        if claims is None or claims.get("aud") != f"{_ISSUER}/resources":
            raise unauthorized("AuthenticationUnsuccessful")
        if claims["exp"] <= self._clock():
            raise token_expired(claims["exp"])
        grant = self._grants.find(claims["sid"])
        if grant is None or grant.revoked:
            raise unauthorized("AuthenticationUnsuccessful")
        return Bearer(claims["client_id"], grant.user_id, frozenset(claims["scope"]))

    def connections(self, request: Request, bearer: Bearer) -> Response:
        """`GET /connections` and `DELETE /connections/{id}`.

        Raises:
            Refused: 404 for an unknown connection, 405 for another method.
        """
        connection_id = request.path[len("/connections") :].strip("/")
        if request.method == "DELETE" and connection_id:
            if not self._connections.remove(bearer.client_id, bearer.user_id, connection_id):
                raise not_found()
            return Response(204)
        if request.method != "GET" or connection_id:
            raise not_allowed()
        names = {organisation.tenant_id: organisation.name for organisation in self._organisations()}
        event_id = request.query.get("autheventid")
        return json_answer(200, self._connections.listed(bearer.client_id, bearer.user_id, names, event_id))

    def keys(self) -> Response:
        """The public keys of the tokens."""
        return json_answer(200, self._signer.public_keys())

    def userinfo(self, request: Request) -> Response:
        """The person behind an access token.

        Raises:
            Refused: 401 for a bad token.
        """
        person = person_with(self.bearer(request).user_id)
        if person is None:
            raise unauthorized("AuthenticationUnsuccessful")
        return json_answer(200, {"sub": person.subject, **person.claims()})

    def _own(self, caller: Caller, scope: str) -> Issued:
        if caller.public:
            raise oauth_refused("invalid_client")
        scopes = [name for name in scope.split() if name != "offline_access"]
        # A custom connection is never granted journals, whatever its tier.
        if not scopes or not set(scopes) <= grantable_scopes():
            raise oauth_refused("invalid_scope")
        # A custom connection is set up for exactly one organisation.
        tenant_id = self._apps.organisation_of(caller.client_id) or self._organisations()[0].tenant_id
        return Issued(self._grants.own(caller.client_id, scopes, [tenant_id]))

    def _answer(self, issued: Issued) -> dict[str, Any]:
        grant = issued.grant
        answer: dict[str, Any] = {
            "access_token": self._signer.sign(self._access_claims(grant)),
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": " ".join(grant.scopes),
        }
        if "openid" in grant.scopes:
            answer = {"id_token": self._signer.sign(self._id_claims(issued)), **answer}
        if issued.refresh_token is not None:
            answer["refresh_token"] = issued.refresh_token
        return answer

    def _access_claims(self, grant: Grant) -> dict[str, Any]:
        now, person = int(self._clock()), person_with(grant.user_id)
        somebody = {"sub": person.subject, "xero_userid": person.user_id} if person else {}
        return {
            "nbf": now,
            "iat": now,
            "exp": now + ACCESS_SECONDS,
            "iss": _ISSUER,
            "aud": f"{_ISSUER}/resources",
            "client_id": grant.client_id,
            **somebody,
            "auth_time": int(grant.granted),
            "global_session_id": grant.id,
            "sid": grant.id,
            "jti": uuid.uuid4().hex,
            "authentication_event_id": grant.event_id,
            "scope": list(grant.scopes),
        }

    def _id_claims(self, issued: Issued) -> dict[str, Any]:
        now, person = int(self._clock()), person_with(issued.grant.user_id)
        somebody = {"sub": person.subject, **person.claims()} if person else {}
        claims = {
            "nbf": now,
            "iat": now,
            "exp": now + _ID_SECONDS,
            "iss": _ISSUER,
            "aud": issued.grant.client_id,
            "auth_time": int(issued.grant.granted),
            "sid": issued.grant.id,
            "global_session_id": issued.grant.id,
            **somebody,
        }
        return claims | ({"nonce": issued.nonce} if issued.nonce else {})
