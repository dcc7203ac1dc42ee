"""Each ready query runs on both databases, says the same on both, and says what Xero's own reports say, to the cent."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest

from xero_pipeline import clock
from xero_pipeline.errors import ConfigurationError, QueryRefused
from xero_pipeline.queries import reference
from xero_pipeline.queries.catalogue import asking_ready, days_asked, names, ready_query
from xero_pipeline.queries.execution import asking
from xero_pipeline.queries.ledger_note import remarks
from xero_pipeline.warehouse.store import Warehouse

pytestmark = pytest.mark.slow

FAR = {"since": "2000-01", "until": "2099-12"}


def ask(books, name, **told):
    with asking_ready(books, ready_query(name), told) as answer:
        return [row for table in answer.batches for row in table.to_pylist()]


def query(books, sql, **params):
    with asking(books, sql, params) as answer:
        return [tuple(row.values()) for table in answer.batches for row in table.to_pylist()]


@pytest.fixture(scope="session")
def last_day(on_duckdb):
    """The end of the last month that is over: Xero's reports of it are whole."""
    ends = query(on_duckdb, "select distinct period_end from xero.trial_balance order by period_end")
    return ends[-2][0]


def told(name, day):
    """What makes an answer the same whenever it is asked."""
    values = {"day": day, "month": day, "since": dt.date(2000, 1, 1), "until": day}
    return {one.name: values[one.name] for one in ready_query(name).parameters if one.name in values}


@pytest.mark.parametrize("name", names())
def test_it_says_the_same_on_both_databases(on_duckdb, on_postgresql, last_day, name):
    first, second = (ask(books, name, **told(name, last_day)) for books in (on_duckdb, on_postgresql))
    assert first == second
    assert first or name == "closed_months"


@pytest.mark.parametrize("name", names())
def test_it_needs_to_be_told_nothing(books, name):
    ask(books, name)


@pytest.mark.parametrize("name", names())
def test_its_file_says_what_it_answers_and_names_its_parameters(name):
    one = ready_query(name)
    with_values = one.values({}, dt.date(2026, 11, 20))
    assert set(with_values) == {parameter.name for parameter in one.parameters}
    assert one.title and one.answers.endswith(".")
    assert f"## {name}\n\n{one.answers}" in reference.markdown()


@pytest.mark.parametrize("name", names())
def test_the_columns_it_sums_up_are_there(on_duckdb, name):
    with asking_ready(on_duckdb, ready_query(name), {}) as answer:
        assert set(ready_query(name).totals) <= set(answer.names)
        assert answer.names[:2] == ("organisation", "base_currency")


def test_profit_is_xeros_own(on_duckdb):
    xeros = query(on_duckdb, "select period_start, amount from xero.profit_and_loss where account_name = 'Net Profit'")
    assert {row["month"]: row["profit"] for row in ask(on_duckdb, "profit_by_month", **FAR)} == dict(xeros)


def test_the_profit_and_loss_of_a_month_is_xeros_own_line_by_line(on_duckdb, last_day):
    xeros = query(
        on_duckdb,
        "select section, account_name, amount from xero.profit_and_loss where period_end = :day order by position",
        day=last_day,
    )
    lines = [(r["section"], r["line"], r["amount"]) for r in ask(on_duckdb, "profit_and_loss", month=last_day)]
    assert [line for line in lines if line[2] is not None] == xeros


BALANCE = """
select t.ytd_debit - t.ytd_credit from xero.trial_balance as t
join xero.accounts as a on a.tenant_id = t.tenant_id and a.account_id = t.account_id
where a.system_account = :account and t.period_end = :day
"""


GAINS = """
select r.unrealised_gain from ledger.revaluations as r join xero.accounts as a on a.account_id = r.account_id
where a.system_account = :account and r.period_end = :day and r.is_proven
"""


def test_aged_receivables_are_the_balance_of_the_account(on_duckdb, last_day):
    rows = ask(on_duckdb, "aged_receivables", day=last_day)
    ((balance,),) = query(on_duckdb, BALANCE, account="DEBTORS", day=last_day)
    # Documents are at their own rates, the account is at the rate of the day.
    balance -= sum(amount for (amount,) in query(on_duckdb, GAINS, account="DEBTORS", day=last_day))
    # Xero rounds each part of a foreign document alone, and leaves a cent of it on the control account for good.
    assert abs(sum(row["owed"] for row in rows) - balance) <= Decimal("0.05")
    assert all(row["owed"] == row["unpaid"] - row["credit"] for row in rows)
    ages = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_91_to_120", "older")
    assert all(sum(row[age] for age in ages) == row["owed"] for row in rows)


@pytest.mark.parametrize(("name", "contact"), [("receivables", "customer"), ("payables", "supplier")])
def test_what_is_open_now_is_what_the_documents_say_is_due(on_duckdb, name, contact):
    kind = {"receivables": "ACCREC", "payables": "ACCPAY"}[name]
    rows = ask(on_duckdb, name)
    due = query(
        on_duckdb,
        "select amount_due, currency_rate from xero.invoices where type = :kind and status = 'AUTHORISED'",
        kind=kind,
    )
    cents = Decimal("0.01")
    assert sum(row["unpaid"] for row in rows) == sum(
        (amount / rate).quantize(cents, "ROUND_HALF_UP") for amount, rate in due
    )
    assert len({row[contact] for row in rows}) == len(rows)


def test_overdue_documents_are_those_that_receivables_counts(on_duckdb, last_day):
    overdue = ask(on_duckdb, "overdue", day=last_day)
    assert sum(row["due_in_base_currency"] for row in overdue) == sum(
        row["overdue"] for row in ask(on_duckdb, "receivables", day=last_day)
    )
    assert min(row["days_overdue"] for row in overdue) >= 1


MOVED = """
select t.period_start, t.credit - t.debit from xero.trial_balance as t
join xero.accounts as a on a.tenant_id = t.tenant_id and a.account_id = t.account_id where a.system_account = 'GST'
"""
PAID = """
select date_trunc('month', j.journal_date), sum(l.net_amount) from ledger.journals as j
join ledger.journal_lines as l on l.tenant_id = j.tenant_id and l.journal_id = j.journal_id
join xero.accounts as a on a.tenant_id = l.tenant_id and a.account_id = l.account_id
where a.system_account = 'GST' and l.role <> 'tax' group by 1
"""


def test_tax_by_month_is_what_moved_the_account_but_for_what_was_paid_to_the_tax_office(on_duckdb):
    moved = dict(query(on_duckdb, MOVED))
    paid = {at.date() if isinstance(at, dt.datetime) else at: amount for at, amount in query(on_duckdb, PAID)}
    ours = {row["month"]: row["to_pay"] - paid.get(row["month"], 0) for row in ask(on_duckdb, "tax_by_month", **FAR)}
    assert ours == moved


def test_sales_by_month_and_by_customer_add_up_to_the_same(on_duckdb):
    months = ask(on_duckdb, "sales_by_month", **FAR)
    customers = ask(on_duckdb, "top_customers", **FAR, top=1000)
    assert sum(row["sales"] for row in months) == sum(row["sales"] for row in customers)
    assert [row["place"] for row in customers] == list(range(1, len(customers) + 1))
    assert len(ask(on_duckdb, "top_customers", **FAR, top=3)) == 3


@pytest.mark.parametrize(
    ("name", "amount", "percent"),
    [("top_customers", "sales", "percent_of_all_sales"), ("biggest_expenses", "spent", "percent_of_all_expenses")],
)
def test_a_share_says_its_two_decimals(on_duckdb, name, amount, percent):
    rows = ask(on_duckdb, name, **FAR, top=1000)
    everything = sum(row[amount] for row in rows)
    exact = [(100 * row[amount] / everything).quantize(Decimal("0.01"), ROUND_HALF_UP) for row in rows]
    assert [row[percent] for row in rows] == exact
    assert any(share != share.quantize(Decimal("0.1")) for share in exact)


def test_cash_of_a_month_that_was_not_pulled_is_that_of_the_last_one_that_was(on_duckdb):
    assert ask(on_duckdb, "cash", month="2099-12") == ask(on_duckdb, "cash")


def test_an_organisation_is_chosen_by_name_or_id_and_an_unknown_one_is_an_error(on_duckdb):
    ((tenant_id, name),) = query(on_duckdb, "select tenant_id, name from xero.organisations")
    everything = ask(on_duckdb, "receivables")
    assert ask(on_duckdb, "receivables", organisation=name.upper()) == everything
    assert ask(on_duckdb, "receivables", organisation=tenant_id) == everything
    with pytest.raises(QueryRefused, match=f"no organisation “Nobody”.*{name}"):
        ask(on_duckdb, "receivables", organisation="Nobody")


def test_a_name_or_a_parameter_that_is_none_is_refused_with_a_hint():
    with pytest.raises(QueryRefused, match="Did you mean overdue"):
        ready_query("overdu")
    with pytest.raises(QueryRefused, match="has no parameter dya. It has: day, organisation"):
        ready_query("overdue").values({"dya": "2026-01-01"})


def test_without_a_ledger_what_reads_it_is_refused_and_what_reads_the_documents_says_so(duckdb_url):
    books = Warehouse(duckdb_url)
    with books.writing() as connection:
        connection.exec_driver_sql(
            "insert into xero.organisations (tenant_id, organisation_id, name) values ('t', 'o', 'O')"
        )
    with pytest.raises(ConfigurationError, match="profit_by_month reads the ledger, which was not kept yet. Run"):
        ask(books, "profit_by_month")
    with books.writing() as connection:
        connection.exec_driver_sql(
            f"insert into xero.api_calls (tenant_id, call_id, called_at) values ('t', '1', '{clock.now()}')"
        )
    with pytest.raises(ConfigurationError, match="A sync is under way: Xero was last asked at"):
        ask(books, "profit_by_month")
    assert ask(books, "receivables") == []
    (remark,) = remarks(books, ready_query("receivables").text, ["t"])
    assert remark.startswith("The ledger was not kept yet")
    assert remarks(books, ready_query("closed_months").text, ["t"]) == []


def test_of_a_ledger_that_agrees_with_xero_there_is_nothing_to_say_but_of_cents_that_differ(books):
    told = remarks(books, ready_query("cash").text, days_asked(books, ready_query("cash"), {}))
    assert all("differ" in remark and "not kept" not in remark for remark in told)
