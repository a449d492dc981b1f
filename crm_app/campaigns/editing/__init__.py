"""Drafts, versions and templates: what the builder does to campaigns."""
