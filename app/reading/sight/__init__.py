"""What a person sees of a mail, and what is kept from their eyes: HTML, CSS, invisible characters."""
