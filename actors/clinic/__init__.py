"""The queue of one clinic on one day: who waits, who is called, where to go."""
