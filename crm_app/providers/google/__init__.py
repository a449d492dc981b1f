"""Google Calendar, API version 3: https://developers.google.com/workspace/calendar/api.

What Google keeps as JSON is iCalendar for the rest of Tandem, in both directions.
"""
