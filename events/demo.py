"""The demo's programme: three promoters, nights in Indonesia and next door, one of each state a visitor can meet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Promoter

from . import actions
from . import crowd as crowds
from .models import Event, ReferenceRate

PER_USDT = {"IDR": Decimal(16300), "USD": Decimal(1), "USDT": Decimal(1)}


@dataclass(frozen=True)
class Tier:
    name: str
    price: int
    quantity: int
    description: str = ""
    sold: int = 0
    reserved: int = 0
    opens_in: int | None = None  # days from today
    most: int = 6
    hidden: bool = False


@dataclass(frozen=True)
class Night:
    promoter: str
    title: str
    artist: str
    venue: str
    address: str
    city: str
    days: int  # from today
    begins: str
    hours: float
    tiers: tuple[Tier, ...]
    description: str = ""
    zone: str = "Asia/Jakarta"
    currency: str = "IDR"
    published: bool = True
    cancelled: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


NIGHTS = (
    Night(
        "Radio Hujan",
        "Radio Hujan",
        "Lampu Trotoar with a nine-piece band",
        "Gudang Tujuhbelas",
        "Jalan Kereta Lama 17",
        "Bandung",
        12,
        "20:00",
        3.5,
        (
            Tier("Regular", 350_000, 400, "Standing, main floor", sold=212),
            Tier("Balcony", 500_000, 60, "Seated, numbered on arrival", sold=54, most=4),
            Tier("Four friends", 1_200_000, 25, "Four standing places on one order", sold=19, reserved=6, most=1),
            Tier("Early bird", 250_000, 80, "Standing, main floor", sold=80),
        ),
        "Lampu Trotoar wrote *Radio Hujan* during one long rainy season, on a borrowed transistor set that could hear "
        "three stations at once. "
        "For one evening they play it from end to end with strings, brass and a shortwave radio tuned live on stage.\n\n"
        "Malam ini juga dibuka oleh **Orkes Tenda Biru**, yang membawakan keroncong dengan gitar listrik dan mesin drum.\n\n"
        "- Doors at 19:00, first act at 20:00\n- Earplugs for children at the desk\n- The hall is warm: there is free water at both bars",
        facts={"access_notes": "Step-free from Jalan Kereta Lama. Companions come in free: write to us.", "refund_until_hours": 168},
    ),
    Night(
        "Nordlys Live",
        "Glasshouse Motel",
        "with Nusa Drift",
        "Teater Kolam",
        "Jalan Danau Timur 4",
        "Jakarta",
        18,
        "20:00",
        3,
        (Tier("Stalls", 420_000, 300, "Seated", sold=96), Tier("Circle", 320_000, 180, "Seated, upper floor", sold=20)),
        "Four people from Malmö, eleven synthesisers and a slide projector. Their third record, "
        "*Pool Closed*, is played with the lights off.",
        facts={"refund_until_hours": 72, "refund_percent": Decimal(80)},
    ),
    Night(
        "Radio Hujan",
        "Bintang Plastik",
        "Tur Sepuluh Kota",
        "Balai Cendana",
        "Jalan Pahlawan 88",
        "Surabaya",
        19,
        "19:30",
        3,
        (Tier("Festival", 200_000, 240, "Berdiri", sold=226),),
        "Sepuluh kota, satu mobil, dan lagu-lagu yang semua orang hafal sejak SMA. Surabaya adalah kota ketujuh.",
    ),
    Night(
        "Nordlys Live",
        "Low Tide Orchestra",
        "plays the sea",
        "Pelataran Timur",
        "Jalan Pantai Matahari",
        "Denpasar",
        26,
        "18:00",
        2.5,
        (Tier("Beach", 300_000, 500, "Bring something to sit on", sold=40), Tier("Deck chair", 450_000, 80, sold=11)),
        "Twenty-two musicians on a stage that stands in the water until the tide takes the first row of stands.",
        zone="Asia/Makassar",
    ),
    Night(
        "Kertas & Kabut",
        "Pasar Malam Modular",
        "Twelve live sets, two rooms",
        "Studio Empat Arah",
        "Jalan Kaliurang KM 6",
        "Yogyakarta",
        33,
        "16:00",
        9,
        (
            Tier("Both rooms", 150_000, 220, sold=61),
            Tier("With workshop", 275_000, 24, "Build a small oscillator and take it home", sold=15),
        ),
        "Cables, speakers and nasi kucing. Twelve sets between four in the afternoon and one at night; come and go as you like.",
        facts={"capacity": 240},
    ),
    Night(
        "Nordlys Live",
        "Saint Amaryllis",
        "Asia 2027",
        "Kallang Shed 9",
        "9 Kallang Way",
        "Singapore",
        39,
        "20:00",
        2.5,
        (Tier("Standing", 68, 350, sold=350), Tier("Mezzanine", 98, 60, sold=60)),
        "One night only, on the way from Tokyo to Melbourne.",
        zone="Asia/Singapore",
        currency="USD",
    ),
    Night(
        "Kertas & Kabut",
        "Keroncong Listrik",
        "Orkes Tenda Biru",
        "Gedung Karya",
        "Jalan Pemuda 12",
        "Semarang",
        47,
        "19:00",
        2.5,
        (Tier("Kursi", 125_000, 300, sold=33),),
        "Keroncong lama dengan gitar listrik, mesin drum, dan satu biola yang sudah ikut sejak 1962.",
        facts={"one_order_per_buyer": True},
    ),
    Night(
        "Nordlys Live",
        "Tramline",
        "from Gothenburg",
        "Teater Kolam",
        "Jalan Danau Timur 4",
        "Jakarta",
        60,
        "20:00",
        2.5,
        (Tier("Stalls", 450_000, 300), Tier("Circle", 350_000, 180)),
        "Motorik drums, accordion, and songs about waiting for public transport.",
    ),
    Night(
        "Radio Hujan",
        "Hotel Singkong",
        "DJ Saklar, all night",
        "Gudang Tujuhbelas",
        "Jalan Kereta Lama 17",
        "Bandung",
        61,
        "22:00",
        6,
        (Tier("All night", 100_000, 350, "From 18 years", opens_in=9),),
        "Dangdut, disco, dangdut. The kitchen serves fried cassava until four.",
        facts={"age_limit": 18},
    ),
    Night(
        "Radio Hujan",
        "Kebun Raksasa",
        "Gerimis Pagi",
        "Pelataran Timur",
        "Jalan Pantai Matahari",
        "Denpasar",
        75,
        "17:00",
        3,
        (Tier("Free entry", 0, 400, "Please give your place back if you cannot come", sold=118),),
        "A free afternoon for the neighbourhood: puppets as tall as houses, and a band that plays between the trees.",
        zone="Asia/Makassar",
    ),
    Night(
        "Kertas & Kabut",
        "Wayang Kertas",
        "Dalang Sekar Wangi",
        "Rumah Kabut",
        "Jalan Kaliurang KM 14",
        "Yogyakarta",
        8,
        "19:30",
        2,
        (Tier("Tikar", 90_000, 70, "On mats, close to the screen", sold=22), Tier("Kursi", 120_000, 50, sold=9)),
        "The Ramayana in paper and lamplight, told for those who hear it for the first time.",
        cancelled="Dalang Sekar Wangi is ill. Everybody who has bought gets the money back.",
    ),
    Night(
        "Radio Hujan",
        "Suara Gang",
        "Six bands from one street",
        "Kedai Lampu",
        "Gang Mawar 3",
        "Jakarta",
        -20,
        "19:00",
        4,
        (Tier("Regular", 120_000, 150, sold=150),),
        "What happened when a whole street learned the bass guitar.",
    ),
    Night(
        "Nordlys Live",
        "Northern Lights for Beginners",
        "",
        "Teater Kolam",
        "Jalan Danau Timur 4",
        "Jakarta",
        90,
        "20:00",
        2,
        (Tier("Stalls", 380_000, 300), Tier("Press", 0, 20, hidden=True)),
        "",
        published=False,
    ),
)


def seed(*, seed: int) -> Iterator[str]:
    for currency, per_usdt in PER_USDT.items():
        ReferenceRate.objects.update_or_create(currency=currency, defaults={"per_usdt": per_usdt, "quoted_at": timezone.now()})
    for night in NIGHTS:
        if not Event.all_objects.filter(title=night.title).exists():
            yield _made(night)


def crowd(*, seed: int, count: int) -> Iterator[int]:
    return crowds.make(seed=seed, count=count)


def _made(night: Night) -> str:
    # From midnight, so that a demo made twice on a day is the same to the second.
    zone, now = ZoneInfo(night.zone), timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = now.astimezone(zone).date()
    begin = datetime.combine(today + timedelta(days=night.days), time.fromisoformat(night.begins), zone)
    # Written down, opened and sold some weeks before, as it would have been.
    then = min(now, begin) - timedelta(days=30)
    event = actions.create_event(
        promoter_id=Promoter.objects.get(name=night.promoter).pk,
        by=None,
        at=then,
        title=night.title,
        artist=night.artist,
        description=night.description,
        venue=night.venue,
        address=night.address,
        city=night.city,
        timezone=night.zone,
        currency=night.currency,
        starts_at=begin,
        ends_at=begin + timedelta(hours=night.hours),
        doors_open_at=begin - timedelta(hours=1),
        tiers=[_terms(tier, begin, today, zone) for tier in night.tiers],
        **night.facts,
    )
    if not night.published:
        return f"Made {event}, a draft"
    actions.publish(event_id=event.pk, by=None, at=then)
    for tier, made in zip(night.tiers, event.tiers.order_by("position"), strict=True):
        # Without a deed, so without a minimum or an order: how many others have bought.
        event.tiers.filter(pk=made.pk).update(sold=tier.sold, reserved=tier.reserved)
    if event.capacity:
        Event.objects.filter(pk=event.pk).update(
            sold=sum(tier.sold for tier in night.tiers), reserved=sum(tier.reserved for tier in night.tiers)
        )
    if night.cancelled:
        actions.cancel(event_id=event.pk, reason=night.cancelled, by=None, at=now)
    return f"Made {event}, {event.venue}, {event.city}"


def _terms(tier: Tier, begin: datetime, today: Any, zone: ZoneInfo) -> dict[str, Any]:
    opens = datetime.combine(today + timedelta(days=tier.opens_in), time(10), zone) if tier.opens_in is not None else None
    return {
        "name": tier.name,
        "price": Decimal(tier.price),
        "quantity": tier.quantity,
        "description": tier.description,
        "max_purchase": tier.most,
        "hidden": tier.hidden,
        "sale_starts_at": opens,
        "sale_ends_at": begin,
    }
