"""Buying and selling: documents, their statuses, and how they are settled.

Begin with `sales`: how a month's invoices are drawn, and the `Trade` that hands them on. `documents` is how such a
record looks, `settlement` what happens to it after approval (payments, allocations, voids). `purchases` does the same
for bills. On these stand `credits` (credit notes), `batches` (several paid at once) and `repeating_invoices` (and
expenses charged on). `orders` are quotes and purchase orders, which post nothing.
"""
