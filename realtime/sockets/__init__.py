"""The WebSocket edge: sockets without tasks, one flush for all, one port for both.

    front_door   accepts, reads the request head, sends WebSockets to the edge and
                 everything else to the HTTP side
    edge         owns the connections, their deadlines and heartbeats
    connection   one socket and its conversation    audience   the members of a topic
    poller       one private epoll, one task        courier    one task that delivers
    house        what the edge asks of whoever knows topics and rights

Everything here runs on one trio event loop; only `run` and `shutdown` are awaited.
"""
