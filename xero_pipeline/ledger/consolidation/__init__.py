"""Several organisations in one presentation currency, as IAS 21 translates foreign operations."""
