"""What external events become here: appointments, guests, contacts."""
