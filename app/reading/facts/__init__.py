"""What is said of which invoice: promises, requests for time, disputes, new contacts, days of return."""
