"""Slot search, round robin, owner-first routing, public pages, booking links."""
