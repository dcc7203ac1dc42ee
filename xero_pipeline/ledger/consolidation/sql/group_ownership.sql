-- Of organisations that the group does not own wholly, how many per cent others own.
SELECT CAST(tenant_id AS TEXT) AS tenant_id, CAST(minority AS NUMERIC(19, 4)) AS minority FROM (
    VALUES (NULL, NULL){% for tenant_id, minority in minorities %}, ({{ sql(tenant_id) }}, {{ minority }}){% endfor %}
) AS o (tenant_id, minority)
WHERE tenant_id IS NOT NULL
