"""Line items: amounts, tax by line, items and tracking as Xero shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xero_simulator.values.amounts import divide_half_up, money
from xero_simulator.workbench import Record, Workbench

_QUANTITIES = (1, 2, 4, 5, 10)


@dataclass(frozen=True, slots=True)
class Part:
    """What one line is about.

    Args:
        net: Cents without tax, in the document's currency.
        code: Key of the account; see `Workbench.account_id`.
        text: What the line says.
        item: The item sold or bought, if it is one of the list.
        tracking: The line's Tracking list.
        quantity: Position in the small list of quantities.
        discount: Whole per cent taken off quantity times unit amount.
    """

    net: int
    code: str
    text: str
    item: Record | None = None
    tracking: Sequence[Record] = ()
    quantity: int = 0
    discount: int = 0


@dataclass(frozen=True, slots=True)
class TaxWay:
    """How a document's lines carry tax.

    Args:
        amounts: Xero's LineAmountTypes: Exclusive, Inclusive or NoTax.
        tax_type: The tax type of every line.
        percent: Its rate in whole per cent.
    """

    amounts: str
    tax_type: str
    percent: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A document's lines with their sums in cents."""

    items: list[Record]
    net: int
    tax: int

    @property
    def total(self) -> int:
        """Total in cents."""
        return self.net + self.tax


def tax_way(bench: Workbench, amounts: str, side: str, *, abroad: bool = False) -> TaxWay:
    """The ordinary tax of a document.

    Args:
        amounts: Exclusive, Inclusive or NoTax.
        side: `sales` or `purchases`.
        abroad: The other party lives abroad, so no tax is charged.
    """
    country = bench.country
    if amounts == "NoTax":
        return TaxWay(amounts, country.no_tax, 0)
    if abroad:
        return TaxWay(amounts, country.zero_sales if side == "sales" else country.zero_purchases, 0)
    tax_type = country.sales_tax if side == "sales" else country.purchases_tax
    return TaxWay(amounts, tax_type, country.percent_of(tax_type))


def build_lines(bench: Workbench, name: str, parts: Sequence[Part], way: TaxWay) -> Lines:
    """Make the lines of one document; tax is rounded on each line, as Xero does.

    Args:
        name: The document's own name, from which the line ids come.
        parts: What the lines are about.
        way: How they carry tax.
    """
    items: list[Record] = []
    net = tax = 0
    for place, part in enumerate(parts):
        record, line_net, line_tax = _line(bench, f"{name}/line/{place}", part, way)
        items.append(record)
        net += line_net
        tax += line_tax
    return Lines(items, net, tax)


def _line(bench: Workbench, name: str, part: Part, way: TaxWay) -> tuple[Record, int, int]:
    shown = part.net
    if way.amounts == "Inclusive" and way.percent:
        shown = part.net + divide_half_up(part.net * way.percent, 100)
        tax = divide_half_up(shown * way.percent, 100 + way.percent)
        net = shown - tax
    else:
        net, tax = part.net, divide_half_up(part.net * way.percent, 100)
    quantity = 1 if part.discount else _QUANTITIES[part.quantity % len(_QUANTITIES)]
    record: Record = {
        "Description": part.text,
        "UnitAmount": _unit_amount(shown, quantity, part.discount),
        "TaxType": way.tax_type,
        "TaxAmount": money(tax),
        "LineAmount": money(shown),
        "AccountCode": bench.code(part.code),
        "AccountID": bench.account_id(part.code),
        "Tracking": part.tracking or [],
        "Quantity": Decimal(quantity * 10_000).scaleb(-4),
        "LineItemID": bench.id_of(name),
    }
    if part.item is not None:
        record["ItemCode"] = part.item["Code"]
        record["Item"] = part.item
    if part.discount:
        record["DiscountRate"] = Decimal(part.discount * 100).scaleb(-2)
    return record, net, tax


def _unit_amount(shown: int, quantity: int, discount: int) -> Decimal:
    """The price of one, with four decimals, so that quantity times price less discount rounds to the line."""
    return Decimal(divide_half_up(shown * 10_000, quantity * (100 - discount))).scaleb(-4)
