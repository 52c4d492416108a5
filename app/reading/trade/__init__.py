"""Words of the trade in seven languages, by what they mean."""
