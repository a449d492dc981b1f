"""Public forms and surveys (FRM-1)."""
