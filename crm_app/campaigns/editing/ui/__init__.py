"""The pages of campaigns: the list, and the builder (CAM-6)."""
