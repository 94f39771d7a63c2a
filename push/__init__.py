"""The message platform: what a patient is told on the phone, and over which channel."""
