"""The countries of the simulated organisations, one function each.

Tax types and names are those that Xero sets up in each edition: for New Zealand, the United Kingdom and Australia
after Xero's page of tax types, for Singapore after organisations' own lists of rates (`OUTPUTY24` and its kin are in
the OpenAPI document, too). The editions for the United States and all other countries begin with rates of 0 %, to
which organisations add their own, `TAX001` and on.
"""

from __future__ import annotations

from xero_simulator.books.country import Country, Payroll, TaxRate


def new_zealand() -> Country:
    """New Zealand: 15 % GST, year end 31 March."""
    return Country(
        code="NZ",
        version="NZ",
        chart="NZ",
        currency="NZD",
        foreign=(("USD", 612_340), ("AUD", 921_870)),
        tax_name="GST",
        tax_basis="INVOICE",
        tax_period="TWOMONTHS",
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
        payroll=Payroll((("825", 220), ("816", 15)), (("478", "826", 30),)),
    )


def united_kingdom() -> Country:
    """The United Kingdom: 20 % VAT, and a year that ends on the last day of February."""
    return Country(
        code="GB",
        version="UK",
        chart="GB",
        currency="GBP",
        foreign=(("USD", 1_271_900), ("EUR", 1_163_400)),
        tax_name="VAT",
        tax_basis="ACCRUALS",
        tax_period="QUARTERLY",
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
        payroll=Payroll(
            (("825", 150), ("826", 60), ("858", 50), ("868", 5), ("947", 9)),
            (("479", "826", 138), ("482", "858", 30)),
        ),
    )


def australia() -> Country:
    """Australia: 10 % GST, year end 30 June."""
    return Country(
        code="AU",
        version="AU",
        chart="AU",
        currency="AUD",
        foreign=(("USD", 664_120), ("NZD", 1_084_750)),
        tax_name="GST",
        tax_basis="ACCRUALS",
        tax_period="QUARTERLY",
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
        payroll=Payroll((("825", 220),), (("478", "826", 120),)),
    )


def united_states() -> Country:
    """The United States: a city's sales tax of 8 %, nothing to reclaim on purchases, the calendar's year."""
    return Country(
        code="US",
        version="US",
        chart="US",
        currency="USD",
        foreign=(("EUR", 914_700), ("CAD", 1_371_200)),
        tax_name="Sales Tax",
        tax_basis="ACCRUALS",
        tax_period="MONTHLY",
        sales_tax="TAX001",
        purchases_tax="INPUT",
        no_tax="NONE",
        zero_sales="OUTPUT",
        zero_purchases="INPUT",
        year_end=(31, 12),
        timezone="MOUNTAINSTANDARDTIME",
        cities=(("Denver", "CO", "80202"), ("Boise", "ID", "83702"), ("Flagstaff", "AZ", "86001")),
        rates=(
            TaxRate("TAX001", "Denver Sales Tax", 8, "USSALESTAX", "sales"),
            TaxRate("OUTPUT", "Tax on Sales", 0, "OUTPUT", "sales"),
            TaxRate("INPUT", "Tax on Purchases", 0, "INPUT", "purchases"),
            TaxRate("GSTONIMPORTS", "Sales Tax on Imports", 0, "GSTONIMPORTS", "purchases"),
            TaxRate("NONE", "Tax Exempt", 0, "NONE", "both"),
        ),
        payroll=Payroll((("825", 212), ("236", 25)), (("672", "825", 77),)),
    )


def canada() -> Country:
    """Canada: Ontario's HST of 13 %, in Xero's edition for all other countries, year end 31 March."""
    return Country(
        code="CA",
        version="GLOBAL",
        chart="GLOBAL",
        currency="CAD",
        foreign=(("USD", 729_300), ("EUR", 667_100)),
        tax_name="HST",
        tax_basis="ACCRUALS",
        tax_period="QUARTERLY",
        sales_tax="TAX001",
        purchases_tax="TAX002",
        no_tax="NONE",
        zero_sales="OUTPUT",
        zero_purchases="INPUT",
        year_end=(31, 3),
        timezone="EASTERNSTANDARDTIME",
        cities=(("Ottawa", "ON", "K1A 0B1"), ("Kingston", "ON", "K7L 1A1"), ("Guelph", "ON", "N1H 1A1")),
        rates=(
            TaxRate("TAX001", "HST (ON) on Sales", 13, "OUTPUT", "sales"),
            TaxRate("TAX002", "HST (ON) on Purchases", 13, "INPUT", "purchases"),
            TaxRate("OUTPUT", "Tax on Sales", 0, "OUTPUT", "sales"),
            TaxRate("INPUT", "Tax on Purchases", 0, "INPUT", "purchases"),
            TaxRate("NONE", "Tax Exempt", 0, "NONE", "both"),
        ),
        payroll=Payroll((("825", 234),), (("478", "826", 59),)),
    )


def singapore() -> Country:
    """Singapore: 9 % GST, year end 31 December."""
    return Country(
        code="SG",
        version="GLOBAL",
        chart="GLOBAL",
        currency="SGD",
        foreign=(("USD", 741_800), ("AUD", 1_128_300)),
        tax_name="GST",
        tax_basis="ACCRUALS",
        tax_period="QUARTERLY",
        sales_tax="OUTPUTY24",
        purchases_tax="INPUTY24",
        no_tax="NONE",
        zero_sales="ZERORATEDOUTPUT",
        zero_purchases="ZERORATEDINPUT",
        year_end=(31, 12),
        timezone="SINGAPORESTANDARDTIME",
        cities=(("Singapore", "", "048616"), ("Singapore", "", "238823"), ("Singapore", "", "609606")),
        rates=(
            TaxRate("OUTPUTY24", "Standard-Rated Supplies", 9, "OUTPUT", "sales"),
            TaxRate("INPUTY24", "Standard-Rated Purchases", 9, "INPUT", "purchases"),
            TaxRate("OUTPUTY23", "2023 Standard-Rated Supplies", 8, "OUTPUT", "sales", "ARCHIVED"),
            TaxRate("ZERORATEDOUTPUT", "Zero-Rated Supplies", 0, "ZERORATEDOUTPUT", "sales"),
            TaxRate("ZERORATEDINPUT", "Zero-Rated Purchases", 0, "ZERORATEDINPUT", "purchases"),
            TaxRate("EPINPUT", "Exempt Purchases", 0, "EPINPUT", "purchases"),
            TaxRate("NONE", "No Tax", 0, "NONE", "both"),
        ),
        payroll=Payroll((("826", 200),), (("478", "826", 170),)),
    )
