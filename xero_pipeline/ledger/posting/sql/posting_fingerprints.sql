-- Of every document one text that says what its journals are made of: itself, its lines and their tracking, its
-- payments and its allocations, and what is open of it. It changes when any of them says something else, however that
-- came into the warehouse.
-- One more row stands for what all depend on: the chart of accounts, and the rules themselves.
{%- macro said(row, columns) %}{{ digest(columns | map("prefixed", row)) }}{% endmacro %}
SELECT
    document_id,
    MAX(source_table) AS source_table,
    COALESCE(MAX(CASE WHEN posts THEN 1 ELSE 0 END), 0) = 1 AS posts,
    CONCAT(COUNT(*), ':', CAST(SUM(said) AS TEXT)) AS fingerprint
FROM (
    SELECT
        d.document_id, d.source_table, d.posts,
        {{ said("d", ("posts", "refused", "source_type", "advance", "date", "contact_id", "number", "reference",
            "currency_code", "rate", "rate_source", "total", "total_tax", "whole_account_id", "withheld", "base_total",
            "other_account_id", "other_total")) }}
            AS said
    FROM posting_documents AS d

    UNION ALL
    -- What is open of it, for how long, and what the aged tables say of it besides.
    SELECT d.document_id, NULL, NULL, {{ said("d", ("side", "document_type", "source_table", "date", "due_date", "contact_id",
        "contact_name", "number", "reference", "currency_code", "currency_rate", "rate", "total", "events", "settled")) }}
    FROM (
        SELECT o.*, e.events, e.settled
        FROM {{ open_records }} AS o LEFT JOIN (
            SELECT e.line, COUNT(*) AS events, SUM({{ said("e", ("day", "amount")) }}) AS settled
            FROM {{ open_record_events }} AS e GROUP BY e.line
        ) AS e ON e.line = o.line
    ) AS d
    {%- for table, lines, line_id in lines_of %}
    {%- set key = table[:-1] ~ "_id" %}

    UNION ALL
    SELECT l.{{ key }}, NULL, NULL, {{ said("l", (line_id, "position", "line_amount", "tax_amount", "account_id",
        "account_code", "tax_type", "description")) }}
    FROM xero.{{ lines }}s AS l WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted

    UNION ALL
    SELECT t.{{ key }}, NULL, NULL, {{ said("t", (line_id, "position", "tracking_category_id", "tracking_option_id",
        "name", '"option"')) }}
    FROM xero.{{ lines }}_tracking AS t WHERE t.tenant_id = {{ tenant }} AND NOT t.is_deleted
    {%- endfor %}

    {%- for one in journal_lines %}

    UNION ALL
    SELECT l.document_id, NULL, NULL, {{ said("l", ("position", "line_amount", "account_id") + one.said) }}
    FROM (
        SELECT {{ one.document }} AS document_id, l.position, l.line_amount,
            COALESCE(l.account_id, {{ one.account }}) AS account_id, {% for name in one.said %}l.{{ name }}{{ ", " if not loop.last }}{% endfor %}
        FROM xero.{{ one.lines }} AS l WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted
    ) AS l
    {%- endfor %}

    UNION ALL
    SELECT h.prepayment_id, NULL, NULL, {{ said("l", ("line_item_id", "position", "line_amount", "tax_amount",
        "account_id", "account_code", "tax_type", "description")) }}
    FROM xero.bank_transaction_line_items AS l JOIN xero.bank_transactions AS h
        ON h.tenant_id = l.tenant_id AND h.bank_transaction_id = l.bank_transaction_id
    JOIN posting_documents AS d ON d.document_id = h.prepayment_id
    WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted AND NOT h.is_deleted

    UNION ALL
    -- A payment whose document we do not have stands for itself.
    SELECT
        CASE WHEN p.is_known THEN p.document_id ELSE p.event_id END, CASE WHEN NOT p.is_known THEN 'payments' END, NULL,
        {{ said("p", ("event_id", "payment_type", "date", "amount", "bank_amount", "base_amount", "currency_rate",
            "account_id", "reference", "counts", "refused")) }}
    FROM posting_payments AS p
    {%- for side in ("credit_id", "document_id") %}

    UNION ALL
    -- By the rates of both sides an allocation balances or not, which is told of the credit.
    SELECT a.{{ side }}, NULL, NULL, {{ said("a", ("event_id", "credit_id", "document_id", "date", "amount", "counts",
        "refused", "credit_rate", "document_rate")) }}
    FROM (
        SELECT a.*, c.rate AS credit_rate, d.rate AS document_rate
        FROM posting_allocations AS a
        LEFT JOIN posting_documents AS c ON c.document_id = a.credit_id
        LEFT JOIN posting_documents AS d ON d.document_id = a.document_id
    ) AS a
    {%- if side == "document_id" %}
    WHERE a.counts
    {%- endif %}
    {%- endfor %}
) AS t
GROUP BY document_id

UNION ALL
SELECT
    'settings', 'settings', FALSE,
    CONCAT(
        '{{ rules_version }}:{{ journals }}:', base_currency, ':', (
            SELECT CAST(SUM({{ said("a", ("account_id", "code", "system_account", "type", "currency_code")) }}) AS TEXT)
            FROM xero.accounts AS a WHERE tenant_id = {{ tenant }} AND NOT is_deleted
        )
    )
FROM posting_settings
