"""What a speaker says: words become sound, once for each phrase."""
