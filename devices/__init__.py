"""Drivers of what stands on the floor: readers, scanners, printers, speakers.

Knows nothing of ours, so that a driver can be used, tested and sold alone.
"""
