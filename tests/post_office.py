"""A real mail server on loopback that keeps what it gets, and answers as it is told."""

import asyncio
import socket

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostOffice:
    def __init__(self):
        self.got, self.answer, self.pause = [], "250 taken", 0.0
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

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
        await asyncio.sleep(self.pause)
        if self.answer.startswith("250"):
            self.got.append(envelope.content.decode())
        return self.answer
