"""Calendars' configuration, availability, busy time, appointments, the owner rule."""
