"""Which accounts a request is about, and who may see those of banks."""

from __future__ import annotations

from collections.abc import Sequence

from xero_simulator.account_data.parameters import Asked, forbidden, unknown
from xero_simulator.company import Company
from xero_simulator.workbench import Record

_EVERY_CLASS = 5


def chosen_accounts(company: Company, asked: Asked, most_ids: int, *, silent: bool) -> Sequence[Record]:
    """The accounts that fit all filters; no bank account, where who connected may not see them.

    Args:
        most_ids: As many `accountIds` may be given.
        silent: Bank accounts are left out even if nothing is filtered, instead of refusing that.

    Raises:
        Refused: 400, 403 without a body, or 404.
    """
    ids, types = asked.listed("accountIds", most_ids), asked.listed("type")
    codes, classes = asked.listed("systemAccountCodes"), asked.classes
    known = {row["AccountID"]: row for row in company.records("Accounts")}
    if missing := [one for one in ids if one.lower() not in known]:
        raise unknown(f"{len(missing)} of the specified account IDs could not be found.")
    wanted = [
        row
        for row in known.values()
        if (not ids or row["AccountID"] in {one.lower() for one in ids})
        and (not types or row["Type"] in types)
        and (not codes or _system_code(row) in codes)
        and (not classes or row["Class"] in classes)
    ]
    if company.bench.habits.sees_bank_details:
        return wanted
    named = "BANK" in types or any(known[one.lower()]["Type"] == "BANK" for one in ids)
    everything = not (ids or types or codes) and len(classes) in {0, _EVERY_CLASS}
    if named or (everything and not silent):
        raise forbidden()
    return [row for row in wanted if row["Type"] != "BANK"]


def account_of(row: Record) -> Record:
    """An account as it stands beside its amounts."""
    return {
        "code": row.get("Code"),
        "name": row["Name"],
        "class": row["Class"],
        "type": row["Type"],
        "status": row["Status"],
        "systemAccountCode": _system_code(row),
    }


def _system_code(row: Record) -> str:
    return row.get("SystemAccount") or "NONE"
