// Fan-out with ws: one send() per client, the usual way. Compression off.
// node ws.js LISTENING_FD
const { createServer } = require("node:http");
const { WebSocketServer } = require("ws");

const http = createServer((_, response) => response.end());
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const subscribers = new Set();

function publish(data) {
  const text = JSON.stringify(JSON.parse(data));
  for (const subscriber of subscribers) subscriber.send(text);
}

http.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => client.terminate());
    if (request.url === "/pub") {
      client.on("message", publish);
    } else {
      subscribers.add(client);
      client.on("close", () => subscribers.delete(client));
    }
  });
});

http.listen({ fd: Number(process.argv[2]) });
