"""Postal addresses as the post of their country writes them (Universal Postal Union, S42)."""

POSTCODE_LAST = frozenset({"US", "CA", "AU"})
POSTCODE_BELOW = frozenset({"GB", "IE"})


def address_lines(street: str, postal_code: str, city: str, region: str, country: str) -> str:
    """The lines below a name, without the country; empty where nothing is given."""
    if country in POSTCODE_LAST:
        lines = [street, " ".join(filter(None, (city, region, postal_code)))]
    elif country in POSTCODE_BELOW:
        lines = [street, city, region, postal_code]
    else:
        lines = [street, " ".join(filter(None, (postal_code, city))), region]
    return "\n".join(filter(None, lines))
