"""The pages on which forms are laid out, published, and what was sent is read."""
