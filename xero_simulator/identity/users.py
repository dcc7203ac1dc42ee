"""The people who can sign in to the simulated Xero."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """A person with a Xero login.

    Attributes:
        user_id: The `xero_userid` of the tokens.
        name: Given and family name.
        email: Where mail would reach them.
    """

    user_id: str
    name: str
    email: str

    @property
    def subject(self) -> str:
        """The `sub` of the tokens."""
        return hashlib.sha256(self.user_id.encode()).hexdigest()[:32]

    def claims(self) -> dict[str, str]:
        """What the id token and `/connect/userinfo` tell of them."""
        given, _, family = self.name.partition(" ")
        return {
            "xero_userid": self.user_id,
            "name": self.name,
            "given_name": given,
            "family_name": family,
            "preferred_username": self.email,
            "email": self.email,
        }


PEOPLE = (
    SimulatedPerson("7a1c1f1e-43a5-5d51-9d1c-6a0f5f2d9b10", "Robin Keeper", "robin.keeper@example.com"),
    SimulatedPerson("2d6f0c35-9b0e-5f4e-8a43-1c7be0a4d9f2", "Kim Ledger", "kim.ledger@example.com"),
)
"""The first is signed in unless somebody says who they are."""

NOBODY = ""
"""The user id of a custom connection, which asks for itself."""


def person_called(name: str) -> SimulatedPerson:
    """The person of that name; the first one where there is none.

    Args:
        name: As on the consent page.
    """
    return next((person for person in PEOPLE if person.name == name), PEOPLE[0])


def person_with(user_id: str) -> SimulatedPerson | None:
    """The person with that id, None for an app that asked for itself.

    Args:
        user_id: The `xero_userid`.
    """
    return next((person for person in PEOPLE if person.user_id == user_id), None)
