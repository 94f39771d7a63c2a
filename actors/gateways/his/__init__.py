"""The hospital information system: what we ask it, what it says, what we tell it."""
