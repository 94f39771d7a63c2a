"""The house as people meet it: the real server, the built pages, a browser."""
