"""What is personal in a mail, and how it is found: checksums, number plans, address shapes and names."""
