"""`houzhen.v1` without I/O: frames, conversation, recovery, backlog.

Nothing in here opens a socket, reads a clock or starts a task: bytes and times come
in, bytes and typed messages or typed errors go out. docs/protocol.md is its contract.
"""
