-- Every document of the organisation in one form, posting or not. The account and the side of its whole amount come
-- from the rule of its Type; `rate` is empty where Xero gives none although the currency is a foreign one. Only a bank
-- transfer has another account, what came in there in that account's currency, and at times the amount in base currency.
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
        -- What is withheld for the tax office (UK: CIS) is never owed.
        total - COALESCE(cis_deduction, 0) AS total,
        COALESCE(total_tax, 0) AS total_tax,
        COALESCE(cis_deduction, 0) AS withheld,
        CAST(NULL AS NUMERIC(19, 4)) AS base_total,
        CAST(NULL AS TEXT) AS other_account_id,
        CAST(NULL AS NUMERIC(19, 4)) AS other_total
    FROM xero.invoices WHERE tenant_id = {{ tenant }}

    UNION ALL
    SELECT
        credit_note_id,
        'credit_notes',
        status IN {{ among(posted_document) }} AND NOT is_deleted,
        {{- ruled("credit_notes") }}
        NULL, date, contact_id, credit_note_number, reference, currency_code, currency_rate,
        total - COALESCE(cis_deduction, 0), COALESCE(total_tax, 0), COALESCE(cis_deduction, 0), NULL, NULL, NULL
    FROM xero.credit_notes WHERE tenant_id = {{ tenant }}

    UNION ALL
    SELECT
        bank_transaction_id,
        'bank_transactions',
        status IN {{ among(posted_money) }} AND NOT is_deleted,
        {{- ruled("bank_transactions") }}
        bank_account_id, date, contact_id, NULL, reference, currency_code, currency_rate, total,
        COALESCE(total_tax, 0), 0, NULL, NULL, NULL
    FROM xero.bank_transactions
    -- The halves of a bank transfer post nothing: the transfer does, once.
    WHERE tenant_id = {{ tenant }} AND type NOT IN ('RECEIVE-TRANSFER', 'SPEND-TRANSFER')

    UNION ALL
    -- `bank_account_id` is the account the money left. The halves of a transfer say what moved on each account in its
    -- own currency; where one of them is in base currency, that is the amount in base currency. Xero does not say
    -- which way the transfer's own rate reads, so it is the last resort.
    SELECT
        x.bank_transfer_id,
        'bank_transfers',
        x.status IN {{ among(posted_money) }} AND NOT x.is_deleted,
        'bank', {{ credit }}, 'TRANSFER',
        x.from_bank_account_id, x.date, NULL, NULL, x.reference,
        COALESCE(f.currency_code, fa.currency_code),
        CASE WHEN COALESCE(f.currency_code, fa.currency_code) <> b.base_currency
            THEN COALESCE(f.currency_rate, x.currency_rate) END,
        COALESCE(f.total, x.amount), 0, 0,
        CASE b.base_currency
            WHEN COALESCE(f.currency_code, fa.currency_code) THEN COALESCE(f.total, x.amount)
            WHEN COALESCE(t.currency_code, ta.currency_code) THEN t.total
        END,
        x.to_bank_account_id, t.total
    FROM xero.bank_transfers AS x
    CROSS JOIN posting_settings AS b
    {%- for half, side in (("f", "from"), ("t", "to")) %}
    LEFT JOIN xero.bank_transactions AS {{ half }}
        ON {{ half }}.tenant_id = x.tenant_id AND {{ half }}.bank_transaction_id = x.{{ side }}_bank_transaction_id
    LEFT JOIN xero.accounts AS {{ half }}a
        ON {{ half }}a.tenant_id = x.tenant_id AND {{ half }}a.account_id = x.{{ side }}_bank_account_id
    {%- endfor %}
    WHERE x.tenant_id = {{ tenant }}

    UNION ALL
    -- Lines say debit or credit by their sign, always in base currency.
    SELECT
        manual_journal_id,
        'manual_journals',
        status IN {{ among(posted_journal) }} AND NOT is_deleted,
        NULL, {{ debit }}, 'MANJOURNAL',
        NULL, date, NULL, NULL, narration, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL
    FROM xero.manual_journals WHERE tenant_id = {{ tenant }}
    {%- for table in ("prepayments", "overpayments") %}

    UNION ALL
    -- Advances post nothing of their own: the money did, as a bank transaction, which also knows the rate where Xero
    -- leaves it out here. They are here to be set off.
    SELECT
        x.{{ table[:-1] }}_id,
        '{{ table }}',
        x.status IN {{ among(posted_document) }} AND NOT x.is_deleted,
        CASE
            {%- for rule in credit_rules if rule.table == table %}
            WHEN x.type IN {{ among(rule.kinds) }} THEN {{ "'DEBTORS'" if rule.side == debit else "'CREDITORS'" }}
            {%- endfor %}
        END,
        CASE
            {%- for rule in credit_rules if rule.table == table %}
            WHEN x.type IN {{ among(rule.kinds) }} THEN {{ -rule.side }}
            {%- endfor %}
        END,
        NULL,
        NULL, x.date, x.contact_id, NULL, x.reference, x.currency_code, COALESCE(x.currency_rate, m.currency_rate),
        x.total, COALESCE(x.total_tax, 0), 0, NULL, NULL, NULL
    FROM xero.{{ table }} AS x
    LEFT JOIN (
        SELECT {{ table[:-1] }}_id, MAX(currency_rate) AS currency_rate FROM xero.bank_transactions
        WHERE tenant_id = {{ tenant }} AND {{ table[:-1] }}_id IS NOT NULL AND NOT is_deleted
        GROUP BY {{ table[:-1] }}_id
    ) AS m ON m.{{ table[:-1] }}_id = x.{{ table[:-1] }}_id
    WHERE x.tenant_id = {{ tenant }}
    {%- endfor %}
) AS d
CROSS JOIN posting_settings AS s
