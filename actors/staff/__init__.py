"""Who works here: accounts, roles and places, and who may give them."""
