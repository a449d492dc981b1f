"""Outbox, inbox, channels, templates and merge fields."""
