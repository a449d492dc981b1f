"""What a campaign is: its steps, settings, texts and mistakes. Pure."""
