"""Receivers on this machine, spoken to as the real ones are: over HTTP, and by SMTP."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "s3cret-hook"


class Inbox(list):
    """What arrived."""

    status = 200
    """What the next ones are answered with."""
    address = ""


@contextmanager
def _serving(server, inbox):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webhook(secret=SECRET):
    """What `json://` speaks to; its path and its password are secrets."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if inbox.status == 200:
                inbox.append(said)
            self.send_response(inbox.status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    inbox.address = f"json://me:{secret}@127.0.0.1:{server.server_port}/{secret}"
    with _serving(server, inbox):
        yield inbox


@contextmanager
def mail_server():
    """Takes mails as a server does that asks for no password."""
    inbox = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self._say("220 here")
            for line in iter(self.rfile.readline, b""):
                word = line[:4].upper()
                if word == b"DATA":
                    self._say("354 go on")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    inbox.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self._say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

        def _say(self, line):
            self.wfile.write(f"{line}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    port = server.server_address[1]
    inbox.address = (
        f"mailto://127.0.0.1:{port}/books@example.com?from=xero@example.com&mode=insecure&smtp=127.0.0.1&format=text"
    )
    with _serving(server, inbox):
        yield inbox
