"""The file that says what the group is (XERO_GROUP_FILE): members, ownership, accounts, and journals of the group."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.validation_messages import file_text, first_of, in_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

AccountClass = Literal["ASSET", "LIABILITY", "EQUITY", "REVENUE", "EXPENSE"]
Text = Annotated[str, Field(min_length=1, max_length=200)]
WHOLE = Decimal(100)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, str_strip_whitespace=True)


class MemberEntry(_Entry):
    """An organisation of the group.

    Args:
        organisation: Its name, short code or tenant id.
        ownership: How much of it the group owns, in per cent.
    """

    organisation: Text
    ownership: Annotated[Decimal, Field(gt=0, le=100, decimal_places=4)] = WHOLE


class AccountSource(_Entry):
    """Accounts of organisations that are a group account: one by its code, name or id, or all of a reporting code.

    Args:
        organisation: Whose; None for all.
    """

    organisation: Text | None = None
    account: Text | None = None
    reporting_code: Text | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.account is None) == (self.reporting_code is None):
            raise ValueError("must name either account or reporting_code")
        return self


class AccountEntry(_Entry):
    """An account of the group.

    Args:
        type: One of Xero's types of account, such as DIRECTCOSTS, for the section of a statement.
        sources: The accounts of organisations that it is made of.
    """

    code: Text
    name: Text
    class_: Annotated[AccountClass, Field(alias="class")]
    type: Text | None = None
    sources: Annotated[tuple[AccountSource, ...], Field(alias="from")] = ()


class GroupJournalLine(_Entry):
    """A line of a group journal.

    Args:
        account: Code, or name, of an account of the group.
        amount: In the presentation currency, debit positive.
    """

    account: Text
    amount: Annotated[Decimal, Field(max_digits=17, decimal_places=2)]


class GroupJournal(_Entry):
    """A journal of the group, which is in no organisation's books."""

    number: Text
    date: date
    description: Text
    lines: Annotated[tuple[GroupJournalLine, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _balances(self) -> Self:
        if left_over := sum(line.amount for line in self.lines):
            raise ValueError(f"does not balance: its lines sum to {left_over}, not to 0")
        return self


class GroupFile(_Entry):
    """What a person says of the group.

    Args:
        parent: Whose financial year is the group's.
        members: The organisations of the group; none for all that have a ledger.
    """

    parent: Text | None = None
    members: tuple[MemberEntry, ...] = ()
    accounts: tuple[AccountEntry, ...] = ()
    journals: tuple[GroupJournal, ...] = ()

    @model_validator(mode="after")
    def _has_nothing_twice(self) -> Self:
        for what, names in (
            ("account", [one.code for one in self.accounts]),
            ("journal", [one.number for one in self.journals]),
            ("member", [one.organisation.casefold() for one in self.members]),
        ):
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise ValueError(f"has the {what} {twice} twice")
        return self


def read_group_file(path: Path | None) -> GroupFile:
    """What a TOML file says of the group.

    Args:
        path: None for no file: all organisations, wholly owned.

    Raises:
        ConfigurationError: The file cannot be read, or is wrong; the message says where.
    """
    if path is None:
        return GroupFile()
    what = f"The group in {path} (XERO_GROUP_FILE)"
    try:
        return GroupFile.model_validate(tomllib.loads(file_text(path, what), parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{what} is not valid TOML: {error}.") from error
    except ValidationError as error:
        mistakes = [f"{_place(one['loc'])} {in_words(one)}".strip() for one in error.errors()]
        raise ConfigurationError(f"{what} is wrong: {first_of(mistakes)}") from error


def _place(location: Iterable[str | int]) -> str:
    """Where a mistake is, entries counted from 1: accounts 2, from 1, account."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, int) and parts:
            parts[-1] += f" {part + 1}"
        else:
            parts.append(str(part))
    return ", ".join(parts) + ":" if parts else "it"
