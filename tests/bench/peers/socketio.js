// Fan-out with Socket.IO: emit to a room.
// node socketio.js LISTENING_FD
const { createServer } = require("node:http");
const { Server } = require("socket.io");

const http = createServer((_, response) => response.end());
const io = new Server(http, { transports: ["websocket"] });

io.on("connection", (socket) => {
  socket.on("join", () => {
    socket.join("topic");
    socket.emit("joined");
  });
  socket.on("pub", (message) => io.to("topic").emit("ev", message));
});

http.listen({ fd: Number(process.argv[2]) });
