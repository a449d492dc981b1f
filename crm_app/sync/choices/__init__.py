"""What people choose: the option, filters, and guests that wait for a decision."""
