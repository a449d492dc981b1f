"""When something happens, if it fits, then act (TRG-1 to TRG-5)."""
