"""The local chain as a process: `python -m ticketing.local.chain FD` answers on the socket that it inherits.

It may be killed at any moment. A block is made every two seconds while anything happens and until all of it is final,
and one a minute besides, so that orders whose time is over can be seen to be over.
"""

import socket
import sys
import threading
import time

from ticketing.local.places import here

from . import endpoint
from .ledger import Ledger
from .server import Node, Server


def main() -> None:
    places = here()
    node = Node(Ledger(endpoint.blocks(places), at=time.time()), clock=time.time)
    server = Server(socket.socket(fileno=int(sys.argv[1])), node, path=endpoint.path(places))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    node.make_blocks()  # in the main thread: if it fails, the process ends, and is started anew


if __name__ == "__main__":
    main()
