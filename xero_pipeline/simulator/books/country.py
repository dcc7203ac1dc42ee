"""What differs between the countries of the simulated organisations: currency, tax, year end, places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate of a country, as Xero names it.

    Args:
        tax_type: Xero's key of the rate.
        name: What people read.
        percent: Whole per cent.
        report_type: Xero's ReportTaxType.
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
class Country:
    """A country's bookkeeping habits.

    Args:
        code: ISO country code, Xero's CountryCode and edition.
        currency: Base currency.
        foreign: Foreign currencies in use, each with its units for one unit of base currency in millionths.
        tax_name: What the tax is called.
        percent: The ordinary tax rate in whole per cent.
        sales_tax: Ordinary tax type on sales.
        purchases_tax: Ordinary tax type on purchases.
        no_tax: Tax type of lines outside the tax.
        zero_sales: Tax type of exports.
        zero_purchases: Tax type of purchases from abroad.
        year_end: Day and month on which the financial year ends.
        timezone: Xero's name of the time zone.
        cities: Places of contacts.
        rates: All tax rates of the organisation.
    """

    code: str
    currency: str
    foreign: tuple[tuple[str, int], ...]
    tax_name: str
    percent: int
    sales_tax: str
    purchases_tax: str
    no_tax: str
    zero_sales: str
    zero_purchases: str
    year_end: tuple[int, int]
    timezone: str
    cities: tuple[tuple[str, str, str], ...]
    rates: tuple[TaxRate, ...]


def new_zealand() -> Country:
    """New Zealand: 15 % GST, year end 31 March."""
    return Country(
        code="NZ",
        currency="NZD",
        foreign=(("USD", 612_340), ("AUD", 921_870)),
        tax_name="GST",
        percent=15,
        sales_tax="OUTPUT2",
        purchases_tax="INPUT2",
        no_tax="NONE",
        zero_sales="ZERORATED",
        zero_purchases="NONE",
        year_end=(31, 3),
        timezone="NEWZEALANDSTANDARDTIME",
        cities=(("Wellington", "Wellington", "6011"), ("Auckland", "Auckland", "1010"), ("Nelson", "Nelson", "7010")),
        rates=(
            TaxRate("OUTPUT2", "15% GST on Income", 15, "OUTPUT", "sales"),
            TaxRate("INPUT2", "15% GST on Expenses", 15, "INPUT", "purchases"),
            TaxRate("ZERORATED", "Zero Rated", 0, "OUTPUT", "sales"),
            TaxRate("GSTONIMPORTS", "GST on Imports", 0, "GSTONIMPORTS", "purchases"),
            TaxRate("NONE", "No GST", 0, "NONE", "both"),
            TaxRate("OUTPUT", "12.5% GST on Income", 12, "OUTPUT", "sales", "ARCHIVED"),
        ),
    )


def united_kingdom() -> Country:
    """The United Kingdom: 20 % VAT, and a year that ends on the last day of February."""
    return Country(
        code="GB",
        currency="GBP",
        foreign=(("USD", 1_271_900), ("EUR", 1_163_400)),
        tax_name="VAT",
        percent=20,
        sales_tax="OUTPUT2",
        purchases_tax="INPUT2",
        no_tax="NONE",
        zero_sales="ZERORATEDOUTPUT",
        zero_purchases="ZERORATEDINPUT",
        year_end=(29, 2),
        timezone="GMTSTANDARDTIME",
        cities=(("Leeds", "West Yorkshire", "LS1 4DL"), ("Bristol", "Avon", "BS1 5TR"), ("York", "", "YO1 7HH")),
        rates=(
            TaxRate("OUTPUT2", "20% (VAT on Income)", 20, "OUTPUT", "sales"),
            TaxRate("INPUT2", "20% (VAT on Expenses)", 20, "INPUT", "purchases"),
            TaxRate("RROUTPUT", "5% (VAT on Income)", 5, "OUTPUT", "sales"),
            TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", 0, "OUTPUT", "sales"),
            TaxRate("ZERORATEDINPUT", "Zero Rated Expenses", 0, "INPUT", "purchases"),
            TaxRate("NONE", "No VAT", 0, "NONE", "both"),
            TaxRate("SROUTPUT", "17.5% (VAT on Income)", 17, "OUTPUT", "sales", "DELETED"),
        ),
    )


def australia() -> Country:
    """Australia: 10 % GST, year end 30 June."""
    return Country(
        code="AU",
        currency="AUD",
        foreign=(("USD", 664_120), ("NZD", 1_084_750)),
        tax_name="GST",
        percent=10,
        sales_tax="OUTPUT",
        purchases_tax="INPUT",
        no_tax="BASEXCLUDED",
        zero_sales="EXEMPTOUTPUT",
        zero_purchases="EXEMPTEXPENSES",
        year_end=(30, 6),
        timezone="AUSEASTERNSTANDARDTIME",
        cities=(("Hobart", "TAS", "7000"), ("Ballarat", "VIC", "3350"), ("Newcastle", "NSW", "2300")),
        rates=(
            TaxRate("OUTPUT", "GST on Income", 10, "OUTPUT", "sales"),
            TaxRate("INPUT", "GST on Expenses", 10, "INPUT", "purchases"),
            TaxRate("EXEMPTOUTPUT", "GST Free Income", 0, "EXEMPTOUTPUT", "sales"),
            TaxRate("EXEMPTEXPENSES", "GST Free Expenses", 0, "EXEMPTEXPENSES", "purchases"),
            TaxRate("BASEXCLUDED", "BAS Excluded", 0, "BASEXCLUDED", "both"),
        ),
    )


def country_of(index: int) -> Country:
    """The country of an organisation, by its place in the list."""
    return (new_zealand, united_kingdom, australia)[index % 3]()


def name_of(index: int) -> str:
    """The name of an organisation, by its place in the list."""
    names = (
        "Kowhai Trail Outfitters Limited",
        "Larkspur & Finch Ltd",
        "Banksia Ridge Supply Pty Ltd",
        "Pukeko Timberworks Limited",
        "Hawthorn Mill Ltd",
        "Saltbush Instruments Pty Ltd",
    )
    name = names[index % len(names)]
    return name if index < len(names) else f"{name} ({index // len(names) + 1})"
