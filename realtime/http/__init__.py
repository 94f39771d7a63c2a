"""What the server says over plain HTTP: pages, the API, health, metrics.

Live connections never come here: they have their own edge, on the same port.
"""
