"""A mail's bytes, headers and MIME parts, as far as they can be told, whatever is wrong with them."""
