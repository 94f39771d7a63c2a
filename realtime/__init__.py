"""The server: the protocol, the sockets, the pages, and the program put together."""
