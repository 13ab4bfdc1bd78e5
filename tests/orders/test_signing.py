"""What a code says, who can have said it, and that nobody else can."""

import base64
import itertools
import random
import string
from io import BytesIO
from uuid import uuid4

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from orders import names, signing
from orders.papers import qr

EVENT, SERIAL = uuid4(), "00112233445566778899aabbccddeeff"


def key() -> str:
    return base64.urlsafe_b64encode(random.randbytes(32)).decode()


def accepted(text, keys=None) -> bool:
    try:
        signing.opened(text, keys or signing.believed())
    except (signing.NotOurs, signing.Forged):
        return False
    return True


def test_a_code_says_which_ticket_of_which_event():
    claim = signing.opened(signing.signed(EVENT, SERIAL), signing.believed())

    assert (claim.serial, claim.event) == (SERIAL, EVENT.hex[16:])
    assert claim.key == signing.written(signing.believed()[0])


def test_the_same_ticket_has_the_same_code_each_time():
    assert signing.signed(EVENT, SERIAL) == signing.signed(EVENT, SERIAL)


def test_scanners_that_type_may_add_what_they_like():
    text = signing.signed(EVENT, SERIAL)

    assert accepted(f" {text.lower()}\r\n")
    assert accepted(f"{text[:70]}\n{text[70:]}")


def test_10000_forged_codes_are_refused():
    """Bits turned, parts of two codes joined, letters at random, other keys, other purposes: nothing passes."""
    dice, true = random.Random(15), signing.signed(EVENT, SERIAL)
    other, raw = signing.signed(uuid4(), "f" * 32), base64.b32decode(signing.signed(EVENT, SERIAL))
    stranger = Ed25519PrivateKey.generate()
    forged = set()
    while len(forged) < 10_000:
        kind = len(forged) % 5
        if kind == 0:
            bit = dice.randrange(len(raw) * 8)
            more = dice.randrange(len(raw) * 8)
            turned = bytearray(raw)
            turned[bit // 8] ^= 1 << bit % 8
            if more != bit and dice.random() < 0.9:
                turned[more // 8] ^= 1 << more % 8
            forged.add(base64.b32encode(turned).decode())
        elif kind == 1:
            left, right = sorted(dice.sample(range(1, 144), 2))
            forged.add(
                true[:left] + other[left:right] + true[right:] if dice.random() < 0.5 else other[:left] + true[left:right] + other[right:]
            )
        elif kind == 2:
            forged.add("".join(dice.choices(string.ascii_uppercase + "234567", k=144)))
        elif kind == 3:
            body = raw[:2] + dice.randbytes(24)
            forged.add(base64.b32encode(body + stranger.sign(signing.PURPOSE + body)).decode())
        else:
            place = dice.randrange(144)
            forged.add(true[:place] + dice.choice(string.printable + "é☃\u0130") + dice.choice(["", "A"]) + true[place + 1 :])
    forged -= {text for text in forged if "".join(text.split()).upper() in {true, other}}

    assert len(forged) > 9_900
    assert [text for text in forged if accepted(text)] == []


@pytest.mark.parametrize("text", ["", "TIX-7H3K9QW2MD-01", "https://example.org/", "A" * 144, "A" * 10_000, "\0", "é" * 144])
def test_what_is_no_code_of_ours_is_told_apart(text):
    kind = signing.Forged if text == "A" * 144 else signing.NotOurs
    with pytest.raises(kind):
        signing.opened(text, signing.believed())


def test_what_a_key_signed_for_another_purpose_is_no_ticket():
    body = bytes([signing.VERSION]) + base64.b32decode(signing.signed(EVENT, SERIAL))[1:26]

    assert not accepted(base64.b32encode(body + signing.own_keys()[0].sign(body)).decode())


def test_a_later_version_is_not_read_as_this_one():
    raw = base64.b32decode(signing.signed(EVENT, SERIAL))
    body = bytes([2]) + raw[1:26]

    assert not accepted(base64.b32encode(body + signing.own_keys()[0].sign(signing.PURPOSE + body)).decode())


def test_a_new_key_signs_and_the_old_one_is_believed_until_it_is_removed(settings):
    old, new = key(), key()
    settings.TICKET_KEYS = [old]
    printed = signing.signed(EVENT, SERIAL)
    settings.TICKET_KEYS = [new, old]
    assert accepted(printed)
    assert signing.opened(signing.signed(EVENT, SERIAL), signing.believed()).key == signing.written(signing.believed()[0])
    settings.TICKET_KEYS = [new]
    assert not accepted(printed)


def test_keys_that_share_their_byte_are_both_tried(settings, monkeypatch):
    monkeypatch.setattr(signing, "_short", lambda key: 7)
    settings.TICKET_KEYS = [key(), key()]
    printed = signing.signed(EVENT, SERIAL)
    settings.TICKET_KEYS = list(reversed(settings.TICKET_KEYS))

    assert accepted(printed)


def test_a_public_key_is_read_as_it_is_written():
    public = signing.believed()[0]

    assert signing.written(signing.public_key(f"{signing.written(public)}\n")) == signing.written(public)
    for wrong in ("", "no key", "A" * 44, signing.written(public)[:-2]):
        with pytest.raises(ValueError, match=r"."):
            signing.public_key(wrong)


def test_the_drawing_is_small_enough_for_an_old_phone():
    """41 squares a side; a picture of 120 pixels, as a cheap camera has it of a code at arm's length, is read."""
    text = signing.signed(EVENT, SERIAL)
    size, _ = qr.squares(text)
    seen = Image.open(BytesIO(qr.png(text))).convert("L").resize((120, 120), Image.Resampling.BILINEAR)

    assert size == 41
    assert [found.text for found in zxingcpp.read_barcodes(seen, formats=zxingcpp.BarcodeFormat.QRCode)] == [text]


def test_k_08_codes_serials_and_secrets_show_no_pattern():
    """Of 10,000 each: no two alike, each letter about as often as any other at every place, nothing that counts up."""
    for make, letters in (
        (lambda: names.new_reference().removeprefix("BK-"), names.ALPHABET),
        (names.new_serial, "0123456789abcdef"),
        (names.new_secret, string.ascii_letters + string.digits + "-_"),
    ):
        made = [make() for _ in range(10_000)]
        assert len(set(made)) >= len(made) - 1  # one pair is chance
        for place in range(len(made[0])):
            column = [text[place] for text in made]
            usual = len(made) / len(letters)
            chi = sum((column.count(letter) - usual) ** 2 / usual for letter in letters)
            assert chi < 2.2 * len(letters) + 60
        rising = sum(before < after for before, after in itertools.pairwise(made))
        assert 4_700 < rising < 5_300


def test_entry_codes_carry_112_bits_and_more():
    assert len(names.new_serial()) * 4 >= 112
    assert len(names.new_secret()) * 6 >= 112
