"""Which account of the group each account of an organisation is.

By the group file, else by Xero's reporting code, else by its own code and name. Accounts of two organisations are one
line of the consolidated statements where that is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.eliminations import EXCHANGE, OPENING
from xero_pipeline.ledger.consolidation.members import RESULTS, RETAINED, GroupAccount, retained_of
from xero_pipeline.ledger.consolidation.rows import RESERVE_NAME, TRANSLATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xero_pipeline.ledger.consolidation.group_file import GroupFile, GroupJournalLine
    from xero_pipeline.ledger.consolidation.members import GroupMember
    from xero_pipeline.ledger.consolidation.rows import Row

MINORITY = "MINORITY"
"""Stands for the account of what others own of subsidiaries."""
MINORITY_EARNINGS = "MINORITY_EARNINGS"
"""Stands for the part of the year's earnings that is theirs, until it is in retained earnings."""
MINORITY_EARNINGS_NAME = "Current Year Earnings of non-controlling interests"
FILE, REPORTING_CODE, OWN, OURS = "group file", "reporting code", "code and name", "xero_pipeline"
_OURS = (
    GroupAccount(TRANSLATION, None, RESERVE_NAME, "EQUITY", "EQUITY", None),
    GroupAccount(EXCHANGE, None, "Intercompany exchange differences", "EXPENSE", "EXPENSE", None),
    GroupAccount(MINORITY, None, "Non-controlling interests", "EQUITY", "EQUITY", None),
    GroupAccount(MINORITY_EARNINGS, None, MINORITY_EARNINGS_NAME, "EQUITY", "EQUITY", None),
)
_NAME, _CODE = "account", "reporting code"
_NO_CLASS = "ASSET"
"""Where the balance sheet shows an account that accounts does not know."""


@dataclass(frozen=True, slots=True)
class ConsolidatedAccount:
    """An account of the group."""

    code: str | None
    name: str
    class_: str
    type: str | None

    @property
    def row(self) -> Row:
        """Its columns in the tables of the group."""
        return {
            "group_account_id": f"{self.class_}/{self.code or ''}/{self.name}",
            "group_account_code": self.code,
            "group_account_name": self.name,
            "group_account_class": self.class_,
            "group_account_type": self.type,
        }


class AccountMapping:
    """The accounts of the group, as they become known with those of one organisation after the other.

    Args:
        file: What a person says.
        tenants: Tenant ids by what the file calls organisations.
    """

    def __init__(self, file: GroupFile, tenants: Mapping[str, str]) -> None:
        self._known: dict[tuple[str, str], ConsolidatedAccount] = {}
        self._declared = {
            one.code: ConsolidatedAccount(one.code, one.name, one.class_, one.type) for one in file.accounts
        }
        self._in_file: dict[tuple[str | None, str, str], ConsolidatedAccount] = {}
        for entry in file.accounts:
            for source in entry.sources:
                whose = None if source.organisation is None else tenants[source.organisation]
                kind, name = (_NAME, source.account) if source.account else (_CODE, source.reporting_code)
                self._in_file[whose, kind, (name or "").casefold()] = self._declared[entry.code]

    def rows(self, organisation: GroupMember, chart: Mapping[str, GroupAccount]) -> Iterator[Row]:
        """The rows of an organisation in `group_accounts`.

        Args:
            chart: Its accounts by id.

        Raises:
            ConfigurationError: The file puts income or expenses on the balance sheet, or the other way round.
        """
        retained = retained_of(chart)
        for account in {**chart, retained.account_id: retained}.values():
            yield self._row(organisation, account, account.account_id)
        yield self._row(organisation, retained, OPENING)
        for account in _OURS:
            yield self._row(organisation, account, account.account_id, ours=True)

    def of_line(self, line: GroupJournalLine, journal: str) -> ConsolidatedAccount:
        """The account that a line of a group journal names; those of all organisations are known by then.

        Raises:
            ConfigurationError: There is none, or not only one.
        """
        every = {**dict.fromkeys(self._declared.values()), **dict.fromkeys(self._known.values())}
        for name in ("code", "name"):
            found = [one for one in every if (getattr(one, name) or "").casefold() == line.account.casefold()]
            if len(found) == 1:
                return found[0]
            if found:
                break
        why = "several accounts of the group are called so" if found else "no account of the group is called so"
        raise ConfigurationError(
            f"Journal {journal} of the group file (XERO_GROUP_FILE) names the account “{line.account}”, but {why}: "
            "name one of group_account_code or group_account_name in ledger.group_accounts."
        )

    def _row(self, organisation: GroupMember, account: GroupAccount, account_id: str, *, ours: bool = False) -> Row:
        name = account.name or account.account_id
        found = None if account_id == MINORITY_EARNINGS else self._of_file(organisation.tenant_id, account)
        if found:
            mapped_by = FILE
            if (found.class_ in RESULTS) != account.is_result:
                raise ConfigurationError(
                    f"The group file (XERO_GROUP_FILE) makes {name} of {organisation.name}, which is "
                    f"{account.class_ or 'of no class'}, part of {found.code} {found.name}, which is {found.class_}: "
                    "income and expenses cannot become part of the balance sheet, nor the other way round."
                )
        elif code := account.reporting_code:
            mapped_by = REPORTING_CODE
            found = self._first(code, ConsolidatedAccount(code, account.reporting_code_name or name, *_kind(account)))
        else:
            mapped_by = OURS if ours else OWN
            found = self._first(f"{account.code} {name}", ConsolidatedAccount(account.code, name, *_kind(account)))
        return {
            "tenant_id": organisation.tenant_id,
            "account_id": account_id,
            "organisation": organisation.name,
            "account_code": account.code,
            "account_name": account.name,
            "is_retained": account.system_account == RETAINED,
            "mapped_by": mapped_by,
            **found.row,
        }

    def _first(self, key: str, account: ConsolidatedAccount) -> ConsolidatedAccount:
        """The account of that key and class, which is called as the first organisation calls it."""
        return self._known.setdefault((key, account.class_), account)

    def _of_file(self, tenant_id: str, account: GroupAccount) -> ConsolidatedAccount | None:
        """What the file says: of one organisation before all, of an account before a reporting code."""
        names = [(_NAME, name) for name in (account.account_id, account.code, account.name)]
        asked = [(kind, name.casefold()) for kind, name in (*names, (_CODE, account.reporting_code)) if name]
        keys = [(whose, *one) for whose in (tenant_id, None) for one in asked]
        return next((self._in_file[key] for key in keys if key in self._in_file), None)


def _kind(account: GroupAccount) -> tuple[str, str | None]:
    return account.class_ or _NO_CLASS, account.type


def journal_rows(file: GroupFile, mapping: AccountMapping, currency: str) -> Iterable[Row]:
    """The rows of `group_journals`.

    Raises:
        ConfigurationError: A line names an account that is none.
    """
    for journal in file.journals:
        for place, line in enumerate(journal.lines, start=1):
            yield {
                "number": journal.number,
                "line_number": place,
                "journal_date": journal.date,
                "description": journal.description,
                "currency_code": currency,
                "amount": line.amount,
                **mapping.of_line(line, journal.number).row,
            }
