"""The Outbox and the mail settings."""
