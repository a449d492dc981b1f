"""Contacts from files: what is in a file, which column is which field, and what becomes of each row (CON-3)."""
