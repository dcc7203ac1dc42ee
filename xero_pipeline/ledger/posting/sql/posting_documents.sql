-- Every document of the organisation in one form, posting or not. The account and the side of its whole amount come
-- from the rule of its Type, whichever list it came in. `refused` says why one does not post although nothing in Xero
-- says that it should not. `rate` is empty where neither Xero nor anything beside it tells it. Only a bank transfer has
-- another account, what came in there in that account's currency, and at times the amount in base currency.
{%- macro ruled(table) %}
    {%- for name in ("whole", "side", "source_type") %}
    CASE type
        {%- for rule in document_rules if rule.table == table %}
        WHEN '{{ rule.kind }}' THEN {{ sql(rule[name]) }}
        {%- endfor %}
    END AS {{ name }},
    {%- endfor %}
{%- endmacro %}
{%- macro standing(table, posted, row="") %}
    CASE
        WHEN {{ row }}is_deleted THEN 'not'
        WHEN {{ row }}status IN {{ among(posted) }} THEN 'posts'
        WHEN {{ row }}status IN {{ among(idle) }} THEN 'not'
        {%- if table in without_status %}
        WHEN {{ row }}status IS NULL THEN 'posts'
        {%- endif %}
        ELSE 'unclear'
    END
{%- endmacro %}
SELECT
    d.*,
    d.standing = 'posts' AND d.refused IS NULL AS posts,
    COALESCE(d.told_rate, d.base_rate, r.rate) AS rate,
    CASE WHEN d.told_rate IS NULL AND d.base_rate IS NULL THEN r.source END AS rate_source
FROM (
    SELECT
        u.*,
        CASE u.whole WHEN 'DEBTORS' THEN s.debtors WHEN 'CREDITORS' THEN s.creditors ELSE u.bank_account_id END
            AS whole_account_id,
        CASE WHEN u.currency_code IS NULL OR u.currency_code = s.base_currency THEN 1 END AS base_rate,
        CASE WHEN u.standing = 'not' AND (u.status IN {{ among(idle) }}) IS NOT TRUE THEN 'deleted' ELSE u.status END AS state,
        CASE
            WHEN u.standing = 'unclear' AND u.status IS NULL THEN 'it has no status'
            WHEN u.standing = 'unclear' THEN CONCAT('its status is not known: ', u.status)
            WHEN u.standing = 'posts' AND u.side IS NULL
                THEN CONCAT('its type is not known: ', COALESCE(u.type, 'it has none'))
            WHEN u.standing = 'posts' AND u.hindered IS NOT NULL THEN u.hindered
            WHEN u.standing = 'posts' AND (ABS(u.total) >= {{ most }} * LEAST(1, u.told_rate)
                OR ABS(u.total_tax) >= {{ most }} * LEAST(1, u.told_rate)
                OR ABS(u.withheld) >= {{ most }} * LEAST(1, u.told_rate)
                OR ABS(u.base_total) >= {{ most }} OR ABS(u.other_total) >= {{ most }}) THEN {{ sql(too_large) }}
            WHEN u.standing = 'posts' AND (u.date < DATE '{{ first_day }}' OR u.date > DATE '{{ last_day }}')
                THEN CONCAT('its date is no day of any books: ', u.date)
        END AS refused
    FROM (
        SELECT
            invoice_id AS document_id,
            'invoices' AS source_table,
            {{- standing("invoices", posted_document) }} AS standing,
            status,
            type,
            {{- ruled("invoices") }}
            CAST(NULL AS TEXT) AS advance,
            CAST(NULL AS TEXT) AS bank_account_id,
            date,
            contact_id,
            invoice_number AS number,
            reference,
            currency_code,
            CASE WHEN currency_rate > 0 THEN currency_rate END AS told_rate,
            -- What is withheld for the tax office (UK: CIS) is never owed.
            total - COALESCE(cis_deduction, 0) AS total,
            COALESCE(total_tax, 0) AS total_tax,
            COALESCE(cis_deduction, 0) AS withheld,
            CAST(NULL AS NUMERIC(19, 4)) AS base_total,
            CAST(NULL AS TEXT) AS other_account_id,
            CAST(NULL AS NUMERIC(19, 4)) AS other_total,
            CAST(NULL AS TEXT) AS hindered
        FROM xero.invoices WHERE tenant_id = {{ tenant }}

        UNION ALL
        SELECT
            credit_note_id,
            'credit_notes',
            {{- standing("credit_notes", posted_document) }}, status, type,
            {{- ruled("credit_notes") }}
            NULL, NULL, date, contact_id, credit_note_number, reference, currency_code,
            CASE WHEN currency_rate > 0 THEN currency_rate END,
            total - COALESCE(cis_deduction, 0), COALESCE(total_tax, 0), COALESCE(cis_deduction, 0), NULL, NULL, NULL, NULL
        FROM xero.credit_notes WHERE tenant_id = {{ tenant }}

        UNION ALL
        SELECT
            bank_transaction_id,
            'bank_transactions',
            {{- standing("bank_transactions", posted_money) }}, status, type,
            {{- ruled("bank_transactions") }}
            NULL, bank_account_id, date, contact_id, NULL, reference, currency_code,
            CASE WHEN currency_rate > 0 THEN currency_rate END, total, COALESCE(total_tax, 0), 0, NULL, NULL, NULL, NULL
        FROM xero.bank_transactions
        -- The halves of a bank transfer post nothing: the transfer does, once.
        WHERE tenant_id = {{ tenant }} AND COALESCE(type, '') NOT IN ('RECEIVE-TRANSFER', 'SPEND-TRANSFER')

        UNION ALL
        -- `bank_account_id` is the account the money left. The halves of a transfer say what moved on each account in its
        -- own currency; where one of them is in base currency, that is the amount in base currency. Xero does not say
        -- which way the transfer's own rate reads, so it is the last resort.
        SELECT
            x.bank_transfer_id,
            'bank_transfers',
            {{- standing("bank_transfers", posted_money, "x.") }}, x.status, 'TRANSFER',
            'bank', {{ credit }}, 'TRANSFER',
            NULL, x.from_bank_account_id, x.date, NULL, NULL, x.reference,
            COALESCE(f.currency_code, fa.currency_code),
            CASE
                WHEN COALESCE(f.currency_code, fa.currency_code) = b.base_currency THEN NULL
                WHEN f.currency_rate > 0 THEN f.currency_rate
                WHEN x.currency_rate > 0 THEN x.currency_rate
            END,
            COALESCE(f.total, x.amount), 0, 0,
            CASE b.base_currency
                WHEN COALESCE(f.currency_code, fa.currency_code) THEN COALESCE(f.total, x.amount)
                WHEN COALESCE(t.currency_code, ta.currency_code) THEN t.total
            END,
            x.to_bank_account_id, t.total, NULL
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
            {{- standing("manual_journals", posted_journal) }}, status, 'MANJOURNAL',
            NULL, {{ debit }}, 'MANJOURNAL',
            NULL, NULL, date, NULL, NULL, narration, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL
        FROM xero.manual_journals WHERE tenant_id = {{ tenant }}

        UNION ALL
        -- Its lines are sums over all employees; without them Xero does not say what it posted.
        SELECT
            pay_run_id,
            'pay_runs',
            {{- standing("pay_runs", posted_journal) }}, status, 'PAYRUN',
            NULL, {{ debit }}, 'PAYRUN',
            NULL, NULL, payment_date, NULL, NULL, 'Pay run', NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, problem
        FROM xero.pay_runs WHERE tenant_id = {{ tenant }}

        UNION ALL
        -- A fixed asset posts each month and when it goes; what it posted is not known of one with a problem.
        SELECT
            p.document_id, 'fixed_assets', 'posts', 'POSTED', p.source_type, NULL, {{ debit }}, p.source_type,
            NULL, NULL, p.date, NULL, f.asset_number, f.asset_name, NULL, NULL, NULL, 0, 0, NULL, NULL, NULL, p.problem
        FROM (
            SELECT DISTINCT {{ journal_lines[1].document }} AS document_id, l.asset_id, l.date, CAST(NULL AS TEXT) AS problem,
                CASE l.kind WHEN 'DEPRECIATION' THEN 'DEPRECIATION' ELSE 'DISPOSAL' END AS source_type
            FROM xero.fixed_asset_postings AS l WHERE l.tenant_id = {{ tenant }} AND NOT l.is_deleted
            UNION ALL
            SELECT asset_id, asset_id, COALESCE(disposal_date, depreciation_start_date), problem, 'DEPRECIATION'
            FROM xero.fixed_assets WHERE tenant_id = {{ tenant }} AND problem IS NOT NULL AND NOT is_deleted
        ) AS p
        JOIN xero.fixed_assets AS f ON f.tenant_id = {{ tenant }} AND f.asset_id = p.asset_id
        {%- for table in ("prepayments", "overpayments") %}

        UNION ALL
        -- Advances post nothing of their own: the money did, as a bank transaction, which also knows the rate where Xero
        -- leaves it out here. They are here to be set off. Xero lists some among both kinds; its Type says what one is.
        SELECT
            x.{{ table[:-1] }}_id,
            '{{ table }}',
            {{- standing(table, posted_document, "x.") }}, x.status, x.type,
            CASE
                {%- for rule in credit_rules if rule.table in ("prepayments", "overpayments") %}
                WHEN x.type IN {{ among(rule.kinds) }} THEN {{ "'DEBTORS'" if rule.side == debit else "'CREDITORS'" }}
                {%- endfor %}
            END,
            CASE
                {%- for rule in credit_rules if rule.table in ("prepayments", "overpayments") %}
                WHEN x.type IN {{ among(rule.kinds) }} THEN {{ -rule.side }}
                {%- endfor %}
            END,
            NULL,
            CASE
                {%- for rule in credit_rules if rule.table in ("prepayments", "overpayments") %}
                WHEN x.type IN {{ among(rule.kinds) }} THEN '{{ rule.table }}'
                {%- endfor %}
            END,
            NULL, x.date, x.contact_id, NULL, x.reference, x.currency_code,
            COALESCE(CASE WHEN x.currency_rate > 0 THEN x.currency_rate END, m.currency_rate),
            x.total, COALESCE(x.total_tax, 0), 0, NULL, NULL, NULL,
            CASE WHEN m.is_gone THEN 'the money that made it does not post' END
        FROM xero.{{ table }} AS x
        LEFT JOIN (
            SELECT
                {{ table[:-1] }}_id,
                MAX(CASE WHEN currency_rate > 0 AND NOT is_deleted THEN currency_rate END) AS currency_rate,
                MIN(CASE WHEN is_deleted OR status IN {{ among(idle) }} THEN 1 ELSE 0 END) = 1 AS is_gone
            FROM xero.bank_transactions
            WHERE tenant_id = {{ tenant }} AND {{ table[:-1] }}_id IS NOT NULL
            GROUP BY {{ table[:-1] }}_id
        ) AS m ON m.{{ table[:-1] }}_id = x.{{ table[:-1] }}_id
        WHERE x.tenant_id = {{ tenant }}
        {%- endfor %}
    ) AS u
    CROSS JOIN posting_settings AS s
) AS d
LEFT JOIN posting_rates AS r ON r.currency_code = d.currency_code AND r.date = d.date
    -- A rate at which no books could hold the document is not its own.
    AND GREATEST(ABS(d.total), ABS(d.total_tax), ABS(d.withheld)) < {{ most }} * LEAST(1, r.rate)
