"""The figures of an organisation that people look at: profit and loss, cash, receivables, customers, tie-out."""
