"""A line between two programs that is cut after so many bytes in one direction."""

import socket
import threading

from house import free_port


class Cutter:
    """Hands bytes on to a port; a context manager."""

    def __init__(self, port):
        self.target, self.port = port, free_port()
        self.to_client = self.to_server = None
        self.passed = {"client": 0, "server": 0}
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.open = True

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.open = False
        self.listener.close()

    def cut(self, to_client=None, to_server=None):
        """Says after how many bytes of a line it is cut; None never."""
        self.to_client, self.to_server = to_client, to_server
        self.passed = {"client": 0, "server": 0}

    def serve(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for one, other, to, most in ((server, client, "client", self.to_client),
                                         (client, server, "server", self.to_server)):
                threading.Thread(target=self.hand_on, args=(one, other, to, most),
                                 daemon=True).start()

    def hand_on(self, one, other, to, most):
        left = most
        try:
            while data := one.recv(4096):
                if left is not None:
                    data, left = data[:left], left - len(data[:left])
                other.sendall(data)
                self.passed[to] += len(data)
                if left == 0:
                    break
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
