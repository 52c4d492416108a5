"""Which invoices a text speaks of, by number, place, month, sum, or a word that points."""
