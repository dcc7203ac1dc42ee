"""The table on which an organisation's records are laid out while its books are written."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from typing import Any, Self

from xero_simulator.books.country import Country
from xero_simulator.books.organisations import Habits, Profile, profile_of
from xero_simulator.config import BooksConfig
from xero_simulator.values.days import event_ms, wire_ms
from xero_simulator.values.ids import stable_id

Record = dict[str, Any]
"""One wire-shaped record: Xero's own key names, decimals, `/Date()/` strings."""

_FOUNDED = dt.date(2019, 4, 1)


@dataclass(slots=True)
class Workbench:
    """Everything that the writers of documents share.

    Args:
        index: The organisation's place in the list.
        profile: Its name, its country and its habits.
    """

    config: BooksConfig
    index: int
    profile: Profile
    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def empty(cls, config: BooksConfig, index: int) -> Self:
        """The workbench of an organisation before anything is written."""
        return cls(config, index, profile_of(index))

    @property
    def name(self) -> str:
        """The organisation's name."""
        return self.profile.name

    @property
    def country(self) -> Country:
        """Its currency, taxes, chart and year end."""
        return self.profile.country

    @property
    def habits(self) -> Habits:
        """What is peculiar about it."""
        return self.profile.habits

    @property
    def today(self) -> dt.date:
        """The last day of the books."""
        return self.config.today

    @property
    def prefix(self) -> str:
        """What makes the ids of this organisation its own."""
        return f"{self.config.seed}/{self.index}"

    def id_of(self, name: str) -> str:
        """The stable id of one of this organisation's records."""
        return stable_id(f"{self.prefix}/{name}")

    def account_id(self, key: str) -> str:
        """The id of the account with this key: its code in New Zealand's chart, whatever its code is here."""
        name = f"account/{key}"
        found = self.shared.get(name)
        if found is None:
            found = self.shared[name] = self.id_of(name)
            self.shared[found] = key
        return found

    def key_of(self, account_id: str) -> str:
        """The key of an account: what `account_id` makes its id from."""
        return self.shared[account_id]

    def code(self, key: str) -> str:
        """The code that the organisation's chart gives an account."""
        return self.tables["Accounts"][self.account_id(key)]["Code"]

    def bank(self, code: str) -> Record:
        """What documents need to know of a bank account: its currency and its short form."""
        key = f"bank/{code}"
        if key not in self.shared:
            account = self.tables["Accounts"][self.account_id(code)]
            short = {name: account[name] for name in ("AccountID", "Code", "Name")}
            self.shared[key] = {"CurrencyCode": account["CurrencyCode"], "Short": short}
        return self.shared[key]

    def founded(self, salt: str) -> str:
        """The instant of something that was set up before the books begin."""
        return wire_ms(event_ms(_FOUNDED, f"{self.prefix}/{salt}"))

    def random(self, month: dt.date, purpose: str) -> random.Random:
        """Chance for one month and one purpose, the same on every day and in every span."""
        return random.Random(f"{self.prefix}/{month.isoformat()}/{purpose}")

    def add(self, wrapper: str, key: str, record: Record) -> Record:
        """Lay a record on its pile."""
        self.tables.setdefault(wrapper, {})[key] = record
        return record

    def pile(self, wrapper: str) -> list[Record]:
        """All records of one kind, oldest first."""
        return list(self.tables.get(wrapper, {}).values())
