"""A hospital's day with invented people: on a running server, or in virtual time."""
