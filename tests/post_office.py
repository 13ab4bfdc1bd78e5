"""A real mail server on loopback that keeps what it gets, and answers as it is told."""

import asyncio
import socket

from aiosmtpd.controller import Controller


class Counter(Controller):
    """Listens at a port that is its own from the start: one that was only looked at may be another's by then."""

    def __init__(self, handler):
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1], ready_timeout=60)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._socket)


class PostOffice:
    def __init__(self):
        self.got, self.answer, self.pause = [], "250 taken", 0.0
        self.talks, self.hold = 0, None
        self._controller = Counter(self)
        self.port = self._controller.port

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop(no_assert=True)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "unknown" in address:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server, session, envelope):
        self.talks, hold = self.talks + 1, self.hold
        await asyncio.sleep(self.pause)
        while hold and not hold.is_set():
            await asyncio.sleep(0.02)
        if self.answer.startswith("250"):
            self.got.append(envelope.content.decode())
        return self.answer
