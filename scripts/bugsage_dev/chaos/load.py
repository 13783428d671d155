"""The load: many connections, each with one request on its way, from a thread of its own."""

import asyncio
import collections
import random

from ..child import wait_until
from .background import Background

# Of three requests whose outcome is unknown one is sent again, as a careful client does.
SENT_AGAIN = 3
# After a refusal for lack of a server, in seconds.
PAUSE = 0.05


class Load(Background):
    """Sends what `maker` makes to services at `ports`, `connections` at a time to each."""

    def __init__(self, maker, ledger, ports, connections):
        super().__init__()
        self.maker = maker
        self.ledger = ledger
        self.connections = connections
        self.in_flight = dict.fromkeys(ports, 0)
        self.acknowledged = dict.fromkeys(ports, 0)
        self.again = collections.deque()
        # asyncio itself lets go of a task that only waits for its connection.
        self.senders = []

    async def main(self):
        """Starts the senders."""
        for port in self.in_flight:
            for _ in range(self.connections):
                self.senders.append(self.loop.create_task(self.sender(port)))

    def go(self):
        """Sends on after a rest."""
        self.call(self.open.set)

    def rest(self, seconds):
        """Sends nothing more and waits until everything under way is answered."""
        self.call(self.open.clear)
        wait_until(lambda: not self.open.is_set() and not any(self.in_flight.values()),
                   seconds, "every request has ended")

    async def sender(self, port):
        """One connection after the other, one request after the other."""
        connection = None
        try:
            while True:
                try:
                    connection = connection or await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(PAUSE)
                    continue
                # Last, so that nothing is sent in a rest.
                await self.open.wait()
                request = self.again.popleft() if self.again else self.maker.any()
                if not await self.send(port, connection, request):
                    connection[1].close()
                    connection = None
        finally:
            # Nobody else closes it, and an ordinary user may not have many files open.
            if connection:
                connection[1].transport.abort()

    async def send(self, port, connection, request):
        """Sends one request; whether the connection can take another."""
        self.ledger.sent(request)
        self.in_flight[port] += 1
        try:
            status, position = await ask(connection, request.body)
        except (OSError, EOFError):
            self.ledger.lost(request)
            self.perhaps_again(request)
            return False
        finally:
            self.in_flight[port] -= 1
        self.ledger.answered(request, status, position)
        if status < 300:
            self.acknowledged[port] += 1
        elif status >= 500 or status == 429:
            self.perhaps_again(request)
            await asyncio.sleep(PAUSE)
        return True

    def perhaps_again(self, request):
        """Queues some of what may have failed for another try."""
        if random.randrange(SENT_AGAIN) == 0:
            self.again.append(request)


async def ask(connection, body):
    """The status of the answer and the position it names."""
    reader, writer = connection
    writer.write(body)
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    await reader.readexactly(int(fields.get("content-length", 0)))
    return int(head.split(" ", 2)[1]), int(fields.get("x-bugsage-position", 0))
