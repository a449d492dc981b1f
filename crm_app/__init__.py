"""Tandem: a self-hosted CRM for small teams whose work runs on appointments."""
