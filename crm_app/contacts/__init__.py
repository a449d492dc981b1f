"""Contacts, layout, import and export, timeline."""
