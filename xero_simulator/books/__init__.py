"""The books of an organisation: every record Xero would hold, written from a seed, the same in every run.

Begin with `months`, the table of contents: it sets up a workbench, fills the lists and writes month after month.
`plan` says what a month is meant to bring; `country` and `rates` what differs by place; `lines` makes the line items
that documents and bank transactions share. Every writer is a function that takes the workbench and adds records to it.

    lists          what is set up once: accounts, contacts, items, tax rates, budgets
    trade          invoices, bills, credit notes, orders, and how they are settled
    money          what goes over the bank and into journals without an invoice
    double_entry   what all of it posts, and the sums over the postings

`trade` stands on `lists` and `double_entry`, `money` stands on `trade`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xero_simulator.company import Company
    from xero_simulator.config import BooksConfig


def build_company(config: BooksConfig, index: int) -> Company:
    """Write the books of one organisation."""
    # Here, so that whoever needs one file of this room does not load all of it.
    from xero_simulator.books.months import write_books
    from xero_simulator.company import Company

    return Company(write_books(config, index))
