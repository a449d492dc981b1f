"""Appointments on their way out, and what came of them there."""
