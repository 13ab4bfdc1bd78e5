"""The demo at scale: any number of believable events, put together from lists of words, the same for the same seed and day."""

# ruff: noqa: SIM905  # lists of words read better as words

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from psycopg.types.json import Jsonb

from accounts.models import Promoter
from ticketing.history import SYSTEM, HistoryEntry

from .models import Event, TicketTier

BATCH = 2000
DRAFT, PUBLISHED, SALES_CLOSED, CANCELLED, ARCHIVED = Event.Status
HISTORY = ("subject_type", "subject_id", "action", "old_status", "new_status", "actor", "at", "details")
NO_DETAILS = Jsonb({})
MADE_BY_THE_DATABASE = {"created_at", "updated_at"}

# City, time zone, currency, streets, and how often among a hundred.
CITIES = (
    ("Jakarta", "Asia/Jakarta", "IDR", ("Jalan Kemang Utara", "Jalan Cikini Raya", "Jalan Melawai", "Jalan Tebet Timur"), 24),
    ("Bandung", "Asia/Jakarta", "IDR", ("Jalan Braga", "Jalan Riau", "Jalan Dago Atas"), 13),
    ("Yogyakarta", "Asia/Jakarta", "IDR", ("Jalan Prawirotaman", "Jalan Kaliurang", "Jalan Malioboro"), 10),
    ("Surabaya", "Asia/Jakarta", "IDR", ("Jalan Tunjungan", "Jalan Darmo", "Jalan Ngagel"), 9),
    ("Semarang", "Asia/Jakarta", "IDR", ("Jalan Pemuda", "Jalan Kota Lama"), 5),
    ("Malang", "Asia/Jakarta", "IDR", ("Jalan Ijen", "Jalan Soekarno Hatta"), 4),
    ("Solo", "Asia/Jakarta", "IDR", ("Jalan Slamet Riyadi", "Jalan Gatot Subroto"), 4),
    ("Medan", "Asia/Jakarta", "IDR", ("Jalan Kesawan", "Jalan Dr. Mansyur"), 4),
    ("Denpasar", "Asia/Makassar", "IDR", ("Jalan Hayam Wuruk", "Jalan Sanur"), 6),
    ("Makassar", "Asia/Makassar", "IDR", ("Jalan Penghibur", "Jalan Somba Opu"), 4),
    ("Jayapura", "Asia/Jayapura", "IDR", ("Jalan Pantai Hamadi",), 1),
    ("Singapore", "Asia/Singapore", "USD", ("Kallang Way", "Joo Chiat Road", "Tanjong Pagar Road"), 5),
    ("Kuala Lumpur", "Asia/Kuala_Lumpur", "USD", ("Jalan Petaling", "Jalan Sultan"), 3),
    ("Bangkok", "Asia/Bangkok", "USD", ("Charoen Krung Road", "Sukhumvit Soi 38"), 2),
    ("Tokyo", "Asia/Tokyo", "USD", ("Shimokitazawa 2-chome", "Koenji-minami"), 2),
    ("Melbourne", "Australia/Melbourne", "USDT", ("Sydney Road", "Smith Street"), 1),
    ("Malmö", "Europe/Stockholm", "USDT", ("Bergsgatan", "Norra Grängesbergsgatan"), 1),
    ("Berlin", "Europe/Berlin", "USDT", ("Köpenicker Straße", "Boxhagener Straße"), 1),
    ("New York", "America/New_York", "USD", ("Wyckoff Avenue", "Bogart Street"), 1),
)
HOUSES = ("Gedung", "Balai", "Teater", "Gudang", "Studio", "Rumah", "Kedai", "Pelataran", "Taman", "Hall", "Warehouse", "Theatre", "Garden")
HOUSE_NAMES = (
    "Cendana Melati Kenanga Kolam Lampu Kaca Timur Barat Delima Sembilan Merpati Bambu Garam Angin Tua Kereta Pelabuhan "
    "Nusantara Arunika Senja Lontar Rel Percetakan Kopra Teratai"
).split()
THINGS = (
    "Hujan Kabut Senja Lampu Kereta Ombak Gerimis Kaktus Kompas Jendela Pelangi Kucing Lentera Layang Kertas Gunung "
    "Angin Rimba Bulan Bintang Radio Sepeda Warung Trotoar Televisi Pelabuhan Cermin Awan Garam Kunang Payung Dermaga"
).split()
TRAITS = (
    "Biru Merah Plastik Listrik Raksasa Malam Pagi Terakhir Tenggara Sunyi Kecil Jauh Tua Manis Liar Perak Hilang "
    "Pertama Kosong Ungu Lama Terbang Ajaib Basah"
).split()
ADJECTIVES = (
    "Paper Neon Slow Glass Velvet Distant Golden Silent Northern Broken Electric Midnight Hollow Tidal Crooked Gentle "
    "Concrete Borrowed Radiant Second Wooden Restless"
).split()
NOUNS = (
    "Harbour Orchard Satellites Motel Weather Gardens Tramlines Pianos Lanterns Machines Swimmers Rivers Letters Static "
    "Holiday Sparrows Telephones Mountains Mirrors Cinema Foxes Arcade"
).split()
GIVEN = "Sekar Bagas Raka Dewi Galih Laras Bima Ayu Tara Wulan Satria Mira Hana Elias Noor Ingrid Kenji Priya Lucia Oskar".split()
FAMILY = "Wijaya Lestari Pratama Hakim Siregar Putri Santoso Nasution Lindqvist Okabe Ferreira Tan Moreau Rahman Novak Adeyemi".split()
KINDS = (
    # What it is called, and what one hears there.
    ("{band}", "Songs from the new record and most of the old one."),
    ("{band}", "Lagu-lagu dari album baru, dan hampir semua yang lama."),
    ("{band}: Tur {number} Kota", "Satu mobil, {number} kota, dan lagu yang semua orang hafal."),
    ("{band} plays {thing}", "One record from end to end, with strings and a small choir."),
    ("Malam {thing} {trait}", "Tiga penampil, satu panggung, sampai larut."),
    ("Pasar {thing}", "Pasar malam dengan musik hidup, piringan hitam, kopi dan jajanan."),
    ("Festival {thing} {trait}", "Dua panggung dari sore sampai tengah malam, hujan atau terang."),
    ("Orkes {thing} {trait}", "Keroncong, gambus dan dangdut lama dengan sebelas pemain."),
    ("{adjective} {noun} Festival", "Two stages from the afternoon until midnight, rain or shine."),
    ("{adjective} {noun}", "Loud guitars, two drummers and a slide projector."),
    ("Jazz di {house}", "Kuartet, kuintet, lalu jam terbuka untuk siapa saja yang membawa alat musik."),
    ("Komedi {trait}", "Lima komika, masing-masing lima belas menit, tanpa rekaman."),
    ("{person}: solo", "One voice and one instrument, without a microphone."),
    ("Wayang {thing}", "Dalang muda, lakon lama, gamelan lengkap."),
    ("Workshop: {noun} and {thing}", "Build it in the afternoon, play it in the evening, take it home."),
)
MORE = (
    "Doors open an hour before. There is free water at the bar.",
    "Pintu dibuka satu jam sebelumnya. Air minum gratis.",
    "Bring something to sit on; umbrellas stay outside.",
    "Harap datang tepat waktu: setelah mulai, pintu ditutup sampai jeda.",
    "The hall is easy to reach by bus and has a place for bicycles.",
    "Setiap tiket menyumbang seribu rupiah untuk perpustakaan kampung.",
    "Earplugs are at the desk. Please take no pictures with a flash.",
    "Penonton di bawah dua belas tahun didampingi orang tua.",
)
TIERS = (("Regular",), ("Early bird", "Regular"), ("Festival", "VIP"), ("Tribune", "Festival", "VIP"), ("Student", "Regular", "Front rows"))
REASONS = ("The singer is ill. Everybody who has bought gets the money back.", "Izin tempat dicabut. Uang semua pembeli dikembalikan.")


def make(*, seed: int, count: int) -> Iterator[int]:
    """Make the events from number 0 up to `count` that are not there yet; yield how many are dealt with so far.

    Straight into the tables, 350,000 rows a minute: actions would take an hour. Constraints, triggers and generated columns are on.
    """
    today = timezone.localdate()
    promoters = list(Promoter.objects.filter(approved_at__isnull=False).order_by("name"))
    if not promoters:
        return
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        made = [_event(number, Random(f"{seed} {number}"), today, promoters) for number in numbers]  # noqa: S311  # a demo
        there = set(Event.all_objects.filter(slug__in=[event.slug for event, _ in made]).values_list("slug", flat=True))
        new = [(event, tiers) for event, tiers in made if event.slug not in there]
        with transaction.atomic():
            _copy(Event, [event for event, _ in new])
            _copy(TicketTier, [tier for _, tiers in new for tier in tiers])
            _copy_lines(HistoryEntry, HISTORY, [line for event, _ in new for line in _history(event)])
        yield numbers[-1] + 1


def _event(number: int, dice: Random, today: date, promoters: Sequence[Promoter]) -> tuple[Event, list[TicketTier]]:
    city, zone, currency, streets, _ = dice.choices(CITIES, [city[-1] for city in CITIES])[0]
    words = _words(dice)
    title, heard = (text.format(**words) for text in dice.choice(KINDS))
    day = today + timedelta(days=-dice.randrange(1, 900) if dice.random() < 0.55 else int(1 + 420 * dice.random() ** 1.6))
    starts_at = datetime.combine(day, time(dice.choice((11, 15, 16, 18, 19, 19, 20, 20, 21)), dice.choice((0, 0, 30))), ZoneInfo(zone))
    is_past = day < today
    written_at = min(starts_at, datetime.combine(today, time(), starts_at.tzinfo)) - timedelta(days=dice.randrange(20, 120))
    event = Event(
        promoter=dice.choice(promoters),
        slug=f"{slugify(title)[:60].strip('-')}-{_letters(number)}",
        title=title,
        artist=words["band"] if words["band"] not in title and dice.random() < 0.7 else "",
        description=" ".join([heard, *dice.sample(MORE, dice.randrange(1, 4))]),
        venue=words["house"],
        address=f"{dice.choice(streets)} {dice.randrange(1, 180)}",
        city=city,
        timezone=zone,
        currency=currency,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=dice.choice((90, 120, 150, 180, 240, 480))),
        doors_open_at=starts_at - timedelta(hours=1) if dice.random() < 0.6 else None,
        age_limit=dice.choice((None, None, None, None, 18, 21)),
        refund_until_hours=dice.choice((None, 24, 72, 168)),
        **_state(dice, written_at, is_past=is_past),
    )
    return event, _tiers(event, dice, today, is_past=is_past)


def _words(dice: Random) -> dict[str, Any]:
    words = {
        "thing": dice.choice(THINGS),
        "trait": dice.choice(TRAITS),
        "adjective": dice.choice(ADJECTIVES),
        "noun": dice.choice(NOUNS),
        "person": f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}",
        "house": f"{dice.choice(HOUSES)} {dice.choice(HOUSE_NAMES)}",
        "number": dice.randrange(5, 20),
    }
    bands = ("{thing} {trait}", "{adjective} {noun}", "The {noun}", "{person}", "{person} Trio", "{thing} & {noun}")
    return {**words, "band": dice.choice(bands).format(**words)}


def _state(dice: Random, written_at: datetime, *, is_past: bool) -> dict[str, Any]:
    weights = (0, 78, 6, 4, 12) if is_past else (5, 88, 4, 2, 1)
    status = dice.choices(list(Event.Status), weights)[0]
    if status == DRAFT or (status == ARCHIVED and not is_past):
        return {"status": status}
    published = {"status": status, "published_at": written_at + timedelta(days=1)}
    if status != CANCELLED:
        return published
    return {**published, "cancelled_at": written_at + timedelta(days=9), "cancel_reason": dice.choice(REASONS), "version": 2}


def _tiers(event: Event, dice: Random, today: date, *, is_past: bool) -> list[TicketTier]:
    names = dice.choice(TIERS)
    price = _price(dice, event.currency)
    demand = dice.betavariate(4, 1.5) if is_past else dice.betavariate(1.2, 2.5) if dice.random() < 0.93 else 1.0
    opens = datetime.combine(today + timedelta(days=dice.randrange(1, 20)), time(10), event.zone)
    is_early = not is_past and opens < event.starts_at and dice.random() < 0.06
    tiers = []
    for position, name in enumerate(names):
        quantity = dice.choice((20, 40, 60, 80, 100, 150, 200, 300, 500, 800))
        # Nobody bought: what is sold has an order. So what is gone was never for sale.
        gone = 0 if is_early else round(quantity * demand * dice.uniform(0.8, 1.15))
        tiers.append(
            TicketTier(
                event=event,
                name=name,
                price=price * (2 + position) / 2,
                quantity=max(1, quantity - gone),
                sale_starts_at=opens if is_early else None,
                sale_ends_at=event.starts_at,
                max_purchase=dice.choice((4, 6, 10)),
                position=position,
            )
        )
    if dice.random() < 0.08:
        event.capacity = max(1, sum(tier.quantity for tier in tiers) * 9 // 10)
    return tiers


def _price(dice: Random, currency: str) -> Decimal:
    if dice.random() < 0.04:
        return Decimal(0)
    amount = 50_000 * dice.randrange(1, 19) if currency == "IDR" else 2 * dice.randrange(4, 60)
    return Decimal(amount)


def _letters(number: int) -> str:
    """Write the number in letters and digits that cannot be mistaken for one another."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    written = ""
    while number or not written:
        number, rest = divmod(number, len(alphabet))
        written = alphabet[rest] + written
    return written


def _history(event: Event) -> Iterator[tuple[Any, ...]]:
    """Yield what the actions would have written."""

    def line(action: str, at: datetime, old: str = "", new: str = "") -> tuple[Any, ...]:
        return ("events.event", event.pk, action, old, new, SYSTEM, at, NO_DETAILS)

    published_at = event.published_at
    begun = published_at - timedelta(days=1) if published_at else event.starts_at - timedelta(days=150)
    yield line("created", begun)
    if published_at:
        yield line("published", published_at, DRAFT, PUBLISHED)
    if event.status in (SALES_CLOSED, CANCELLED, ARCHIVED):
        old = PUBLISHED if published_at else DRAFT
        yield line(event.status, event.cancelled_at or (published_at or begun) + timedelta(days=2), old, event.status)


def _copy(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    names = [field.attname for field in model._meta.concrete_fields if not field.generated and field.name not in MADE_BY_THE_DATABASE]
    _copy_lines(model, names, ([_plain(getattr(row, name)) for name in names] for row in rows))


def _copy_lines(model: type[models.Model], columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Insert with COPY, which takes a third of the time of INSERT."""
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor, cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
        for line in lines:
            copy.write_row(line)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.fields.files.FieldFile) else value
