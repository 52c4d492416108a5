"""Names of people, and who takes over from whom."""
