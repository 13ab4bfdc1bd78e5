"""Addresses come from a public key alone, and are those that everybody else's software finds."""

import pytest
from eth_account import Account

from payments.wallet import PRIVATE, NotAWallet, PublicNode, Wallet, checksummed
from tests.payments import keys

# Published with BIP-32: its first vector.
VECTORS = [
    (
        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
        1,
        "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ",
    ),
]


@pytest.mark.parametrize(("parent", "number", "child"), VECTORS)
def test_children_are_those_that_bip_32_publishes(parent, number, child):
    assert PublicNode.read(parent).child(number) == PublicNode.read(child)


@pytest.mark.parametrize("account", [0, 3])
def test_addresses_are_those_of_the_owner_s_wallet(account):
    wallet = Wallet(keys.xpub(account))

    for index in (0, 1, 7, 1_000_000):
        assert checksummed(wallet.address(index)) == Account.from_key(keys.private_key(index, account)).address
        assert wallet.way(index) == f"hd:v1:{wallet.fingerprint}:m/44'/60'/{account}'/0/{index}"
    assert (wallet.account, len(wallet.fingerprint)) == (account, 8)


def test_the_first_address_is_the_one_that_everybody_knows():
    assert checksummed(Wallet(keys.xpub()).address(0)) == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


GOOD = keys.xpub()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (keys.xpub(version=PRIVATE), "private key"),
        (keys.xpub(depth=2), "no account"),
        (GOOD[:-1] + ("1" if GOOD[-1] != "1" else "2"), "typo"),
        (GOOD + "0", "letter"),
        ("", "typo"),
        (keys.base58(b"short"), "begin with xpub"),
        (keys.base58(keys.PUBLIC + b"\3" + b"\0" * 40 + b"\2" + b"\xff" * 32), "not on the curve"),
    ],
)
def test_what_is_no_account_s_public_key_is_refused_without_a_quote(given, says):
    with pytest.raises(NotAWallet, match=says) as refused:
        Wallet(given)

    assert not given or given not in str(refused.value)
