"""Mail that leaves: replies and reminders as MIME, what they enclose and disclose."""
