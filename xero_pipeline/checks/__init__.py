"""What is odd in the books: checks of SQL, one file each, ours and those of a folder of the user's own."""
