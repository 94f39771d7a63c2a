"""What an area hears: calls in words, one after another in each zone, answered for."""
