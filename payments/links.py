"""What leads out of the site: into a wallet, and to a chain's public records. Pure."""

from payments.wallet import checksummed


def wallet_link(*, token: str, chain: int, to: str, units: int) -> str:
    """Return what opens a wallet with everything filled in (EIP-681).

    Plain digits: wallets were seen to misread the powers of ten that the standard allows, too.
    """
    return f"ethereum:{checksummed(token)}@{chain}/transfer?address={checksummed(to)}&uint256={units}"


def transfer_call(*, to: str, units: int) -> str:
    """Return what a wallet signs to send so much of a token there: `transfer(address,uint256)`, as the contract reads it."""
    return f"0xa9059cbb{to[2:].lower():0>64}{units:064x}"


def explorer_of_tx(explorer: str, tx: str) -> str:
    return f"{explorer}/tx/{tx}" if explorer else ""


def explorer_of_address(explorer: str, address: str) -> str:
    return f"{explorer}/address/{address}" if explorer else ""
