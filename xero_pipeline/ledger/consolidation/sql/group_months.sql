-- The months of the group, each with the first month of the group's financial year.
SELECT * FROM (
    VALUES {% for month in months %}({{ sql(month[0]) }}, {{ sql(month[1]) }}, {{ sql(month[2]) }}){{ ", " if not loop.last }}{% endfor %}
) AS m (period_start, period_end, year_start)
