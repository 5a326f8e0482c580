"""Tools of whoever works on Cordboard. Nothing here is in the wheel."""
