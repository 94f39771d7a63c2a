"""Devices that are none, on pseudo-terminals that speak the same bytes."""
