"""A network of our own between the service and its database, which can be cut."""

import asyncio

from .background import Background

PIECE = 65536


class Proxy(Background):
    """Passes bytes on to `target`; while it is cut none pass, and no connection ends."""

    def __init__(self, port, target):
        super().__init__()
        self.port = port
        self.target = target
        # asyncio itself lets go of a task that only waits for its connection.
        self.passing = set()

    async def main(self):
        """Takes connections."""
        await asyncio.start_server(self.connect, "127.0.0.1", self.port)

    def cut(self):
        """From now on nothing arrives, and nobody is told."""
        self.call(self.open.clear)

    def mend(self):
        """What was held up arrives."""
        self.call(self.open.set)

    async def connect(self, reader, writer):
        """One connection of the service."""
        self.passing.add(asyncio.current_task())
        await self.open.wait()
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self.pass_on(reader, there_writer), self.pass_on(there_reader, writer))

    async def pass_on(self, reader, writer):
        """One direction, until either side ends."""
        try:
            while piece := await reader.read(PIECE):
                await self.open.wait()
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
