"""The servers the fan-out benchmark runs beside, each as its own documentation has it.

Each is a program that takes the number of an open listening socket; it publishes what
comes on ``/pub`` to everybody on ``/sub`` (Socket.IO: from ``pub`` to the room).
"""
