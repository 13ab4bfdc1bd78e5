# pragma version 0.4.3
# A token that behaves like USDT where it hurts: nothing is returned, a fee can be switched on, all of it can be paused,
# and people can be barred. For the local chain and for tests; it is worth nothing.

event Transfer:
    sender: indexed(address)
    to: indexed(address)
    amount: uint256

event Approval:
    holder: indexed(address)
    spender: indexed(address)
    amount: uint256

name: public(constant(String[20])) = "Play USDT"
symbol: public(constant(String[4])) = "USDT"
decimals: public(immutable(uint8))
owner: public(immutable(address))

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
basisPointsRate: public(uint256)
maximumFee: public(uint256)
paused: public(bool)
isBlackListed: public(HashMap[address, bool])


@deploy
def __init__(places: uint8):
    decimals = places
    owner = msg.sender


@internal
@view
def _only_owner():
    assert msg.sender == owner, "only the owner"


@internal
def _credit(sender: address, to: address, amount: uint256):
    self.balanceOf[to] += amount
    log Transfer(sender=sender, to=to, amount=amount)


@internal
def _move(sender: address, to: address, amount: uint256):
    assert not self.paused, "paused"
    assert not self.isBlackListed[sender], "barred"
    fee: uint256 = min(amount * self.basisPointsRate // 10_000, self.maximumFee)
    self.balanceOf[sender] -= amount
    self._credit(sender, to, amount - fee)
    if fee > 0:
        self._credit(sender, owner, fee)


@external
def transfer(to: address, amount: uint256):
    self._move(msg.sender, to, amount)


@external
def transferFrom(holder: address, to: address, amount: uint256):
    if self.allowance[holder][msg.sender] < max_value(uint256):
        self.allowance[holder][msg.sender] -= amount
    self._move(holder, to, amount)


@external
def approve(spender: address, amount: uint256):
    assert amount == 0 or self.allowance[msg.sender][spender] == 0, "set it to zero first"
    self.allowance[msg.sender][spender] = amount
    log Approval(holder=msg.sender, spender=spender, amount=amount)


@external
def batch(to: DynArray[address, 200], amounts: DynArray[uint256, 200]):
    # Many withdrawals in one transaction, as exchanges send them.
    assert len(to) == len(amounts), "as many amounts as addresses"
    for place: uint256 in range(len(to), bound=200):
        self._move(msg.sender, to[place], amounts[place])


@external
def issue(to: address, amount: uint256):
    self._only_owner()
    self.totalSupply += amount
    self._credit(empty(address), to, amount)


@external
def setParams(basis_points: uint256, maximum_fee: uint256):
    self._only_owner()
    assert basis_points <= 10_000, "more than everything"
    self.basisPointsRate = basis_points
    self.maximumFee = maximum_fee


@external
def setPaused(paused: bool):
    self._only_owner()
    self.paused = paused


@external
def setBlackListed(person: address, barred: bool):
    self._only_owner()
    self.isBlackListed[person] = barred


@external
def destroyBlackFunds(person: address):
    self._only_owner()
    assert self.isBlackListed[person], "not barred"
    self.totalSupply -= self.balanceOf[person]
    self.balanceOf[person] = 0
