"""What hangs on walls and doors: views of a clinic's day, one for each audience."""
