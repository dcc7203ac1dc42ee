"""Our tables as Fivetran's Xero connector has them, so that the dbt package fivetran/dbt_xero runs unchanged."""
