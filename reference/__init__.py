"""The reference of all tables: pages and pictures, made from the declarations. `make docs` writes them."""
