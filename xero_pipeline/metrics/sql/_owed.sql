select
    tenant_id, as_of, contact_id, contact_name as contact, document_type, document_id, number, reference, date, due_date,
    currency_code, currency_rate, total, open_amount, days_overdue, bucket,
    case bucket {% for name in buckets %}when '{{ name }}' then {{ loop.index0 }} {% endfor %}end as age,
    case when document_type = '{{ document }}' then 1 else 0 end as documents,
    case when document_type = '{{ document }}' then open_amount_base else 0 end as unpaid,
    case when document_type = '{{ document }}' then 0 else -open_amount_base end as credit,
    open_amount_base as owed,
    case when days_overdue > 0 then open_amount_base else 0 end as overdue
from ({{ open_by_age(side) }}) as open_documents
