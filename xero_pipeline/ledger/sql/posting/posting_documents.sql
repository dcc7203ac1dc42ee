-- Every document of the organisation in one form, posting or not. The account and the side of its whole amount come
-- from the rule of its Type; `rate` is empty where Xero gives none although the currency is a foreign one.
{%- macro ruled(table) %}
    {%- for name in ("whole", "side", "source_type") %}
    CASE type
        {%- for rule in document_rules if rule.table == table %}
        WHEN '{{ rule.kind }}' THEN {{ sql(rule[name]) }}
        {%- endfor %}
    END AS {{ name }},
    {%- endfor %}
{%- endmacro %}
SELECT
    d.*,
    CASE d.whole WHEN 'DEBTORS' THEN s.debtors WHEN 'CREDITORS' THEN s.creditors ELSE d.bank_account_id END
        AS whole_account_id,
    COALESCE(d.told_rate, CASE WHEN d.currency_code IS NULL OR d.currency_code = s.base_currency THEN 1 END) AS rate
FROM (
    SELECT
        invoice_id AS document_id,
        'invoices' AS source_table,
        status IN {{ among(posted_document) }} AND NOT is_deleted AS posts,
        {{- ruled("invoices") }}
        CAST(NULL AS TEXT) AS bank_account_id,
        date,
        contact_id,
        invoice_number AS number,
        reference,
        currency_code,
        currency_rate AS told_rate,
        total,
        COALESCE(total_tax, 0) AS total_tax
    FROM xero.invoices WHERE tenant_id = {{ tenant }}

    UNION ALL
    SELECT
        credit_note_id,
        'credit_notes',
        status IN {{ among(posted_document) }} AND NOT is_deleted,
        {{- ruled("credit_notes") }}
        NULL, date, contact_id, credit_note_number, reference, currency_code, currency_rate, total,
        COALESCE(total_tax, 0)
    FROM xero.credit_notes WHERE tenant_id = {{ tenant }}

    UNION ALL
    SELECT
        bank_transaction_id,
        'bank_transactions',
        status IN {{ among(posted_money) }} AND NOT is_deleted,
        {{- ruled("bank_transactions") }}
        bank_account_id, date, contact_id, NULL, reference, currency_code, currency_rate, total,
        COALESCE(total_tax, 0)
    FROM xero.bank_transactions
    -- The halves of a bank transfer post nothing: the transfer does, once.
    WHERE tenant_id = {{ tenant }} AND type NOT IN ('RECEIVE-TRANSFER', 'SPEND-TRANSFER')

    UNION ALL
    -- `bank_account_id` is the account the money left.
    SELECT
        bank_transfer_id,
        'bank_transfers',
        status IN {{ among(posted_money) }} AND NOT is_deleted,
        'bank', {{ credit }}, 'TRANSFER',
        from_bank_account_id, date, NULL, NULL, reference, NULL, currency_rate, amount, 0
    FROM xero.bank_transfers WHERE tenant_id = {{ tenant }}

    UNION ALL
    -- Lines say debit or credit by their sign, always in base currency.
    SELECT
        manual_journal_id,
        'manual_journals',
        status IN {{ among(posted_journal) }} AND NOT is_deleted,
        NULL, {{ debit }}, 'MANJOURNAL',
        NULL, date, NULL, NULL, narration, NULL, NULL, NULL, 0
    FROM xero.manual_journals WHERE tenant_id = {{ tenant }}
    {%- for table in ("prepayments", "overpayments") %}

    UNION ALL
    -- Advances post nothing of their own: the money did, as a bank transaction. They are here to be set off.
    SELECT
        {{ table[:-1] }}_id,
        '{{ table }}',
        status IN {{ among(posted_document) }} AND NOT is_deleted,
        CASE
            {%- for rule in credit_rules if rule.table == table %}
            WHEN type IN {{ among(rule.kinds) }} THEN {{ "'DEBTORS'" if rule.side == debit else "'CREDITORS'" }}
            {%- endfor %}
        END,
        CASE
            {%- for rule in credit_rules if rule.table == table %}
            WHEN type IN {{ among(rule.kinds) }} THEN {{ -rule.side }}
            {%- endfor %}
        END,
        NULL,
        NULL, date, contact_id, NULL, reference, currency_code, currency_rate, total, COALESCE(total_tax, 0)
    FROM xero.{{ table }} WHERE tenant_id = {{ tenant }}
    {%- endfor %}
) AS d
CROSS JOIN posting_settings AS s
