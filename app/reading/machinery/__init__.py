"""Mail that no person wrote: absence notices, bounces, tickets, lists."""
