-- title: Prepayments
-- means: What was paid in advance and not used yet, at the close of a day: by customers, and by us to suppliers.
-- row: One open prepayment on one day; `side` is receivables for a customer's, payables for one of ours.
-- signs: What is left of it is positive on both sides.
-- currency: The base currency, each at its own rate, rounded half up to the cent.
-- leaves out: Overpayments: they are part of receivables and payables.
-- proof: It stands on the account that its line names, in the ledger's balance sheet.
-- shown: On the web page below receivables, by the queries `receivables`, `aged_receivables` and `payables`.
{% for side, of in (("receivables", "paid_in_advance_by_customers"), ("payables", "paid_in_advance_to_suppliers")) %}
select
    tenant_id, as_of, '{{ side }}' as side, contact_id, contact_name as contact, document_id, date, currency_code,
    open_amount, open_amount_base as prepaid
from ({{ open_documents(of) }}) as open_{{ of }}
{{ "union all" if not loop.last }}
{% endfor %}
