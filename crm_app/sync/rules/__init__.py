"""The decisions of sync, each from its arguments alone. Pure."""
