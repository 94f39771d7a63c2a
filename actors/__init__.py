"""The living hospital, and the floor it stands on."""
