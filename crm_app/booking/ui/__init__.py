"""Home: the one page that draws on all rooms."""
