"""What people do in the books while somebody reads them."""
