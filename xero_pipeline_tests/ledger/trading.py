"""Three simulated companies that sell to each other in three currencies, and what their consolidated books must be.

What is expected is worked out here from what was entered, from the simulator's reports and from the rates below, with
nothing of the pipeline.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from xero_pipeline.ledger.consolidation.rates import GivenRate
from xero_pipeline_tests.ledger.several import TODAY
from xero_simulator.books.rates import rate_on
from xero_simulator.edits.intercompany import Entry, add_company_as_contact, credit, enter, settle
from xero_simulator.values.amounts import to_base

NZ, UK, AU = range(3)
MONTHS = [dt.date(2026, month, 1) for month in range(2, 6)]
FEBRUARY, MARCH, APRIL, MAY = MONTHS
RATES = {
    ("GBP", FEBRUARY): ("2.05", "2.06"), ("GBP", MARCH): ("2.07", "2.10"),
    ("GBP", APRIL): ("2.11", "2.15"), ("GBP", MAY): ("2.14", "2.12"),
    ("AUD", FEBRUARY): ("1.05", "1.06"), ("AUD", MARCH): ("1.07", "1.08"),
    ("AUD", APRIL): ("1.09", "1.11"), ("AUD", MAY): ("1.12", "1.13"),
}  # fmt: skip
"""By currency and month: average and closing rate to NZD."""
TOTALS = {"Gross Profit", "Net Profit", "Net Assets"}
GAINS = {"Foreign Currency Gains and Losses", "Realised Currency Gains", "Unrealised Currency Gains"}
GROUP_FILE = """
parent = "Kowhai Trail Outfitters Limited"

[[members]]
organisation = "Larkspur & Finch Ltd"
ownership = 75

[[members]]
organisation = "Banksia Ridge Supply Pty Ltd"

[[accounts]]
code = "1900"
name = "Goodwill"
class = "ASSET"
type = "NONCURRENT"

[[accounts]]
code = "3900"
name = "Capital reserve"
class = "EQUITY"

[[accounts]]
code = "7000"
name = "Amortisation"
class = "EXPENSE"

[[journals]]
number = "GJ-1"
date = 2026-03-31
description = "Goodwill at the acquisition"
lines = [{ account = "1900", amount = 1200 }, { account = "Capital reserve", amount = -1200 }]

[[journals]]
number = "GJ-2"
date = 2026-03-31
description = "Of the last year"
lines = [{ account = "7000", amount = 100 }, { account = "1900", amount = -100 }]

[[journals]]
number = "GJ-3"
date = 2026-05-31
description = "Of this year"
lines = [{ account = "7000", amount = 10.50 }, { account = "1900", amount = -10.50 }]
"""
CURRENCIES = {NZ: "NZD", UK: "GBP", AU: "AUD"}


def day(month, number):
    return dt.date(2026, month, number)


def given_rates():
    return [GivenRate(month, base, "NZD", *map(Decimal, pair)) for (base, month), pair in RATES.items()]


def rate(company, month, place):
    """The average (0) or closing (1) rate to NZD."""
    return Decimal(1) if company == NZ else Decimal(RATES[CURRENCIES[company], month][place])


def at_rate(amount, company, month, place):
    return (amount * rate(company, month, place)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


class Trading:
    """What the companies enter.

    | Number | From | To | | | |
    |---|---|---|---|---|---|
    | G-1 | NZ | UK | 10,000 USD | 10 April | open |
    | G-2 | UK | NZ | 5,000 USD | 28 April, entered on 4 May | open |
    | G-3 | AU | NZ | 8,000 NZD | 15 April | 3,000 paid on 5 May |
    | G-4 | AU | NZ | 1,000 NZD | 6 May | credit note, set off against G-3 |
    | G-5 | NZ | AU | 2,000 AUD | 20 April | AU has no bill |
    | G-6 | UK | AU | 4,000 USD | 21 April | AU entered 4,100 |
    | G-7 | AU | UK | 3,000 USD | 22 April | UK paid it on 12 May, AU knows of no payment |
    | G-8 | NZ | AU | 700 AUD | 7 April | AU has the bill, NZ no invoice |
    """

    def __init__(self, simulator):
        self.companies = [simulator.company(one.tenant_id) for one in simulator.organisations()]
        self.tenants = [one.tenant_id for one in simulator.organisations()]
        self.names = [one.name for one in simulator.organisations()]
        self._contacts = {
            (place, other): add_company_as_contact(self.companies[place], self.names[other])
            for place in CURRENCIES
            for other in CURRENCIES
            if place != other
        }
        self._both(NZ, UK, "G-1", "USD", 1_000_000, day(4, 10))
        self._both(UK, NZ, "G-2", "USD", 500_000, day(4, 28), day(5, 4))
        invoice, bill = self._both(AU, NZ, "G-3", "NZD", 800_000, day(4, 15))
        note, mirror = self._both(AU, NZ, "G-4", "NZD", 100_000, day(5, 6), kinds=("ACCRECCREDIT", "ACCPAYCREDIT"))
        for company, document, its_note in ((AU, invoice, note), (NZ, bill, mirror)):
            settle(self.companies[company], document, day(5, 5), 300_000)
            credit(self.companies[company], its_note, document, day(5, 6), 100_000)
        self._enter(NZ, AU, Entry("ACCREC", "G-5", day(4, 20), "AUD", 200_000))
        self._enter(UK, AU, Entry("ACCREC", "G-6", day(4, 21), "USD", 400_000))
        self._enter(AU, UK, Entry("ACCPAY", "G-6", day(4, 21), "USD", 410_000))
        _, paid = self._both(AU, UK, "G-7", "USD", 300_000, day(4, 22))
        settle(self.companies[UK], paid, day(5, 12), 300_000)
        self._enter(AU, NZ, Entry("ACCPAY", "G-8", day(4, 7), "AUD", 70_000))

    def base(self, company, currency, entered, amount):
        """What a company books for an amount of a day, in its own currency."""
        return to_base(Decimal(amount), rate_on(self.companies[company].bench.country, currency, entered))

    def sold_within(self, company, month):
        """What a company sold to the others and both booked by then, in NZD, in the month from which both have it."""
        base = self.base
        return {
            (NZ, APRIL): lambda: base(NZ, "USD", day(4, 10), 10_000),
            (UK, MAY): lambda: at_rate(base(UK, "USD", day(4, 28), 5_000), UK, APRIL, 0),
            (AU, APRIL): lambda: (
                at_rate(base(AU, "NZD", day(4, 15), 8_000), AU, APRIL, 0)
                + at_rate(base(AU, "USD", day(4, 22), 3_000), AU, APRIL, 0)
            ),
            (AU, MAY): lambda: -at_rate(base(AU, "NZD", day(5, 6), 1_000), AU, MAY, 0),
        }.get((company, month), lambda: None)()

    def bought_within(self, company, month):
        """The same of what it bought."""
        base = self.base
        return {
            (NZ, APRIL): lambda: Decimal(8_000),
            (NZ, MAY): lambda: base(NZ, "USD", day(5, 4), 5_000) - 1_000,
            (UK, APRIL): lambda: (
                at_rate(base(UK, "USD", day(4, 10), 10_000), UK, APRIL, 0)
                + at_rate(base(UK, "USD", day(4, 22), 3_000), UK, APRIL, 0)
            ),
        }.get((company, month), lambda: None)()

    def owed_within(self, month):
        """What each company is owed by the others at the end of a month, and owes them, as far as both have it open."""
        second = 5_000 if month == MAY else 0
        third = {APRIL: 8_000, MAY: 4_000}.get(month, 0)
        seventh = 3_000 if month == APRIL else 0
        first = 10_000 if month >= APRIL else 0

        def closing(company, currency, entered, amount):
            return at_rate(self.base(company, currency, entered, amount), company, month, 1)

        owed = {
            NZ: closing(NZ, "USD", day(4, 10), first),
            UK: closing(UK, "USD", day(4, 28), second),
            AU: closing(AU, "NZD", day(4, 15), third) + closing(AU, "USD", day(4, 22), seventh),
        }
        owing = {
            NZ: Decimal(third) + closing(NZ, "USD", day(5, 4), second),
            UK: closing(UK, "USD", day(4, 10), first) + closing(UK, "USD", day(4, 22), seventh),
            AU: Decimal(0),
        }
        return owed, owing

    def exchange_difference(self, month):
        """What the eliminations of a month leave over, an expense positive: they sum to zero with it."""
        left_over = Decimal(0)
        before = MONTHS[MONTHS.index(month) - 1]
        for company in CURRENCIES:
            left_over += self.sold_within(company, month) or 0
            left_over -= self.bought_within(company, month) or 0
            for at, sign in ((month, 1), (before, -1)):
                owed, owing = self.owed_within(at)
                left_over -= sign * (owed[company] - owing[company])
        return -left_over

    def report(self, company, name, **params):
        """The accounts of a report of the simulator's, by their reporting codes; what is no account by its name."""
        report = self.companies[company].report(name, {**params, "standardLayout": "true"}, TODAY)
        accounts = self.companies[company].bench.tables["Accounts"]
        found = {}
        for section in report["Rows"]:
            for row in section.get("Rows", ()):
                label, amount = row["Cells"][:2]
                ids = [one["Value"] for one in label.get("Attributes", ())]
                if row["RowType"] == "Row" and label["Value"] not in TOTALS:
                    code = accounts[ids[0]]["ReportingCode"] if ids[0] in accounts else label["Value"]
                    found["Currency gains" if label["Value"] in GAINS else code] = Decimal(amount["Value"])
        return found

    def _both(self, seller, buyer, number, currency, amount, sold, bought=None, kinds=("ACCREC", "ACCPAY")):
        return [
            self._enter(company, other, Entry(kind, number, entered, currency, amount))
            for company, other, kind, entered in (
                (seller, buyer, kinds[0], sold), (buyer, seller, kinds[1], bought or sold)
            )
        ]  # fmt: skip

    def _enter(self, company, other, entry):
        return enter(self.companies[company], self._contacts[company, other], entry)
