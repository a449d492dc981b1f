"""Campaigns, steps, enrolments, triggers and forms."""
