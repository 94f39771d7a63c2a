"""Values that every room shares: names, times, errors, sealed fields. No effects."""
