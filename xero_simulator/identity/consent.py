"""The page on which a person lets an app into organisations."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, Template

from xero_simulator.apps import Apps
from xero_simulator.identity.connections import SimulatedOrganisation
from xero_simulator.identity.grant import ConsentQuestion
from xero_simulator.identity.grants import Grants
from xero_simulator.identity.users import PEOPLE, person_called
from xero_simulator.messages import Refused, Request, Response, html
from xero_simulator.store import Store

_QUESTION_SECONDS = 15 * 60

# What the page says a scope is for, by the scope's beginning; the longest fitting beginning counts.
_MEANINGS = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your email address",
    "offline_access": "Stay connected until you disconnect",
    "accounting.invoices": "Invoices, bills, credit notes, quotes and orders",
    "accounting.payments": "Payments, prepayments and overpayments",
    "accounting.banktransactions": "Bank transactions and transfers",
    "accounting.manualjournals": "Manual journals",
    "accounting.journals": "Journals of everything that is posted",
    "accounting.contacts": "Contacts and contact groups",
    "accounting.settings": "Accounts, tax rates, tracking and other settings",
    "accounting.attachments": "Files attached to records",
    "accounting.budgets": "Budgets",
    "accounting.reports": "Reports",
}


class ConsentPage:
    """Asks the person and sends the answer back to the app.

    Args:
        store: Where open questions live, so that any process can take the answer.
        grants: Where consents are recorded.
        organisations: What the person can connect.
        clock: Seconds since 1970.
        grantable: The scopes an app may ask for.
    """

    def __init__(
        self,
        store: Store,
        apps: Apps,
        grants: Grants,
        organisations: Callable[[], Sequence[SimulatedOrganisation]],
        clock: Callable[[], float],
        grantable: Collection[str],
    ) -> None:
        self._store = store
        self._apps = apps
        self._grants = grants
        self._organisations = organisations
        self._clock = clock
        self._grantable = grantable

    def answer(self, request: Request) -> Response:
        """Shows the page (GET) or takes the person's decision (POST).

        Raises:
            Refused: With an error page: nothing is sent back to an address that could not be trusted.
        """
        if request.method == "POST":
            return self._decide(request)
        return self._ask(self._question(request))

    def _question(self, request: Request) -> ConsentQuestion:
        query = request.query
        client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
        if not self._apps.knows(client_id):
            raise self._refused("unauthorized_client", "Unknown client or client not enabled")
        if not self._apps.allows_redirect(client_id, redirect_uri):
            raise self._refused("unauthorized_client", "Invalid redirect_uri")
        if query.get("response_type") != "code":
            raise self._refused("unsupported_response_type", "Only response_type=code is supported")
        scopes = tuple(dict.fromkeys(query.get("scope", "").split()))
        ungrantable = [scope for scope in scopes if scope not in self._grantable]
        if not scopes or ungrantable:
            raise self._refused("invalid_scope", f"Invalid scope for client: {' '.join(ungrantable) or 'none given'}")
        challenge, method = query.get("code_challenge", ""), query.get("code_challenge_method", "")
        if (challenge and method != "S256") or (not challenge and self._apps.needs_challenge(client_id)):
            raise self._refused("invalid_request", "A code challenge with the method S256 is required")
        return ConsentQuestion(client_id, redirect_uri, scopes, query.get("state"), challenge, query.get("nonce", ""))

    def _decide(self, request: Request) -> Response:
        form = request.form()
        with self._store.writing() as database:
            sql = "DELETE FROM questions WHERE id = ? AND expires > ? RETURNING asked"
            row = database.execute(sql, (form.get("request_id", ""), self._clock())).fetchone()
        if row is None:
            raise self._refused("invalid_request", "This page was answered already, or it is too old")
        asked = json.loads(row["asked"])
        question = ConsentQuestion(**{**asked, "scopes": tuple(asked["scopes"])})
        if form.get("decision") != "allow":
            denied = {"error": "access_denied", "error_description": "The resource owner denied the request"}
            return _redirect(question, denied)
        offered = {organisation.tenant_id for organisation in self._organisations()}
        ticked = [tenant for tenant in request.form_values("tenant") if tenant in offered]
        if not ticked:
            return self._ask(question, "Tick at least one organisation, or choose Cancel.")
        code = self._grants.consent(question, ticked, person_called(form.get("person", "")).user_id)
        return _redirect(
            question, {"code": code, "scope": " ".join(question.scopes), "session_state": uuid.uuid4().hex}
        )

    def _ask(self, question: ConsentQuestion, complaint: str = "") -> Response:
        number, now = uuid.uuid4().hex, self._clock()
        with self._store.writing() as database:
            database.execute("DELETE FROM questions WHERE expires <= ?", (now,))
            kept = (number, json.dumps(asdict(question)), now + _QUESTION_SECONDS)
            database.execute("INSERT INTO questions VALUES (?, ?, ?)", kept)
        page = self._template("consent.html").render(
            request_id=number,
            client_id=question.client_id,
            redirect_uri=question.redirect_uri,
            people=PEOPLE,
            meanings=_meanings(question.scopes),
            scopes=question.scopes,
            organisations=self._organisations(),
            complaint=complaint,
        )
        return html(200, page)

    def _refused(self, error: str, description: str) -> Refused:
        page = self._template("refused.html").render(error=error, description=description)
        return Refused(html(400, page))

    def _template(self, name: str) -> Template:
        return self._templates.get_template(name)

    @cached_property
    def _templates(self) -> Environment:
        return Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def _redirect(question: ConsentQuestion, answer: dict[str, str]) -> Response:
    if question.state is not None:
        answer["state"] = question.state
    joint = "&" if "?" in question.redirect_uri else "?"
    location = f"{question.redirect_uri}{joint}{urlencode(answer, quote_via=quote)}"
    return Response(302, b"", {"Location": location, "Cache-Control": "no-store"})


def _meanings(scopes: Sequence[str]) -> list[str]:
    found: list[str] = []
    for scope in scopes:
        beginnings = [beginning for beginning in _MEANINGS if scope.startswith(beginning)]
        found.append(_MEANINGS[max(beginnings, key=len)] if beginnings else scope)
    return list(dict.fromkeys(found))
