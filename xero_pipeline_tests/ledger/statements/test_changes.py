"""What changed against another column says nothing where a percentage would be nonsense, and no colour is needed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xero_pipeline.errors import ConfigurationError
from xero_pipeline.files.catalogue import account_id_of, read_statement
from xero_pipeline.files.statement_layouts import sheet_of
from xero_pipeline.files.statement_request import StatementRequest
from xero_pipeline.ledger.statements.changes import effect_of, share_of
from xero_pipeline_tests.ledger.statements.test_commands import FEBRUARY


@pytest.mark.parametrize(
    ("now", "base", "share"),
    [
        ("110", "100", "0.1"),
        ("50", "100", "-0.5"),
        ("-50", "100", "-1.5"),
        ("0", "100", "-1"),
        ("100", "0", None),
        ("100", "-50", None),
        ("-100", "-50", None),
        ("100000", "0.01", None),
        ("100", "100", "0"),
    ],
)
def test_a_percentage_is_only_of_an_amount_that_it_can_be_of(now, base, share):
    found = share_of(Decimal(now) - Decimal(base), Decimal(base))
    assert found == (None if share is None else Decimal(share))


@pytest.mark.parametrize(
    ("section", "name", "change", "effect"),
    [
        ("Income", "Sales", 1, "Favourable"),
        ("Plus Other Income", "Interest", -1, "Unfavourable"),
        ("Less Cost of Sales", "Total Cost of Sales", 1, "Unfavourable"),
        ("Less Operating Expenses", "Rent", -1, "Favourable"),
        ("", "Net Profit", -1, "Unfavourable"),
        ("", "Net Assets", 1, None),
        ("Bank", "Cheque Account", 1, None),
        ("Income", "Sales", 0, None),
    ],
)
def test_whether_a_change_is_good_for_the_profit_is_said_in_words(section, name, change, effect):
    assert effect_of(section, name, Decimal(change)) == effect


def test_the_line_of_currency_gains_names_the_accounts_it_is_made_of(here):
    for wanted in ("FXGROUPID", "foreign currency gains and losses"):
        with pytest.raises(ConfigurationError) as refused:
            account_id_of(here.connection, here.tenant_id, wanted)
        for account in ("497 Bank Revaluations", "498 Unrealised Currency Gains", "499 Realised Currency Gains"):
            assert account in refused.value.message


@pytest.mark.parametrize("name", ["profit-and-loss", "balance-sheet"])
def test_a_comparison_has_the_change_beside_it_on_every_screen_and_in_files(here, name):
    compare = ("prior-period", "year-to-date") if name == "profit-and-loss" else ("prior-period",)
    start = FEBRUARY[0] if name == "profit-and-loss" else None
    asked = StatementRequest(name, start, FEBRUARY[1], "accrual", compare)
    drawn = read_statement(here.connection, here.tenant_id, asked)
    heads = [column.head for column in sheet_of(drawn).columns]
    effects = ["Effect"] if name == "profit-and-loss" else []
    more = ["Year to date"] if name == "profit-and-loss" else []
    assert heads[2:] == ["Prior period", "Change", "%", *effects, *more]
    now = next(label for label in drawn.records[0] if label.startswith(("Feb 2028", "2028-02-29")))
    for record, row in zip(drawn.records, drawn.document["rows"], strict=True):
        assert record["Prior period: change"] == record[now] - record["Prior period"]
        (change,) = row["changes"]
        assert (change["since"], change["amount"]) == ("Prior period", record["Prior period: change"])
        share = record["Prior period: change %"]
        assert (share is None) == (record["Prior period"] <= 0 or change["share"] is None)
    (block,) = sheet_of(drawn).blocks
    assert all(len(row.cells) == len(heads) for row in block.rows)
