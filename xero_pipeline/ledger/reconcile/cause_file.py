"""The causes that a person names for accounts, in a file: they come before all that is guessed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.reconcile.cause_rules import UNKNOWN
from xero_pipeline.validation_messages import file_text, first_of
from xero_pipeline.warehouse.organisation_names import NAMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

COLUMNS = ("organisation", "account", "cause")
EXAMPLE = "organisation,account,cause\nMaple Florist,825,PAYROLL\n,Tax Provision,TAX"
_LONGEST = 40
_MATCHING = f"""
SELECT a.account_id FROM xero.accounts AS a
JOIN xero.organisations AS o ON o.tenant_id = a.tenant_id
JOIN {NAMED} AS n ON n.tenant_id = a.tenant_id
WHERE a.tenant_id = :tenant_id
    AND (:organisation = '' OR LOWER(:organisation) IN
        (LOWER(n.own_name), LOWER(n.name), LOWER(o.short_code), LOWER(o.tenant_id)))
    AND LOWER(:account) IN (LOWER(a.code), LOWER(a.name), LOWER(a.account_id))
"""


@dataclass(frozen=True, slots=True)
class GivenCause:
    """A line of the file.

    Args:
        organisation: Name, short code or tenant id; empty for all organisations.
        account: Code, name or id of the account.
        cause: The cause, in capitals: one of ours or a word of your own.
    """

    line: int
    organisation: str
    account: str
    cause: str


def read_causes(path: Path | None) -> tuple[GivenCause, ...]:
    """The causes of a file with the columns `organisation,account,cause`.

    Args:
        path: The file: UTF-8, its columns separated by commas, semicolons or tabs; None for no file.

    Raises:
        ConfigurationError: The file cannot be read, or lines of it are wrong; the message names them.
    """
    if path is None:
        return ()
    content = file_text(path, f"The causes in {path} (XERO_CAUSES)")
    separator = max(",;\t", key=content.partition("\n")[0].count)
    rows = csv.DictReader(content.splitlines(), delimiter=separator)
    rows.fieldnames = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if lacking := [name for name in COLUMNS if name not in rows.fieldnames]:
        raise ConfigurationError(
            f"The first line of {path} (XERO_CAUSES) must name the columns {', '.join(COLUMNS)}; it lacks "
            f"{', '.join(lacking)}. A file looks like this:\n{EXAMPLE}"
        )
    found = [_cause_of_row(number, row) for number, row in enumerate(rows, start=2) if any(row.values())]
    if wrong := [one for one in found if isinstance(one, str)]:
        raise ConfigurationError(
            f"Wrong lines in {path} (XERO_CAUSES): {first_of(wrong)} A file looks like this:\n{EXAMPLE}"
        )
    return tuple(one for one in found if isinstance(one, GivenCause))


def accounts_of(connection: Connection, tenant_id: str, given: GivenCause) -> list[str]:
    """The ids of the accounts of an organisation that a line names."""
    wanted = {"tenant_id": tenant_id, "organisation": given.organisation, "account": given.account}
    return [row[0] for row in connection.execute(text(_MATCHING), wanted)]


def by_account(connection: Connection, tenant_id: str, given: Iterable[GivenCause]) -> Mapping[str, str]:
    """The named cause of every account of an organisation that has one; of two lines the later one counts."""
    return {account: one.cause for one in given for account in accounts_of(connection, tenant_id, one)}


def _cause_of_row(number: int, row: Mapping[str, str | Sequence[str] | None]) -> GivenCause | str:
    organisation, account, cause = (str(row.get(name) or "").strip() for name in COLUMNS)
    if not account:
        return f"line {number} names no account"
    if not cause or cause.upper() == UNKNOWN:
        return f"line {number} names no cause"
    if len(cause) > _LONGEST or not cause.isprintable():
        return (
            f"the cause in line {number} is longer than {_LONGEST} characters or has characters that cannot be printed"
        )
    return GivenCause(number, organisation, account, cause.upper())
