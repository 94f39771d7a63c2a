"""Whoever books: their numbers of all departments, and whether they may book."""
