"""Serve one page over TLS on the loopback, and fetch it with nothing but defaults."""

import http.server
import ssl
import threading
import urllib.error
import urllib.request


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello over " + self.connection.version().encode())

    def log_message(self, *_: object):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/app/server.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    with urllib.request.urlopen(f"https://127.0.0.1:{server.server_port}/", timeout=20) as answer:
        print("fetched:", answer.read().decode())
except urllib.error.URLError as error:
    print("refused:", error)
