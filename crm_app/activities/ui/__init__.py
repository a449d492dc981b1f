"""The page with what is to do."""
