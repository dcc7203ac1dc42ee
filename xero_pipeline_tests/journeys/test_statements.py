"""Every report of every month in the warehouse is what the books say, to the cent, on either basis."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from xero_pipeline.calendar import month_end, months_between
from xero_pipeline.state.engine import open_state
from xero_pipeline.sync.incremental_sync import sync_collection
from xero_pipeline.sync.reports import sync_report
from xero_pipeline.sync.result import CallStats
from xero_pipeline.warehouse.store import Warehouse
from xero_pipeline.xero.endpoints import endpoint
from xero_pipeline.xero.http.client import XeroClient
from xero_pipeline.xero.quota.limiter import Quota
from xero_pipeline.xero.reports.catalogue import report_named, reports
from xero_pipeline.xero.reports.report_months import report_months
from xero_pipeline_tests.simulator.helpers import BASE, Clock, consent
from xero_simulator.books.double_entry.ledger import Ledger
from xero_simulator.company import Company
from xero_simulator.config import BooksConfig
from xero_simulator.reports.cash_basis import cash_postings
from xero_simulator.simulator import Simulator
from xero_simulator.transport import SimulatorTransport
from xero_simulator.values.days import financial_year_start

TODAY = dt.date(2026, 5, 20)  # the organisations' years end in February, March and June: some months after, some before
MONTHS = months_between(dt.date(2026, 1, 1), TODAY)
ZERO = Decimal(0)
DEBIT = {"ASSET", "EXPENSE"}
RESULTS = {"REVENUE", "EXPENSE"}
FOLDED = {"BANKCURRENCYGAIN", "REALISEDCURRENCYGAIN", "UNREALISEDCURRENCYGAIN"}
NOBODY = "abababab-abab-abab-abab-abababababab"

Sums = dict[Any, Decimal]


class Books:
    """What the postings of one organisation say, on one basis, without a report."""

    def __init__(self, company: Company, basis: str) -> None:
        self.postings = company.postings if basis == "accrual" else cash_postings(company)
        self.ledger = Ledger(self.postings)
        self.accounts = {row["AccountID"]: row for row in company.records("Accounts")}
        self.year_end = company.bench.country.year_end
        self.folds = company.bench.country.code != "AU"

    def profit(self, first: dt.date, last: dt.date, option: str | None = None) -> Sums:
        """By account, with the sign a statement shows; without what did not move."""
        ledger = self.ledger if option is None else Ledger(p for p in self.postings if option in p.tracking)
        found: Sums = defaultdict(lambda: ZERO)
        for key, account in self.accounts.items():
            if account["Class"] in RESULTS:
                sign = 1 if account["Class"] == "EXPENSE" else -1
                folded = self.folds and account.get("SystemAccount") in FOLDED
                found["FXGROUPID" if folded else key] += sign * ledger.movement(key, first, last)
        return {key: amount for key, amount in found.items() if amount}

    def balances(self, day: dt.date) -> Sums:
        """By account, debit positive, with last years' profits among the retained ones."""
        year = financial_year_start(day, *self.year_end)
        found: Sums = {}
        for key, account in self.accounts.items():
            since = year if account["Class"] in RESULTS else dt.date(2000, 1, 1)
            found[key] = self.ledger.movement(key, since, day)
            if account.get("SystemAccount") == "RETAINEDEARNINGS":
                found[key] -= self.net_profit(dt.date(2000, 1, 1), year - dt.timedelta(days=1))
        return found

    def net_profit(self, first: dt.date, last: dt.date) -> Decimal:
        """Positive for a profit."""
        return -sum(
            (self.ledger.movement(k, first, last) for k, a in self.accounts.items() if a["Class"] in RESULTS), ZERO
        )

    def year_start(self, day: dt.date) -> dt.date:
        return financial_year_start(day, *self.year_end)


class Desk:
    """A simulated Xero with three organisations, and a warehouse with all their reports."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC).timestamp())
        # Without revaluation: it is in the balances of month ends alone, and statements are asked for on any day.
        config = BooksConfig(today=TODAY, organisations=3, invoices=90, months=len(MONTHS), revalues=False)
        self.simulator = Simulator(config, clock=self.clock, limits=None)
        self.transport = SimulatorTransport(self.simulator)
        self.tenants = [one.tenant_id for one in self.simulator.organisations()]
        self.warehouse = Warehouse(f"duckdb:///{folder / 'books.duckdb'}")
        self.state = open_state(f"sqlite:///{folder / 'state.sqlite'}")
        self.token = consent(httpx.Client(transport=self.transport), BASE, transport=self.transport)["access_token"]
        self.tally = CallStats()
        self.client = XeroClient(
            api_url=BASE,
            tokens=self,
            quota=Quota(self.state, per_minute=10_000, clock=self.clock),
            transport=self.transport,
            on_call=self.tally.add,
            clock=self.clock,
            sleep=lambda seconds: None,
        )

    def access_token(self, tenant_id: str, rejected: str | None = None) -> str:
        return self.token

    def company(self, tenant_id: str) -> Company:
        return self.simulator.company(tenant_id)

    def load(self) -> None:
        for tenant_id in self.tenants:
            sync_collection(self.client, self.warehouse, tenant_id, endpoint("tracking_categories"), tally=self.tally)
            for report in reports():
                list(sync_report(self.client, self.warehouse, tenant_id, report, MONTHS, tally=self.tally))

    def rows(self, table: str, tenant_id: str, where: str = "true") -> dict[dt.date, list[dict[str, Any]]]:
        """The rows of a report by month, in its order."""
        sql = f"SELECT * FROM xero.{table} WHERE tenant_id = '{tenant_id}' AND {where} ORDER BY period_start, position"
        found: dict[dt.date, list[dict[str, Any]]] = {month: [] for month in MONTHS}
        for row in self.warehouse.query(sql).to_pylist():
            assert row["period_end"] == month_end(row["period_start"])
            found[row["period_start"]].append(row)
        return found


@pytest.fixture(scope="module")
def desk(duckdb_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(duckdb_template, folder / "books.duckdb")
    made = Desk(folder)
    with made.warehouse.kept_open():
        made.load()
        yield made
    made.client.close()
    made.state.dispose()


@pytest.fixture(params=[0, 1, 2], ids=["NZ", "GB", "AU"])
def tenant_id(desk: Desk, request: pytest.FixtureRequest) -> str:
    return desk.tenants[request.param]


@pytest.fixture(params=["accrual", "cash"])
def basis(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def books(desk: Desk, tenant_id: str, basis: str) -> Books:
    return Books(desk.company(tenant_id), basis)


def accounts(rows: list[dict[str, Any]], measure: str = "amount") -> Sums:
    lines = [(row["account_id"], row[measure]) for row in rows if row["line_type"] == "account"]
    assert len(lines) == len(dict(lines))
    return dict(lines)


def total(rows: list[dict[str, Any]], label: str, measure: str = "amount") -> Decimal:
    return next((row[measure] for row in rows if row["line_type"] == "total" and row["account_name"] == label), ZERO)


def test_the_profit_and_loss(desk: Desk, tenant_id: str, basis: str, books: Books) -> None:
    for month, rows in desk.rows("profit_and_loss", tenant_id, f"basis = '{basis}'").items():
        assert accounts(rows) == books.profit(month, month_end(month))
        assert total(rows, "Net Profit") == books.net_profit(month, month_end(month))


def test_the_balance_sheet_and_that_it_balances(desk: Desk, tenant_id: str, basis: str, books: Books) -> None:
    for month, rows in desk.rows("balance_sheet", tenant_id, f"basis = '{basis}'").items():
        day = month_end(month)
        expected: Sums = {NOBODY: books.net_profit(books.year_start(day), day)}
        for key, balance in books.balances(day).items():
            if books.accounts[key]["Class"] not in RESULTS:
                expected[key] = balance if books.accounts[key]["Class"] in DEBIT else -balance
        assert accounts(rows) == {key: amount for key, amount in expected.items() if amount}
        assets, liabilities, equity = (
            sum(accounts([row for row in rows if row["section"].startswith(side)]).values(), ZERO)
            for side in ("Assets > ", "Liabilities > ", "Equity")
        )
        assert assets - liabilities == equity == total(rows, "Net Assets") == total(rows, "Total Equity")
        assert (total(rows, "Total Assets"), total(rows, "Total Liabilities")) == (assets, liabilities)


def test_a_line_of_the_balance_sheet_says_under_which_headings_it_stands(desk: Desk, tenant_id: str) -> None:
    rows = desk.rows("balance_sheet", tenant_id, "basis = 'accrual'")[MONTHS[-1]]
    sections = {row["account_name"]: row["section"] for row in rows}
    assert sections["Business Bank Account"] == sections["Total Bank"] == "Assets > Bank"
    assert sections["Accounts Payable"] == "Liabilities > Current Liabilities"
    assert (sections["Total Assets"], sections["Net Assets"]) == ("Assets", "")
    assert sections["Current Year Earnings"] == "Equity"


def test_the_trial_balance_and_that_debits_are_credits(desk: Desk, tenant_id: str, basis: str, books: Books) -> None:
    for month, rows in desk.rows("trial_balance", tenant_id, f"basis = '{basis}'").items():
        day = month_end(month)
        movements = {key: books.ledger.movement(key, month, day) for key in books.accounts}
        for debit, credit, expected in (
            ("debit", "credit", movements),
            ("ytd_debit", "ytd_credit", books.balances(day)),
        ):
            debits, credits = accounts(rows, debit), accounts(rows, credit)
            net = {key: debits[key] - credits[key] for key in debits}
            assert {k: v for k, v in net.items() if v} == {k: v for k, v in expected.items() if v}
            assert all(not debits[key] or not credits[key] for key in debits)
            assert sum(debits.values()) == sum(credits.values()) == total(rows, "Total", debit)
            assert total(rows, "Total", debit) == total(rows, "Total", credit)
        classes = {row["section"] for row in rows if row["line_type"] == "account"}
        assert classes <= {"Revenue", "Expenses", "Assets", "Liabilities", "Equity"}


def test_the_bank_summary(desk: Desk, tenant_id: str) -> None:
    books = Books(desk.company(tenant_id), "accrual")
    for month, rows in desk.rows("bank_summary", tenant_id).items():
        for row in rows:
            before = books.ledger.balance(row["account_id"], month - dt.timedelta(days=1))
            assert (row["opening_balance"], row["closing_balance"]) == (
                before,
                books.ledger.balance(row["account_id"], month_end(month)),
            )
            assert row["opening_balance"] + row["cash_received"] - row["cash_spent"] == row["closing_balance"]


def test_the_profit_and_loss_by_tracking_category(desk: Desk, tenant_id: str) -> None:
    books = Books(desk.company(tenant_id), "accrual")
    whole = desk.rows("profit_and_loss", tenant_id, "basis = 'accrual'")
    categories = [row for row in desk.company(tenant_id).records("TrackingCategories") if row["Status"] == "ACTIVE"]
    assert categories
    for month, rows in desk.rows("profit_and_loss_by_tracking", tenant_id).items():
        for category in categories:
            mine = [row for row in rows if row["tracking_category_id"] == category["TrackingCategoryID"]]
            columns: dict[str, list[dict[str, Any]]] = {}
            for row in sorted(mine, key=lambda row: row["option_position"]):
                columns.setdefault(row["tracking_option"], []).append(row)
            options = {option["Name"]: option["TrackingOptionID"] for option in category["Options"]}
            assert list(columns) == [*options, "Unassigned", "Total"]
            for name, column in columns.items():
                assert {row["tracking_option_id"] for row in column} == {options.get(name)}
            for name, key in options.items():
                assert accounts(columns[name]) == books.profit(month, month_end(month), key)
            assert [(r["section"], r["account_name"], r["amount"], r["position"]) for r in columns["Total"]] == [
                (r["section"], r["account_name"], r["amount"], r["position"]) for r in whole[month]
            ]


def test_the_budget_summary(desk: Desk, tenant_id: str) -> None:
    company = desk.company(tenant_id)
    budget = next(row for row in company.records("Budgets") if row["Type"] == "OVERALL")
    for month, rows in desk.rows("budget_summary", tenant_id).items():
        planned = {
            line["AccountID"]: entry["Amount"]
            for line in budget["BudgetLines"]
            for entry in line["BudgetBalances"]
            if entry["Period"] == f"{month:%Y-%m}" and entry["Amount"]
        }
        assert accounts(rows) == planned
        assert total(rows, "Net Profit") != 0


def test_the_executive_summary_with_its_text_its_numbers_and_their_units(desk: Desk, tenant_id: str) -> None:
    books = Books(desk.company(tenant_id), "accrual")
    for month, rows in desk.rows("executive_summary", tenant_id).items():
        day = month_end(month)
        figures = {(row["section"], row["line"]): row for row in rows}
        assert figures["Profitability", "Profit (loss)"]["this_month_value"] == books.net_profit(month, day)
        net = sum(
            (v for k, v in books.balances(day).items() if books.accounts[k]["Class"] in {"ASSET", "LIABILITY"}), ZERO
        )
        assert figures["Balance Sheet", "Net assets"]["this_month_value"] == net
        assert figures["Balance Sheet", "Net assets"]["unit"] == "currency"
        assert figures["Income", "Number of invoices issued"]["unit"] == "count"
        days = figures["Position", "Average debtors days"]
        assert days["unit"] == "days"
        assert abs(Decimal(days["this_month"]) - days["this_month_value"]) < Decimal("0.0001")
        margin = figures["Performance", "Gross profit margin"]
        assert (margin["unit"], margin["this_month"]) == ("percent", f"{margin['this_month_value']:.1f}%")


@pytest.mark.parametrize(
    "report", [one for one in reports() if one.period_request.windows(MONTHS)[0].columns > 1], ids=lambda r: r.name
)
def test_a_month_out_of_a_call_for_many_is_the_month_asked_for_alone(desk: Desk, tenant_id: str, report: Any) -> None:
    calls = desk.tally.calls
    together = {month.period_start: month.rows for month in report_months(desk.client, tenant_id, report, MONTHS)}
    assert desk.tally.calls - calls == 1
    for month in MONTHS:
        (alone,) = report_months(desk.client, tenant_id, report, [month])
        assert alone.rows == together[month]


def test_the_other_basis_has_rows_of_its_own_and_answers_of_its_own(desk: Desk) -> None:
    sql = "SELECT report, basis, count(*) AS n FROM xero.report_pulls GROUP BY 1, 2 ORDER BY 1, 2"
    found = [(row["report"], row["basis"], row["n"]) for row in desk.warehouse.query(sql).to_pylist()]
    assert found == sorted((one.table, one.basis, len(MONTHS) * len(desk.tenants)) for one in reports())
    assert report_named("balance_sheet_cash").table == "balance_sheet"
