"""What the hospital is made of, for whoever looks for a doctor: one per hospital."""
