"""A department's day of numbers: who sees whom when, what is left, who holds what."""
