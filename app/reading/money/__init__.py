"""Sums of money and numbers in running text."""
