"""How an account is reached: app registrations, signing in, one run at a time."""
