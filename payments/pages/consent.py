"""What a buyer accepts by ordering, so that the order can say later which texts these were."""

from hashlib import sha256
from typing import Any

from django.utils.translation import get_language

from events.pages import Terms
from ticketing import identity


def consent(of_promoter: Terms | None) -> dict[str, Any]:
    site = identity.current().text("terms")
    accepted = {"site": sha256(site.encode()).hexdigest() if site else "", "promoter": of_promoter.digest if of_promoter else ""}
    return {"terms": {by: digest for by, digest in accepted.items() if digest}, "language": get_language()}
