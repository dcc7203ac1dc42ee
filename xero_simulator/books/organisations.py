"""Which organisations there are: a name, a country, and what is peculiar about the books or about who connects them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xero_simulator.books import countries
from xero_simulator.books.country import Country


@dataclass(frozen=True, slots=True)
class Habits:
    """What is peculiar about an organisation.

    Args:
        tracking: It uses tracking categories.
        payroll: Its wages are paid with Xero's payroll, which posts pay runs that no document shows.
        assets: It has a register of fixed assets, which posts depreciation and disposals that no document shows.
        inventory: It tracks its goods as inventory, which posts cost of sales that no document shows.
        reads_reports: Who connects it has the reporting role. Without it Xero refuses reports, journals and, since
            29 June 2026, manual journals (Xero's changelog).
        sees_bank_details: Who connects it is a bank account admin or an adviser. To others Xero has not shown the bank
            details of contacts since 29 June 2026, nor more of a US tax number than its last four digits.
        sums_all_years: Its Account Data API gives balances of income and expenses of all years, not of the year.
        bare_lists: Some of its empty lists come as null or not at all (XeroAPI/Xero-Net#373, XeroAPI/Xero-Java PR#4).
        advances_twice: Its list of prepayments holds the overpayments, too (XeroAPI/Xero-NetStandard#477).
    """

    budgets: bool = True
    tracking: bool = True
    payroll: bool = False
    assets: bool = False
    inventory: bool = False
    reads_reports: bool = True
    sees_bank_details: bool = True
    bare_lists: bool = False
    sums_all_years: bool = False
    advances_twice: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One organisation before its books are written.

    Args:
        habits: What is peculiar about it.
    """

    name: str
    country: Country
    habits: Habits


_PLAIN = Habits()
_UNDOCUMENTED = Habits(payroll=True, assets=True, inventory=True, advances_twice=True)

_ORGANISATIONS: tuple[tuple[str, Callable[[], Country], Habits], ...] = (
    ("Kowhai Trail Outfitters Limited", countries.new_zealand, _PLAIN),
    ("Larkspur & Finch Ltd", countries.united_kingdom, _PLAIN),
    ("Banksia Ridge Supply Pty Ltd", countries.australia, _PLAIN),
    ("Bitterroot Trading Company, Inc.", countries.united_states, _UNDOCUMENTED),
    ("Maple Portage Outfitters Ltd.", countries.canada, _UNDOCUMENTED),
    ("Straits Trail Equipment Pte. Ltd.", countries.singapore, _UNDOCUMENTED),
    (
        "Hawthorn Mill Ltd",
        countries.united_kingdom,
        Habits(budgets=False, tracking=False, payroll=True, bare_lists=True),
    ),
    ("Saltbush Instruments Pty Ltd", countries.australia, Habits(payroll=True, assets=True, sees_bank_details=False)),
    ("Sagebrush Instruments LLC", countries.united_states, Habits(inventory=True, sees_bank_details=False)),
    ("Pukeko Timberworks Limited", countries.new_zealand, Habits(payroll=True, reads_reports=False)),
)


def profile_of(index: int) -> Profile:
    """The organisation at a place in the list, which begins again with other names once it is through.

    Args:
        index: From 0.
    """
    turn, place = divmod(index, len(_ORGANISATIONS))
    name, country, habits = _ORGANISATIONS[place]
    return Profile(f"{name} ({turn + 1})" if turn else name, country(), habits)
