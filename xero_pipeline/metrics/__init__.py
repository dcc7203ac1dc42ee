"""The figures people look at, each defined once, in one file of SQL: every screen, picture and query reads these."""
