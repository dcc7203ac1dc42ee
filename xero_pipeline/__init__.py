"""A company's books, out of Xero and into a warehouse that can be trusted."""
