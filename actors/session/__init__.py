"""A patient's session at a kiosk: from the card to the slip, one at a time."""
