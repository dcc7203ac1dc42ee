"""Every face of the program, each asked for the figures that it shows, in one form."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from xero_pipeline.defs.metadata.charts import chart_of
from xero_pipeline.notebook import Books
from xero_pipeline.queries.catalogue import asking_ready, ready_query
from xero_pipeline.web.figures.company_figures import read_figures
from xero_pipeline.web.figures.panels import panels

ZERO = Decimal("0.00")
NET = "account_name = 'Net Profit'"
AGES = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_91_to_120", "older")
BUCKETS = ("Current", "< 1 Month", "1 Month", "2 Months", "3 Months", "Older")


class Faces:
    """All of them, over the books of one organisation.

    Args:
        terminal: Asks for a statement as a person would, and tells its rows.
    """

    def __init__(self, books, tenant_id, terminal):
        self.books = books
        self.tenant_id = tenant_id
        self.asked = set()
        self._terminal = terminal

    def owed(self, side, day):
        """By face what it says of receivables or payables."""
        found = {
            "picture": self._owed_in_picture(side, day),
            "query": self._owed_in_query(side, day),
            "notebook": self._owed_in_notebook(side, day),
            "statement": self._owed_in_statement(side, day),
        }
        if side == "receivables":
            found |= {
                "page": self._owed_on_page(day),
                "table on the page": self._owed_in_table(day),
                "query by age": self._owed_by_age(day),
                "query of what is overdue": {"overdue": sums(self.query("overdue", day=day), "due_in_base_currency")},
            }
        return found

    def profit(self, day):
        """By face what it says of profit and loss, by month."""
        picture = self.picture("ledger.profit_and_loss", day)
        by_month = self.query("profit_by_month", until=day, since=a_year_before(day))
        frame = Books(self.books).ready("profit_by_month", until=day, since=a_year_before(day))
        months = self.page(day).months
        kept = self.table("profit_and_loss", "sum(amount)", "period_start", NET)
        spent = self.query("biggest_expenses", until=day, since=a_year_before(day), top=1000)
        *rows, together = self.cells("profit-and-loss", day)
        statement = [self._statement_of(one.month) for one in months]
        return {
            "page": {
                "income": [one.income for one in months],
                "cost_of_sales": [one.cost_of_sales for one in months],
                "costs": [one.cost_of_sales + one.expenses for one in months],
                "profit": [one.net_profit for one in months],
            },
            "table on the page": {
                "income": [row[0] for row in rows],
                "cost_of_sales": [row[1] for row in rows],
                "costs": [row[1] + row[2] for row in rows],
                "profit": [row[3] for row in rows],
                "total": together[3],
            },
            "picture": {
                "income": picture.figures["Income"],
                "costs": picture.figures["Costs"],
                "profit": picture.figures["Net profit"],
            },
            "query": {
                "income": [row["income"] for row in by_month],
                "costs": [row["expenses"] for row in by_month],
                "profit": [row["profit"] for row in by_month],
                "total": sums(by_month, "profit"),
            },
            "notebook": {"income": list(frame.income), "costs": list(frame.expenses), "profit": list(frame.profit)},
            "statement": {name: [one[name] for one in statement] for name in ("income", "cost_of_sales", "profit")},
            "query of a month": {"profit": [self._profit_of(one.month) for one in months]},
            "query of expenses": {"all costs": sums(spent, "spent")},
            "all months of the page": {"all costs": self.page(day).profit.costs},
            "table": {"profit": [kept[one.month] for one in months]},
        }

    def cash(self, day):
        """By face what it says of the bank accounts: in the month of a day, and all of them month by month."""
        page = self.page(day)
        *_, last = page.cash
        newest = self.query("cash", month=day)
        frame = Books(self.books).ready("cash", month=day)
        span = ("--from", f"{last.month:%Y-%m}", "--to", f"{last.month:%Y-%m}")
        statement = self.terminal("bank-summary", *span)
        lines = list(self.picture("ledger.bank_summary", day).figures.values())
        kept = self.table("bank_summary", "sum(closing_balance)", "period_start")
        return {
            "page": {
                "received": last.received,
                "spent": last.spent,
                "closing": page.in_the_bank,
                "closings": [one.closing for one in page.cash],
            },
            "table on the page": dict(zip(("received", "spent", "closing"), self.cells("cash", day)[-1], strict=True)),
            "query": {
                "received": sums(newest, "received"),
                "spent": sums(newest, "spent"),
                "closing": sums(newest, "closing_balance"),
            },
            "notebook": {"closing": frame.closing_balance.sum()},
            "statement": {
                "received": sum((Decimal(row["cash_received"]) for row in statement), ZERO),
                "spent": sum((Decimal(row["cash_spent"]) for row in statement), ZERO),
                "closing": sum((Decimal(row["closing_balance"]) for row in statement), ZERO),
            },
            "table": {"closings": [kept[one.month] for one in page.cash]},
            "picture": {"closings": [sum((one or ZERO for one in ends), ZERO) for ends in zip(*lines, strict=True)]},
        }

    def sales(self, day):
        """By face what it says of sales in the year that ends with the month of a day, and who bought most."""
        year = {"since": a_year_before(day), "until": day}
        by_month = self.query("sales_by_month", **year)
        customers = self.query("top_customers", **year, top=1000)
        frame = Books(self.books).ready("top_customers", **year, top=10)
        page = self.page(day).customers
        return {
            "query by month": {"sales": sums(by_month, "sales")},
            "query by customer": {
                "sales": sums(customers, "sales"),
                "first": [row["sales"] for row in customers[:10]],
                "names": [row["customer"] for row in customers[:10]],
            },
            "notebook": {"first": list(frame.sales), "names": list(frame.customer)},
            "page": {"first": [one.amount for one in page], "names": [one.name for one in page]},
            "table on the page": {"first": [row[0] for row in self.cells("customers", day)]},
        }

    def _statement_of(self, month):
        span = ("--from", f"{month:%Y-%m}", "--to", f"{month:%Y-%m}")
        lines = {row["account_name"]: Decimal(row["amount"]) for row in self.terminal("profit-and-loss", *span)}
        return {
            "income": lines.get("Total Income", ZERO) + lines.get("Total Other Income", ZERO),
            "cost_of_sales": lines.get("Total Cost of Sales", ZERO),
            "profit": lines["Net Profit"],
        }

    def _profit_of(self, month):
        (row,) = (row for row in self.query("profit_and_loss", month=month) if row["line"] == "Net Profit")
        return row["amount"]

    def budget(self, day):
        """By face what it says of the overall budget, by month."""
        picture = self.picture("budget_summary", day)
        months = [self._month(label) for label in picture.labels]
        planned = [self._planned(month) for month in months]
        kept = self.table("budget_variance", "sum(budget)", "period_start", f"budget_type = 'OVERALL' and {NET}")
        return {
            "picture": {"profit": list(picture.figures["Net profit"]), "income": list(picture.figures["Income"])},
            "statement": {name: [one[name] for one in planned] for name in ("profit", "income")},
            "table": {"profit": [kept[month] for month in months]},
        }

    def cash_basis(self, day):
        """By face what it says of profit on the cash basis, by month: the picture, and Xero's own report."""
        picture = self.picture("profit_and_loss_cash", day)
        rows = self.books.query(
            "select period_start, amount from xero.profit_and_loss where account_name = 'Net Profit' and basis = 'cash'"
        ).to_pylist()
        xeros = {row["period_start"]: row["amount"] for row in rows}
        return {
            "picture": {"profit": list(picture.figures["Net profit"])},
            "Xero": {"profit": [xeros[self._month(label)] for label in picture.labels]},
        }

    def _planned(self, month):
        rows = [row for row in self._months_of("budget", month) if row["budget_type"] == "OVERALL"]
        lines = {row["account_name"]: Decimal(row["budget"]) for row in rows}
        income = lines.get("Total Income", ZERO) + lines.get("Total Other Income", ZERO)
        return {"profit": lines["Net Profit"], "income": income}

    def _months_of(self, statement, month):
        return self.terminal(statement, "--from", f"{month:%Y-%m}", "--to", f"{month:%Y-%m}")

    def _month(self, label):
        return datetime.strptime(str(label), "%b %Y").date()

    def terminal(self, statement, *words):
        self.asked.add(f"statement {statement}")
        return self._terminal(statement, *words)

    def table(self, name, figure, day, condition="true"):
        """A figure of a table of the ledger, by its days, oldest first."""
        self.asked.add(f"ledger.{name}")
        rows = self.books.query(
            f"select {day} as day, {figure} as figure from ledger.{name} "
            f"where tenant_id = '{self.tenant_id}' and {condition} group by {day} order by {day}"
        ).to_pylist()
        return {row["day"]: row["figure"] for row in rows}

    def query(self, name, **told):
        self.asked.add(name)
        with asking_ready(self.books, ready_query(name), told) as answer:
            return [row for table in answer.batches for row in table.to_pylist()]

    def page(self, day, months=12):
        return read_figures(self.books, self.tenant_id, "x", day, months)

    def picture(self, asset, day):
        self.asked.add(asset.replace(".", "/"))
        return chart_of(self.books, self.tenant_id, asset, day)

    def cells(self, panel, day):
        """The rows of a table on the page, its total too."""
        (found,) = (one for one in panels(self.page(day)) if one.key == panel)
        return [[number(cell) for cell in row[1:]] for row in (*found.table.rows, *found.table.totals)]

    def _owed_in_picture(self, side, day):
        (series,) = self.picture(f"ledger.aged_{side}", day).figures.values()
        return {"owed": sum(series), "overdue": sum(series[1:]), "ages": list(series)}

    def _owed_in_query(self, side, day):
        rows = self.query(side, day=day)
        return {name: sums(rows, name) for name in ("unpaid", "credit", "owed", "overdue", "prepaid")}

    def _owed_in_notebook(self, side, day):
        frame = Books(self.books).ready(side, day=day)
        return {name: frame[name].sum() for name in ("unpaid", "credit", "owed", "overdue", "prepaid")}

    def _owed_in_statement(self, side, day):
        rows = self.terminal(f"aged-{side}", "--as-of", day.isoformat())
        by_bucket = [
            sum((Decimal(row["open_amount_base"]) for row in rows if row["bucket"] == bucket), ZERO)
            for bucket in BUCKETS
        ]
        overdue = [Decimal(row["open_amount_base"]) for row in rows if row["days_overdue"]]
        return {"owed": sum(by_bucket), "overdue": sum(overdue, ZERO), "ages": by_bucket}

    def owed_in_table(self, side):
        """What a table of the ledger says of receivables or payables, by day."""
        return self.table(f"aged_{side}", "sum(open_amount_base)", "as_of")

    def _owed_on_page(self, day):
        figures = self.page(day)
        return {
            "owed": figures.owed,
            "overdue": figures.overdue,
            "credit": figures.credits,
            "unpaid": figures.owed + figures.credits,
            "prepaid": figures.prepaid,
            "ages": [age.amount for age in figures.ages],
        }

    def _owed_in_table(self, day):
        *rows, (_, unpaid, credit, owed) = self.cells("receivables", day)
        return {"unpaid": unpaid, "credit": -credit, "owed": owed, "ages": [row[-1] for row in rows]}

    def _owed_by_age(self, day):
        rows = self.query("aged_receivables", day=day)
        told = {name: sums(rows, name) for name in ("unpaid", "credit", "owed", "prepaid")}
        return {**told, "ages": [sums(rows, age) for age in AGES]}


def a_year_before(day):
    """The first of twelve months that end with that of a day."""
    return date(day.year - (day.month < 12), day.month % 12 + 1, 1)


def sums(rows, name):
    return sum((row[name] for row in rows), ZERO)


def number(cell):
    return Decimal(cell.removesuffix(" %").replace(",", "").replace("−", "-"))
