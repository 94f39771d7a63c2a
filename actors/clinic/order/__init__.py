"""Who is next, and why: pure rules over facts, with no clock and nobody's state."""
