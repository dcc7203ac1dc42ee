"""Every figure ties out to the cent; what does not is found in its month, named, and made up for in the ledger."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from xero_pipeline.ledger.reconcile.tie_out import STATEMENTS
from xero_pipeline.ledger.statements.balance_sheet import balance_sheet
from xero_pipeline.ledger.statements.profit_and_loss import profit_and_loss
from xero_pipeline.ledger.statements.trial_balance import trial_balance
from xero_pipeline.metrics.trust import trusts
from xero_simulator.edits import documents
from xero_simulator.edits.hidden_postings import post_unseen

JANUARY = dt.date(2026, 1, 31)
FEBRUARY = dt.date(2026, 2, 28)


def test_every_figure_of_every_statement_ties_out(accountant):
    rows = accountant.warehouse.query(
        "select statement, count(*) as n, "
        "sum(case when cause = 'ROUNDING' and abs(difference) <= 0.05 then 0 else abs(difference) end) as off "
        "from ledger.tie_out group by statement"  # a cent that Xero leaves on a control account is named, and no more
    ).to_pylist()
    found = {row["statement"]: (row["n"] > 12, row["off"]) for row in rows}
    assert found == dict.fromkeys(STATEMENTS, (True, Decimal(0)))
    assert accountant.one("select count(*) as n from ledger.journals where source_type = 'UNEXPLAINED'")["n"] == 0


def test_everything_is_explained(accountant):
    rows = accountant.warehouse.query("select explained_share as share from ledger.coverage").to_pylist()
    assert len(rows) == 13
    assert {row["share"] for row in rows} == {Decimal(1)}


UNSEEN = [
    pytest.param({"477": 900, "814": -900}, {"477": "PAYROLL", "814": "PAYROLL"}, id="a pay run"),
    pytest.param({"416": 120, "711": -120}, {"416": "DEPRECIATION", "711": "DEPRECIATION"}, id="a depreciation run"),
    pytest.param({"416": 120, "710": -120}, {"710": "DEPRECIATION"}, id="a depreciation run on the asset itself"),
    pytest.param({"710": 9000, "090": -9000}, {"710": "UNKNOWN", "090": "UNKNOWN"}, id="a purchase of an asset"),
    pytest.param({"801": -60, "489": 60}, {"801": "EXPENSE CLAIMS", "489": "EXPENSE CLAIMS"}, id="an expense claim"),
    pytest.param({"840": -60, "900": 60}, {"840": "CONVERSION", "900": "UNKNOWN"}, id="a historical adjustment"),
    pytest.param({"489": 33, "805": -33}, {"489": "UNKNOWN", "805": "UNKNOWN"}, id="what nobody can guess"),
]


@pytest.mark.parametrize(("amounts", "causes"), UNSEEN)
def test_what_no_document_shows_is_posted_with_its_likely_cause(accountant, amounts, causes):
    exact = {
        code: Decimal(f"{amount}.01") if amount > 0 else -Decimal(f"{-amount}.01") for code, amount in amounts.items()
    }
    post_unseen(accountant.books, dt.date(2026, 1, 20), exact, "PAYSLIP")
    accountant.pull()
    accountant.keep()
    lines = accountant.warehouse.query(
        "select a.code, l.net_amount, l.cause, l.journal_date from ledger.journal_lines as l "
        "join xero.accounts as a on a.account_id = l.account_id where l.source_type = 'UNEXPLAINED'"
    ).to_pylist()
    assert {line["code"]: line["net_amount"] for line in lines} == exact
    assert {line["journal_date"] for line in lines} == {JANUARY}
    assert causes.items() <= {line["code"]: line["cause"] for line in lines}.items()
    # The month it arose in, and no other; our figure less Xero's is what is missing.
    off = accountant.off(statements=["trial_balance"])
    assert {(code, month): amount for _, code, month, amount, _ in off} == {
        (code, JANUARY): -amount for code, amount in exact.items()
    }


def test_balances_from_before_the_first_document_are_conversion_balances(accountant):
    before = {"090": Decimal("5000.00"), "840": Decimal("-5000.00")}
    post_unseen(accountant.books, dt.date(2025, 2, 1), before, "")
    accountant.pull()
    accountant.keep()
    off = accountant.off()
    assert {(code, month, cause) for _, code, month, _, cause in off} == {
        ("090", dt.date(2025, 2, 28), "CONVERSION"),
        ("840", dt.date(2025, 2, 28), "CONVERSION"),
    }
    assert _ledger_equals_trial_balance(accountant)


def test_the_ledger_always_says_what_the_trial_balance_says_over_the_end_of_a_year(accountant):
    # Unseen profit of the old year is on retained earnings in the new one, without being told again.
    for day in (dt.date(2025, 3, 10), dt.date(2025, 4, 10), dt.date(2026, 1, 5)):
        post_unseen(accountant.books, day, {"489": Decimal("10.55"), "860": Decimal("-10.55")}, "")
    accountant.pull()
    accountant.keep()
    assert _ledger_equals_trial_balance(accountant)
    months = {month for _, _, month, _, _ in accountant.off(statements=["trial_balance"])}
    assert months == {dt.date(2025, 3, 31), dt.date(2025, 4, 30), JANUARY}


def _ledger_equals_trial_balance(accountant):
    """At every month end and for every account, all lines together, unexplained ones included."""
    rows = accountant.warehouse.query(
        """
        with months as (select distinct period_start, period_end from xero.trial_balance),
        years as (select m.*, case when extract(month from m.period_end) >= 4
            then cast(date_trunc('year', m.period_end) + interval '3 months' as date)
            else cast(date_trunc('year', m.period_end) - interval '9 months' as date) end as year_start
            from months as m),
        ours as (
            select y.period_end, a.account_id, sum(l.net_amount) as balance from years as y
            join ledger.journal_lines as l on l.journal_date <= y.period_end
            join xero.accounts as a on a.account_id = l.account_id
            where a.class not in ('REVENUE', 'EXPENSE') or l.journal_date >= y.year_start group by 1, 2
            union all
            select y.period_end, r.account_id, sum(l.net_amount) from years as y
            join ledger.journal_lines as l on l.journal_date < y.year_start
            join xero.accounts as a on a.account_id = l.account_id and a.class in ('REVENUE', 'EXPENSE')
            join xero.accounts as r on r.system_account = 'RETAINEDEARNINGS' group by 1, 2),
        theirs as (select period_end, account_id, ytd_debit - ytd_credit as balance from xero.trial_balance
            where line_type = 'account')
        select coalesce(o.account_id, t.account_id) as account_id from
            (select period_end, account_id, sum(balance) as balance from ours group by 1, 2) as o
        full join theirs as t on t.period_end = o.period_end and t.account_id = o.account_id
        where coalesce(o.balance, 0) <> coalesce(t.balance, 0)
        """
    )
    return rows.num_rows == 0


def test_a_missing_payment_is_found_and_its_invoice_named(accountant):
    payment = accountant.one(
        "select p.payment_id, p.invoice_id, p.amount from xero.payments as p join xero.invoices as i "
        "on i.invoice_id = p.invoice_id where p.status = 'AUTHORISED' and i.type = 'ACCREC' "
        "and i.currency_code = 'NZD' and p.date between date '2026-01-01' and date '2026-01-31' "
        "order by p.amount desc limit 1"
    )
    accountant.change(f"delete from xero.payments where payment_id = '{payment['payment_id']}'")
    accountant.keep()
    off = accountant.off()
    assert ("trial_balance", "610", JANUARY, payment["amount"], "UNKNOWN") in off
    assert {month for _, _, month, _, _ in off} == {JANUARY}
    assert accountant.behind("trial_balance", "610")[0][0] == payment["invoice_id"]
    assert _ledger_equals_trial_balance(accountant)


def test_a_line_on_another_account_is_found_and_its_document_named(accountant):
    line = accountant.one(
        "select l.line_item_id, l.invoice_id from xero.invoice_line_items as l join xero.invoices as i "
        "on i.invoice_id = l.invoice_id where i.status in ('AUTHORISED', 'PAID') and i.type = 'ACCPAY' "
        "and l.line_amount > 10 and i.date between date '2026-01-01' and date '2026-01-31' order by 1 limit 1"
    )
    accountant.change(
        "update xero.invoice_line_items set account_id = (select account_id from xero.accounts where code = '429') "
        f"where line_item_id = '{line['line_item_id']}'"
    )
    accountant.keep()
    assert accountant.behind("profit_and_loss", "429")[0][0] == line["invoice_id"]


def test_a_changed_amount_is_found_and_its_document_named(accountant):
    line = accountant.one(
        "select l.line_item_id, l.invoice_id from xero.invoice_line_items as l join xero.invoices as i "
        "on i.invoice_id = l.invoice_id where i.status = 'AUTHORISED' and i.amount_paid = 0 and i.type = 'ACCREC' "
        "and i.currency_code = 'NZD' order by i.date, 1 limit 1"  # nothing else of it posts
    )
    accountant.change(
        "update xero.invoice_line_items set line_amount = line_amount + 7 "
        f"where line_item_id = '{line['line_item_id']}'"
    )
    accountant.keep()
    document, why = accountant.behind("trial_balance", "610")[0]
    assert document == line["invoice_id"]
    assert why == "cannot post: its lines and tax do not add up to its total: 7.00 is left over"


def test_a_month_whose_report_is_older_than_its_documents_waits(accountant):
    documents.add_invoice(accountant.books, accountant.now(), day=dt.date(2026, 1, 7))
    accountant.read()
    accountant.keep()
    assert accountant.off() == []
    waiting = accountant.one("select count(*) as n from ledger.tie_out where difference <> 0 and is_stale")
    assert waiting["n"] > 0
    accountant.pull()
    accountant.keep()
    assert accountant.off() == []
    assert accountant.one("select count(*) as n from ledger.tie_out where is_stale")["n"] == 0


def test_a_month_that_was_never_pulled_is_bridged(accountant):
    post_unseen(accountant.books, dt.date(2026, 1, 20), {"477": Decimal("12.34"), "814": Decimal("-12.34")}, "")
    accountant.pull()
    accountant.change("delete from xero.report_pulls where period_start = date '2026-01-01'")
    for report in ("trial_balance", "profit_and_loss", "balance_sheet", "bank_summary"):
        accountant.change(f"delete from xero.{report} where period_start = date '2026-01-01'")
    accountant.keep()
    off = accountant.off(statements=["trial_balance"])
    assert {(code, month) for _, code, month, _, _ in off} == {("477", FEBRUARY), ("814", FEBRUARY)}


def test_currency_gains_that_xero_puts_together_are_compared_together(accountant):
    grouped = accountant.warehouse.query(
        "select * from ledger.tie_out where account_id = 'FXGROUPID' and statement = 'profit_and_loss'"
    )
    assert grouped.num_rows > 0


def test_without_a_trial_balance_nothing_is_made_up(accountant):
    accountant.change("delete from xero.report_pulls where report = 'trial_balance'")
    accountant.keep()
    assert accountant.one("select count(*) as n from ledger.journals where source_type = 'UNEXPLAINED'")["n"] == 0
    assert accountant.one("select count(*) as n from ledger.tie_out where statement = 'trial_balance'")["n"] == 0
    # Unrealised gains are known from the trial balance alone.
    assert {(statement, name) for statement, name, *_ in accountant.off()} == {("profit_and_loss", "Foreign")}
    assert accountant.one("select count(*) as n from ledger.revaluations")["n"] == 0


def by_month(accountant, table):
    """The accounts and amounts of February in a table of statements by month."""
    amount, place = ("balance", "account_id") if "trial" in table else ("amount", "position")
    rows = accountant.warehouse.query(
        f"select account_id, {amount} as amount from ledger.{table} where period_end = '{FEBRUARY}' order by {place}"
    ).to_pylist()
    return [(row["account_id"], row["amount"]) for row in rows]


def test_reports_on_cash_basis_tie_out_where_they_are_pulled_and_else_name_the_basis(accountant):
    on_cash_basis = ("trial_balance_cash", "profit_and_loss_cash", "balance_sheet_cash")
    compared = "select statement, count(*) as n from ledger.tie_out where statement like '%_cash' group by statement"
    assert accountant.warehouse.query(compared).num_rows == 0
    assert [len(by_month(accountant, name)) for name in on_cash_basis] == [0, 0, 0]
    accountant.pull(*on_cash_basis)
    post_unseen(accountant.books, dt.date(2026, 1, 20), {"477": Decimal(900), "814": Decimal(-900)}, "PAYSLIP")
    accountant.pull("trial_balance", *on_cash_basis)
    accountant.keep()
    counts = {row["statement"]: row["n"] for row in accountant.warehouse.query(compared).to_pylist()}
    assert all(counts[statement] > 40 for statement in on_cash_basis)
    assert accountant.off(statements=on_cash_basis) == []
    with accountant.warehouse.reading() as connection:
        tenant_id = accountant.tenant_id
        assert sorted(by_month(accountant, "trial_balance_cash")) == sorted(
            (one.account_id, one.balance) for one in trial_balance(connection, tenant_id, FEBRUARY, basis="cash")
        )
        assert by_month(accountant, "profit_and_loss_cash") == [
            (one.account_id, one.amount)
            for one in profit_and_loss(connection, tenant_id, FEBRUARY.replace(day=1), FEBRUARY, basis="cash")
        ]
        assert by_month(accountant, "balance_sheet_cash") == [
            (one.account_id, one.amount) for one in balance_sheet(connection, tenant_id, FEBRUARY, basis="cash")
        ]
    # A payment that Xero counts in another month on cash basis alone.
    accountant.change(
        "UPDATE xero.trial_balance SET ytd_debit = ytd_debit + 7 WHERE basis = 'cash' AND period_end = '2026-02-28' "
        "AND account_id = (SELECT account_id FROM xero.accounts WHERE code = '090')"
    )
    accountant.change(
        "UPDATE xero.balance_sheet SET amount = amount + 7 WHERE basis = 'cash' AND period_end = '2026-02-28' "
        "AND account_id = (SELECT account_id FROM xero.accounts WHERE code = '090')"
    )
    accountant.keep()
    march = dt.date(2026, 3, 31)
    balances = [
        ("trial_balance_cash", "090", FEBRUARY, Decimal(-7), "CASH BASIS"),
        ("trial_balance_cash", "090", march, Decimal(7), "CASH BASIS"),
    ]
    assert sorted(accountant.off(statements=["trial_balance_cash"])) == balances
    assert sorted(accountant.off(statements=on_cash_basis, once=True)) == balances
    accountant.change(
        "UPDATE xero.profit_and_loss SET amount = amount + 5 WHERE basis = 'cash' AND period_end = '2026-02-28' "
        "AND account_id = (SELECT account_id FROM xero.accounts WHERE code = '200')"
    )
    accountant.keep()
    assert ("profit_and_loss_cash", "200", FEBRUARY, Decimal(-5), "CASH BASIS") in accountant.off(
        statements=on_cash_basis, once=True
    )


def test_reports_on_cash_basis_wait_for_the_trial_balance_that_tells_what_no_document_shows(accountant):
    accountant.change("delete from xero.report_pulls where report = 'trial_balance' and basis = 'accrual'")
    accountant.pull("profit_and_loss_cash")
    accountant.keep()
    of_cash_basis = "select count(*) as n from ledger.tie_out where statement like '%_cash'"
    assert accountant.one(of_cash_basis)["n"] == 0


def test_a_difference_says_since_when_until_it_is_gone(accountant):
    def differing():
        return accountant.one(
            "select min(differs_since) as since, max(differs_since) as until, count(differs_since) as n "
            "from ledger.tie_out where cause <> 'ROUNDING'"
        )

    post_unseen(accountant.books, dt.date(2026, 1, 20), {"489": Decimal("10.55"), "860": Decimal("-10.55")}, "")
    accountant.pull()
    accountant.keep()
    first, at = differing(), accountant.now()
    assert (first["since"], first["until"], first["n"] > 1) == (at, at, True)
    # Another difference does not make the first one younger.
    post_unseen(accountant.books, dt.date(2026, 2, 20), {"489": Decimal("7.55"), "860": Decimal("-7.55")}, "")
    accountant.pull()
    accountant.keep()
    second = differing()
    assert (second["since"], second["until"], second["n"] > first["n"]) == (at, accountant.now(), True)
    stands = trusts_of(accountant)
    assert (stands.unexplained_since, stands.unexplained_from) == (at, dt.date(2026, 1, 1))
    for day, amount in ((dt.date(2026, 1, 20), "-10.55"), (dt.date(2026, 2, 20), "-7.55")):
        post_unseen(accountant.books, day, {"489": Decimal(amount), "860": -Decimal(amount)}, "")
    accountant.pull()
    accountant.keep()
    assert differing()["n"] == 0
    assert trusts_of(accountant).unexplained_since is None


def trusts_of(accountant):
    with accountant.warehouse.reading() as connection:
        return trusts(connection, [accountant.tenant_id])[accountant.tenant_id].tie_out
