"""Who is writing, whether they are who they seem to be, and what they try: fraud, orders to a machine."""
