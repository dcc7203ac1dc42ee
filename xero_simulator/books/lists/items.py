"""The items an organisation sells and buys."""

from __future__ import annotations

from decimal import Decimal

from xero_simulator.workbench import Record, Workbench

_ITEMS = (
    ("TENT-2", "Two-person tent", "200", "310", 42_000),
    ("TENT-4", "Family tent", "200", "310", 86_000),
    ("PACK-45", "Pack 45 l", "200", "310", 23_900),
    ("PACK-70", "Pack 70 l", "200", "310", 31_900),
    ("BOOT-M", "Walking boots", "200", "310", 28_500),
    ("STOVE", "Gas stove", "200", "310", 11_900),
    ("MAT", "Sleeping mat", "200", "310", 9_900),
    ("BAG-W", "Winter sleeping bag", "200", "310", 54_000),
    ("GUIDE", "Guided day", "210", None, 65_000),
    ("PLAN", "Care plan, a month", "220", None, 4_900),
    ("FREIGHT", "Inbound freight", None, "330", 18_000),
    ("SUBCON", "Subcontracted day", None, "320", 48_000),
)


def add_items(bench: Workbench) -> None:
    """Write the item list; what is bought and sold again is tracked as inventory where the organisation does so."""
    for code, name, sold, bought, price in _ITEMS:
        key = bench.id_of(f"item/{code}")
        record: Record = {
            "ItemID": key,
            "Code": code,
            "Name": name,
            "Description": f"{name}, our own range",
            "PurchaseDetails": {},
            "SalesDetails": {},
            "IsTrackedAsInventory": False,
            "IsSold": sold is not None,
            "IsPurchased": bought is not None,
            "UpdatedDateUTC": bench.founded(f"item/{code}"),
        }
        if sold:
            record["SalesDetails"] = _details(price, bench.code(sold), bench.country.sales_tax)
        if bought:
            record["PurchaseDescription"] = f"{name}, bought in"
            record["PurchaseDetails"] = _details(price // 3, bench.code(bought), bench.country.purchases_tax)
            if sold and bench.habits.inventory:
                _track(bench, record)
        bench.add("Items", key, record)


def _track(bench: Workbench, record: Record) -> None:
    """An item of stock: bills book it as an asset, sales post what it cost."""
    record["IsTrackedAsInventory"] = True
    record["InventoryAssetAccountCode"] = bench.code("630")
    record["QuantityOnHand"] = Decimal("24.0000")
    bought = record["PurchaseDetails"]
    record["TotalCostPool"] = (bought["UnitPrice"] * 24).quantize(Decimal("0.01"))
    record["PurchaseDetails"] = {
        "UnitPrice": bought["UnitPrice"],
        "COGSAccountCode": bought["AccountCode"],
        "TaxType": bought["TaxType"],
    }


def _details(price: int, code: str, tax_type: str) -> Record:
    return {"UnitPrice": Decimal(price * 100).scaleb(-4), "AccountCode": code, "TaxType": tax_type}


def goods_key(bench: Workbench) -> str:
    """The key of the account for goods that are bought: stock where it is tracked, cost of sales elsewhere."""
    return "630" if bench.habits.inventory else "310"


def item_for(bench: Workbench, code: str, number: int, *, sold: bool) -> Record | None:
    """The short form of an item that belongs to an account, one object for all lines.

    Args:
        code: Key of the account; see `Workbench.account_id`.
        number: Any number, to choose among them.
        sold: The line is a sale.
    """
    fitting = [row for row in _ITEMS if (row[2] if sold else row[3]) == code]
    if not fitting:
        return None
    item = fitting[number % len(fitting)]
    key = f"item-short/{item[0]}"
    if key not in bench.shared:
        item_id = bench.id_of(f"item/{item[0]}")
        bench.shared[key] = {"ItemID": item_id, "Name": item[1], "Code": item[0]}
    return bench.shared[key]
