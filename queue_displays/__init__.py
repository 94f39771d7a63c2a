"""What a screen shows and a speaker says."""
