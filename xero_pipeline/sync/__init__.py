"""One sync of one collection or report: what is asked for, fetched, merged and told. Knows no Dagster."""
