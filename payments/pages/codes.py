"""QR codes of paying, drawn in the page itself: they never say anything else than the words beside them."""

from dataclasses import dataclass

from orders.papers import qr


@dataclass(frozen=True)
class Code:
    says: str

    @property
    def side(self) -> int:
        return qr.outline(self.says)[0]

    @property
    def path(self) -> str:
        return qr.outline(self.says)[1]
