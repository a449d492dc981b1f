"""Large calendars and real processes: what holds at 20,000 events and under ``kill -9``."""
