"""Which nodes a chain is asked of: those that the environment names."""

from functools import cache

from django.conf import settings

from .nodes import Nodes


@cache
def nodes_of(chain_id: int) -> Nodes:
    """Return the chain's nodes, the same in each call of a process, so that it remembers which of them failed."""
    from .client import RpcNode  # web3 costs seconds and memory that only workers have to spend

    return Nodes(chain_id, [RpcNode(url) for url in settings.RPC_URLS.get(chain_id, ())])
