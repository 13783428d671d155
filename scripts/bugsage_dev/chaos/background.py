"""An asyncio loop in a thread of its own, so that the story of a fault reads top to bottom."""

import asyncio
import threading


class Background:
    """Runs `main()` from the start of the `with` block until its end."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.started = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        # What is done goes on while it is set. Made in the thread: it belongs to the loop.
        self.open = None

    def __enter__(self):
        self.thread.start()
        self.started.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def run(self):
        """The thread."""
        asyncio.set_event_loop(self.loop)
        self.open = asyncio.Event()
        self.open.set()
        self.loop.run_until_complete(self.main())
        self.started.set()
        self.loop.run_forever()
        # Otherwise asyncio prints each connection that is ended here.
        self.loop.set_exception_handler(lambda *_: None)
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(asyncio.sleep(0))  # what was aborted is closed in the next turn
        self.loop.close()

    async def main(self):
        """Starts what is to run."""
        raise NotImplementedError

    def call(self, function):
        """Has the loop call `function`."""
        self.loop.call_soon_threadsafe(function)
