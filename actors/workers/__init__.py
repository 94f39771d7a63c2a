"""Processes of our own that think for long, so that the loop does not have to."""
