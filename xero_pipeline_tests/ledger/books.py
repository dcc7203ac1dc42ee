"""Books of a few documents, written straight into the tables of schema xero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from xero_pipeline.ledger.posting.postings import post_documents
from xero_pipeline.ledger.reconcile.differences import Difference, differences, suspects
from xero_pipeline.ledger.update import update_ledger
from xero_pipeline_tests.ledger.accountant import forget_inputs

REPORTS = ("report_pulls", "trial_balance", "profit_and_loss", "balance_sheet", "bank_summary")
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
ACCOUNTS = {
    "receivables": ("ASSET", "DEBTORS"),
    "payables": ("LIABILITY", "CREDITORS"),
    "gst": ("LIABILITY", "GST"),
    "gains": ("EXPENSE", "REALISEDCURRENCYGAIN"),
    "sales": ("REVENUE", None),
    "advance": ("LIABILITY", None),
    "bank": ("ASSET", None),
    "bank in USD": ("ASSET", None),
    "bank in EUR": ("ASSET", None),
    "rounding": ("EXPENSE", "ROUNDING"),
    "withheld from us": ("ASSET", "CISASSETS"),
    "withheld by us": ("LIABILITY", "CISLIABILITY"),
}


class Books:
    """One organisation in NZD, its accounts named by what they are for.

    Args:
        warehouse: Where somebody has begun them.
    """

    def __init__(self, warehouse):
        self.warehouse = warehouse
        self.is_posted = False

    @classmethod
    def begin(cls, warehouse):
        """The organisation, its accounts, and a ledger without journals."""
        with warehouse.transaction():
            cls(warehouse)._begin()

    def _begin(self):
        self.put("organisations", organisation_id="o", name="O", base_currency="NZD", financial_year_end_day=31,
                 financial_year_end_month=3)  # fmt: skip
        for name, (kind, system) in ACCOUNTS.items():
            banks = name.split() if name.startswith("bank") else []
            self.put("accounts", account_id=name, code=name, name=name, type="BANK" if banks else "CURRENT",
                     **{"class": kind}, system_account=system,
                     currency_code=(banks[-1] if len(banks) > 1 else "NZD") if banks else None)  # fmt: skip
        self.keep()

    def put(self, table, **values):
        marks = {} if table in REPORTS else {"is_deleted": False}
        values = {"tenant_id": "t", **marks, **values}
        names = ", ".join(f'"{name}"' for name in values)
        told = ", ".join(sql_of(value) for value in values.values())
        self.is_posted = False
        with self.warehouse.writing() as connection:
            connection.exec_driver_sql(f"INSERT INTO xero.{table} ({names}) VALUES ({told})")

    def document(
        self, table, name, kind, lines, *, tax="0", types="Exclusive", currency="NZD", rate="1", off="0", **more
    ):
        key = f"{table[:-1]}_id"
        taxes = Decimal(tax)
        net = sum(Decimal(amount) for _, amount in lines)
        net -= taxes if types == "Inclusive" else 0
        self.put(table, **{key: name}, type=kind, status="AUTHORISED", date=dt.date(2026, 1, 5),
                 line_amount_types=types, currency_code=currency, currency_rate=rate and Decimal(rate), sub_total=net,
                 total_tax=taxes, total=net + taxes + Decimal(off),
                 **more)  # fmt: skip
        for place, (account, amount) in enumerate(lines, start=1):
            self.put(f"{table[:-1]}_line_items", **{key: name}, line_item_id=f"{name}/{place}", position=place,
                     account_id=account, line_amount=Decimal(amount),
                     tax_amount=taxes if place == 1 else 0)  # fmt: skip

    def pay(self, name, document, amount, *, rate="1", day=6, arrived=None, **more):
        more = {"invoice_id": document, "payment_type": "ACCRECPAYMENT", "account_id": "bank", **more}
        self.put("payments", payment_id=name, status="AUTHORISED", date=dt.date(2026, 1, day), amount=Decimal(amount),
                 bank_amount=Decimal(arrived or amount), currency_rate=rate and Decimal(rate), **more)  # fmt: skip

    def trial_balance(self, month_end, balances):
        """Xero's, pulled: each account's balance at the end of a month, debit positive, all moved in that month."""
        month = {"period_start": month_end.replace(day=1), "period_end": month_end, "basis": "accrual"}
        self.put("report_pulls", report="trial_balance", **month, fetched_at=NOW, checked_at=NOW, raw="{}")
        for position, (account, balance) in enumerate(balances.items(), start=1):
            amount = Decimal(balance)
            sides = {"debit": max(amount, 0), "credit": max(-amount, 0)}
            year = {f"ytd_{side}": value for side, value in sides.items()}
            self.put("trial_balance", **month, position=position, line_type="account", account_id=account, **sides,
                     **year)  # fmt: skip

    def report(self, name, month_end, lines):
        """A balance sheet or a profit and loss, pulled: each line's section, id, label and amount."""
        month = {"period_start": month_end.replace(day=1), "period_end": month_end, "basis": "accrual"}
        self.put("report_pulls", report=name, **month, fetched_at=NOW, checked_at=NOW, raw="{}")
        for position, (section, account, label, amount) in enumerate(lines, start=1):
            self.put(name, **month, position=position, section=section, line_type="account" if account else "group",
                     account_id=account, account_name=label, amount=Decimal(amount))  # fmt: skip

    def differences(self, **more):
        """What does not tie out, the ledger being kept first: statement, account, difference, cause."""
        self.keep()
        with self.warehouse.reading() as connection:
            found = differences(connection, **more)
        return {(one.statement, one.account_id): (f"{one.difference:.2f}", one.cause) for one in found}

    def change(self, sql):
        self.is_posted = False
        with self.warehouse.writing() as connection:
            connection.exec_driver_sql(sql)

    def keep(self):
        """Do everything that belongs to a ledger."""
        with self.warehouse.writing() as connection:
            forget_inputs(connection)
        update_ledger(self.warehouse, "t", {}, at=NOW)
        self.is_posted = True

    def post(self):
        """Bring the journals up to the documents, when anything was written since; nothing is compared with Xero."""
        if not self.is_posted:
            with self.warehouse.writing() as connection:
                post_documents(connection, "t", at=NOW)
            self.is_posted = True

    def posted(self, journal):
        """Its lines, the documents being posted first."""
        self.post()
        return [(account, f"{net:.2f}") for account, net in self._lines(journal, "net_amount")]

    def foreign(self, journal):
        """Of a journal that was posted, what each account says in its own currency."""
        return {account: f"{amount:.2f}" for account, amount in self._lines(journal, "foreign_amount")}

    def balance(self, account):
        sql = "select coalesce(sum(net_amount), 0) as balance from ledger.journal_lines where account_id = :a"
        return self.warehouse.query(sql, {"a": account}).to_pylist()[0]["balance"]

    def day(self, journal):
        sql = "select journal_date from ledger.journals where journal_id = :j"
        return self.warehouse.query(sql, {"j": journal}).to_pylist()[0]["journal_date"]

    def suspected(self, account, difference):
        """The documents behind a difference on an account in January 2026."""
        self.keep()
        days = dt.date(2026, 1, 1), dt.date(2026, 1, 31)
        told = ("t", "O", "balance_sheet", *days, account, account, "balance", Decimal(0), Decimal(difference))
        with self.warehouse.reading() as connection:
            found = suspects(connection, Difference(*told, -Decimal(difference), "UNKNOWN", False))
        return {one.document_id for one in found}

    def unbalanced(self):
        sql = "select journal_id from ledger.journal_lines group by journal_id having sum(net_amount) <> 0"
        return self.warehouse.query(sql).to_pylist()

    def _lines(self, journal, column):
        sql = f"select account_id, {column} from ledger.journal_lines where journal_id = :j order by line_number"
        return [(row["account_id"], row[column]) for row in self.warehouse.query(sql, {"j": journal}).to_pylist()]

    def set_off(self, name, credit, document, amount, table="credit_note", day=9):
        self.put(f"{table}_allocations", **{f"{table}_id": credit}, allocation_id=name, position=1, invoice_id=document,
                 date=day and dt.date(2026, 1, day), amount=Decimal(amount))  # fmt: skip

    def problems(self):
        self.post()
        rows = self.warehouse.query(
            "select document_id, problem from ledger.documents where problem is not null order by document_id"
        ).to_pylist()
        return {row["document_id"]: row["problem"] for row in rows}


def sql_of(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"TIMESTAMPTZ '{value.isoformat()}'"
    return f"DATE '{value}'" if isinstance(value, dt.date) else "'{}'".format(str(value).replace("'", "''"))
