-- A contact is another organisation when a number, or the name, is the same but for capitals, spaces and signs.
{%- macro plain(text) -%}
REGEXP_REPLACE(LOWER({{ text }}), '[[:space:][:punct:]]+', '', 'g')
{%- endmacro %}
{%- macro plain_name(text) -%}
REGEXP_REPLACE({{ plain("REPLACE(" ~ text ~ ", '&', ' and ')") }}, '(limited|ltd)$', 'ltd')
{%- endmacro %}
INSERT INTO {{ named("intercompany_contacts") }} (
    tenant_id, contact_id, contact_name, organisation, counterpart_tenant_id, counterpart, matched_by
)
WITH organisations AS (
    SELECT
        tenant_id, name, {{ plain_name("name") }} AS plain_name, {{ plain_name("legal_name") }} AS plain_legal_name,
        {{ plain("tax_number") }} AS tax_number, {{ plain("registration_number") }} AS company_number
    FROM xero.organisations
    WHERE tenant_id IN {{ among(members) }}
),
contacts AS (
    SELECT
        tenant_id, contact_id, name, {{ plain_name("name") }} AS plain_name,
        {{ plain("tax_number") }} AS tax_number, {{ plain("company_number") }} AS company_number
    FROM xero.contacts
    WHERE NOT is_deleted AND tenant_id IN {{ among(members) }}
),
-- Each by a column of its own: compared all with all, a thousand organisations would take minutes.
matches AS (
    {%- for ours, theirs, rank, long_enough in (
        ("tax_number", "tax_number", 1, digits),
        ("company_number", "company_number", 2, digits),
        ("plain_name", "plain_name", 3, 1),
        ("plain_name", "plain_legal_name", 3, 1),
    ) %}
    SELECT c.tenant_id, c.contact_id, c.name, o.tenant_id AS counterpart_tenant_id, {{ rank }} AS matched_by
    FROM contacts AS c
    JOIN organisations AS o ON o.{{ theirs }} = c.{{ ours }} AND o.tenant_id <> c.tenant_id
    WHERE LENGTH(c.{{ ours }}) >= {{ long_enough }}
    {%- if not loop.last %}
    UNION ALL
    {%- endif %}
    {%- endfor %}
),
best AS (
    SELECT
        m.*,
        ROW_NUMBER() OVER (PARTITION BY tenant_id, contact_id ORDER BY matched_by, counterpart_tenant_id) AS place
    FROM matches AS m
)
SELECT
    b.tenant_id, b.contact_id, b.name, o.name, b.counterpart_tenant_id, counterpart.name,
    CASE b.matched_by WHEN 1 THEN 'tax number' WHEN 2 THEN 'company number' ELSE 'name' END
FROM best AS b
JOIN {{ organisations_named }} AS o ON o.tenant_id = b.tenant_id
JOIN {{ organisations_named }} AS counterpart ON counterpart.tenant_id = b.counterpart_tenant_id
WHERE b.place = 1
