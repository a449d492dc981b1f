"""Connected accounts: made, changed, and left."""
