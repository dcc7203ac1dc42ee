"""The file that says what the group is: what it may say, what is told of mistakes, and which account is which."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.ledger.consolidation.composition import composition
from xero_pipeline.ledger.consolidation.group_accounts import AccountMapping, journal_rows
from xero_pipeline.ledger.consolidation.group_file import GroupFile, read_group_file
from xero_pipeline.ledger.consolidation.members import GroupAccount, GroupMember
from xero_pipeline_tests.ledger.several import DOCS, change, rows

SALES = """
[[accounts]]
code = "4000"
name = "Sales"
class = "REVENUE"
"""
JOURNAL = """
[[journals]]
number = "1"
date = 2026-03-31
description = "Goodwill"
lines = [{ account = "4000", amount = 0.10 }, { account = "4000", amount = "-0.10" }]
"""
FIRST, SECOND = (
    GroupMember(one, one.title(), "NZD", 31, 3, dt.date(2026, 1, 1), None, dt.date(2026, 5, 1)) for one in ("a", "b")
)


def written(folder, text):
    file = folder / "group.toml"
    file.write_text(text)
    return file


def account(code, name, class_="REVENUE", reporting_code=None, system=None):
    return GroupAccount(
        code, code, name, class_, None, system, reporting_code, reporting_code and f"All {reporting_code}"
    )


def mapped(mapping, member, *accounts):
    """By account id what each is in the group, and what says so."""
    found = mapping.rows(member, {one.account_id: one for one in accounts})
    return {
        row["account_id"]: (row["group_account_code"], row["group_account_name"], row["mapped_by"]) for row in found
    }


def test_amounts_and_ownership_are_read_exactly(tmp_path):
    member = '[[members]]\norganisation = "Kowhai"\nownership = 33.3333\n'
    file = read_group_file(written(tmp_path, member + SALES + JOURNAL))
    assert file.members[0].ownership == Decimal("33.3333")
    assert [line.amount for line in file.journals[0].lines] == [Decimal("0.10"), Decimal("-0.10")]
    assert read_group_file(None) == GroupFile()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("parent = ", "is not valid TOML: "),
        ('owner = "x"', "owner: Extra inputs are not permitted"),
        ('[[members]]\norganisation = "x"\nownership = 101', "members 1, ownership: must be at most 100"),
        ("[[members]]\nownership = 10", "members 1, organisation: Field required"),
        (SALES.replace("REVENUE", "INCOME"), "accounts 1, class: Input should be"),
        (SALES + "from = [{ }]", "accounts 1, from 1: must name either account or reporting_code"),
        (SALES + SALES, "it has the account 4000 twice"),
        (JOURNAL + JOURNAL, "it has the journal 1 twice"),
        (JOURNAL.replace("-0.10", "-0.11"), "journals 1: does not balance: its lines sum to -0.01, not to 0"),
        (JOURNAL.replace("0.10", "0.101"), "journals 1, lines 1, amount: Decimal input should have no more than 2"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(ConfigurationError, match="XERO_GROUP_FILE") as found:
        read_group_file(written(tmp_path, text))
    assert told in str(found.value)


def test_the_file_on_the_page_is_right(tmp_path):
    (printed,) = re.findall(r"```toml\n(.*?)```", (DOCS / "group.md").read_text(), re.DOTALL)
    file = read_group_file(written(tmp_path, printed))
    assert (len(file.members), len(file.accounts), len(file.journals)) == (1, 3, 1)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_group_file(tmp_path / "none.toml")


def test_the_file_comes_before_the_reporting_code_and_that_before_code_and_name(tmp_path):
    sources = 'from = [{ account = "200" }, { organisation = "B", account = "Trade" }, { reporting_code = "REV.TRA" }]'
    mapping = AccountMapping(read_group_file(written(tmp_path, SALES + sources)), {"B": "b"})
    ours = ("4000", "Sales", "group file")
    assert mapped(
        mapping, FIRST, account("200", "Shop", reporting_code="REV"), account("210", "Trade"),
        account("220", "Online", reporting_code="REV.TRA"), account("230", "Other", reporting_code="REV.OTH"),
    ).items() >= {
        "200": ours, "220": ours,
        "210": ("210", "Trade", "code and name"), "230": ("REV.OTH", "All REV.OTH", "reporting code"),
    }.items()  # fmt: skip
    second = mapped(mapping, SECOND, account("7", "Trade"), account("210", "Trade"), account("210-1", "Trading"))
    assert (second["7"], second["210"]) == (ours, ours)
    assert second["210-1"] == ("210-1", "Trading", "code and name")


def test_accounts_of_two_organisations_are_one_where_code_and_name_are_the_same():
    mapping = AccountMapping(GroupFile(), {})
    rows = [row for one in (FIRST, SECOND) for row in mapping.rows(one, {"200": account("200", "Sales")})]
    assert len({row["group_account_id"] for row in rows if row["account_id"] == "200"}) == 1


def test_income_cannot_become_part_of_the_balance_sheet(tmp_path):
    file = read_group_file(written(tmp_path, SALES + 'from = [{ account = "610" }]'))
    with pytest.raises(ConfigurationError, match="makes Debtors of A, which is ASSET, part of 4000 Sales"):
        mapped(AccountMapping(file, {}), FIRST, account("610", "Debtors", "ASSET"))


def test_a_journal_names_accounts_of_the_group_by_code_or_name(tmp_path):
    text = SALES + JOURNAL.replace('"4000", amount = 0.10', '"shares", amount = 0.10')
    file = read_group_file(written(tmp_path, text))
    mapping = AccountMapping(file, {})
    mapped(mapping, FIRST, account("970", "Shares", "EQUITY"))
    assert [row["group_account_code"] for row in journal_rows(file, mapping, "NZD")] == ["970", "4000"]
    with pytest.raises(ConfigurationError, match="Journal 1 .* names the account “shares”, but no account"):
        list(journal_rows(file, AccountMapping(file, {}), "NZD"))


def test_members_are_named_as_people_name_them_and_who_has_no_ledger_is_told(filled_once, several):
    names = {one.base_currency: one for one in several_members(filled_once)}
    file = GroupFile.model_validate({
        "parent": names["NZD"].tenant_id,
        "members": [
            {"organisation": names["GBP"].name.upper(), "ownership": 80},
            {"organisation": "Nobody Ltd"},
        ],
    })  # fmt: skip
    with filled_once.reading() as connection:
        found = composition(connection, file)
        everybody = composition(connection, GroupFile())
    assert {one.base_currency for one in found.members} == {"NZD", "GBP"}
    assert (found.minorities, found.absent) == ({names["GBP"].tenant_id: 20}, ["Nobody Ltd"])
    assert found.leading.base_currency == "NZD"
    assert (len(everybody.members), everybody.minorities) == (3, {})


def several_members(warehouse):
    with warehouse.reading() as connection:
        return composition(connection, GroupFile()).members


def test_two_organisations_of_one_name_have_to_be_named_by_tenant_id(filled):
    change(filled, "UPDATE xero.organisations SET name = 'Kowhai' WHERE base_currency <> 'AUD'")
    assert len(set(rows(filled, "SELECT tenant_id FROM xero.organisations WHERE name = 'Kowhai'"))) == 2
    file = GroupFile.model_validate({"parent": "Kowhai"})
    with filled.reading() as connection, pytest.raises(ConfigurationError, match="several organisations are called so"):
        composition(connection, file)
