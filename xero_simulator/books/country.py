"""What differs between the countries of the simulated organisations: currency, tax, year end, chart, places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate of a country, as Xero names it.

    Args:
        tax_type: Xero's key of the rate.
        percent: Whole per cent.
        side: Which documents may carry it.
        status: ACTIVE, ARCHIVED or DELETED.
    """

    tax_type: str
    name: str
    percent: int
    report_type: str
    side: str
    status: str = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Payroll:
    """What a pay run holds back and adds, each in thousandths of gross wages.

    Args:
        withheld: Keys of the accounts that owe what employees are not paid, with their shares.
        added: Keys of expense and liability of what the employer adds, with their shares.
    """

    withheld: tuple[tuple[str, int], ...]
    added: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Country:
    """A country's bookkeeping habits.

    Args:
        code: ISO country code, Xero's CountryCode.
        version: Xero's name of the edition, the organisation's Version.
        chart: Which default chart of accounts Xero gives there, a file of `lists/charts`.
        foreign: Foreign currencies in use, each with its units for one unit of base currency in millionths.
        tax_name: What the tax is called.
        sales_tax: Ordinary tax type on sales.
        purchases_tax: Ordinary tax type on purchases.
        no_tax: Tax type of lines outside the tax.
        zero_sales: Tax type of exports.
        zero_purchases: Tax type of purchases from abroad.
        year_end: Day and month on which the financial year ends.
        timezone: Xero's name of the time zone.
        rates: All tax rates of the organisation.
        payroll: What Xero's payroll holds back and adds, on its default accounts.
    """

    code: str
    version: str
    chart: str
    currency: str
    foreign: tuple[tuple[str, int], ...]
    tax_name: str
    tax_basis: str
    tax_period: str
    sales_tax: str
    purchases_tax: str
    no_tax: str
    zero_sales: str
    zero_purchases: str
    year_end: tuple[int, int]
    timezone: str
    cities: tuple[tuple[str, str, str], ...]
    rates: tuple[TaxRate, ...]
    payroll: Payroll

    def percent_of(self, tax_type: str) -> int:
        """Whole per cent of one of the country's tax types."""
        return next(rate.percent for rate in self.rates if rate.tax_type == tax_type)
