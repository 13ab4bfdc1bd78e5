"""Uploaded pictures: what is refused, and what is left of a file after it was drawn anew."""

import random
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from events import pictures
from events.pictures import BadPicture


def encoded(image=None, kind="JPEG", **options):
    image = image or Image.new("RGB", (1200, 1500), "#1b5e4a")
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(side):
    return Image.frombytes("L", (side, side), random.Random(7).randbytes(side * side)).convert("RGB")


def refused(data):
    with pytest.raises(BadPicture) as refusal:
        pictures.check(BytesIO(data), size=len(data))
    return str(refusal.value)


def drawn(data, width=480):
    pictures.check(BytesIO(data), size=len(data))
    return Image.open(BytesIO(pictures.redraw(data)[width]))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_that_claims(width, height):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_is_drawn_anew_in_three_widths(kind):
    found = {width: Image.open(BytesIO(data)) for width, data in pictures.redraw(encoded(Image.new("RGB", (3000, 2000)), kind)).items()}

    assert {width: (image.format, image.size) for width, image in found.items()} == {
        480: ("WEBP", (480, 320)),
        960: ("WEBP", (960, 640)),
        1600: ("WEBP", (1600, 1067)),
    }


def test_small_picture_is_not_blown_up():
    assert {width: Image.open(BytesIO(data)).width for width, data in pictures.redraw(encoded(Image.new("RGB", (700, 800)))).items()} == {
        480: 480,
        960: 700,
        1600: 700,
    }


def test_nothing_that_the_file_tells_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "c4n4ry camera"
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "c4n4ry text")
    files = [
        encoded(exif=exif, icc_profile=profile, comment=b"c4n4ry comment"),
        encoded(kind="PNG", pnginfo=text, exif=exif, icc_profile=profile),
        encoded(kind="WEBP", exif=exif, xmp=b"<x>c4n4ry</x>", icc_profile=profile),
    ]
    assert all(b"c4n4ry" in data for data in files)

    for data in files:
        for drawing in pictures.redraw(data).values():
            image = Image.open(BytesIO(drawing))
            assert b"c4n4ry" not in drawing
            assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}


def test_picture_stands_as_the_camera_held_it():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert drawn(encoded(Image.new("RGB", (1500, 1000)), exif=exif)).size == (480, 720)


def test_colours_are_those_of_a_screen():
    cmyk = drawn(encoded(Image.new("CMYK", (800, 800), (0, 255, 255, 0)))).convert("RGB").getpixel((100, 100))
    clear = drawn(encoded(Image.new("RGBA", (800, 800), (0, 0, 0, 0)), "PNG")).convert("RGB").getpixel((100, 100))
    grey = drawn(encoded(Image.new("L", (800, 800), 128), "PNG")).convert("RGB").getpixel((100, 100))
    palette = drawn(encoded(Image.new("RGB", (800, 800), "red").convert("P"), "PNG")).convert("RGB").getpixel((100, 100))

    assert cmyk[0] > 200 and max(cmyk[1:]) < 80
    assert min(clear) > 250
    assert all(abs(tone - 128) < 4 for tone in grey)
    assert palette[0] > 240 and max(palette[1:]) < 15


def test_transparent_colour_of_a_png_is_white_paper():
    assert min(drawn(encoded(Image.new("RGB", (800, 800), "red"), "PNG", transparency=(255, 0, 0))).convert("RGB").getpixel((9, 9))) > 250


def test_colour_profile_is_applied():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")  # red is blue in it

    red, _, blue = drawn(encoded(Image.new("RGB", (800, 800), "red"), "PNG", icc_profile=swapped)).convert("RGB").getpixel((9, 9))

    assert blue > 200 > red


def test_broken_colour_profile_is_ignored_and_dropped():
    image = drawn(encoded(icc_profile=b"no profile"))

    assert image.size == (480, 600)
    assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 100,
        encoded(kind="GIF"),
        encoded(kind="BMP"),
        encoded(kind="TIFF"),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<?php phpinfo();",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\n",
    ],
    ids=["empty", "gif-head", "gif", "bmp", "tiff", "svg", "php", "pdf", "eps"],
)
def test_other_kinds_of_file_are_refused(data):
    assert refused(data) == "That file is not a picture that we can read. Use a JPEG, PNG or WebP file."


@pytest.mark.parametrize("size", [(30_000, 30_000), (5001, 5000), (65_000, 65_000), (2**31 - 1, 2**31 - 1)])
def test_bombs_are_refused_from_their_first_bytes(size):
    assert refused(png_that_claims(*size)) == "The picture has more than 25 million pixels. Make it smaller and try again."


def test_25_million_pixels_are_drawn():
    assert drawn(encoded(Image.new("L", (5000, 5000)), "PNG")).size == (480, 480)


def test_heavy_file_is_refused_unread():
    with pytest.raises(BadPicture, match="larger than 8 MB"):
        pictures.check(None, size=8_000_001)


@pytest.mark.parametrize("size", [(599, 2000), (2000, 599), (1, 1)])
def test_small_pictures_are_refused_with_their_size(size):
    assert refused(encoded(Image.new("RGB", size))) == f"The picture is {size[0]} × {size[1]} pixels. Each side needs at least 600."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("keep", [0.05, 0.5, 0.95])
def test_torn_files_are_refused(kind, keep):
    data = encoded(noise(800), kind)

    assert "damaged" in refused(data[: int(len(data) * keep)])


@pytest.mark.parametrize(
    "parts",
    [
        chunk(b"IDAT", zlib.compress(b"\0" * 701 * 350)[:-9]) + chunk(b"\x0f\x00#y", b""),
        chunk(b"IDAT", zlib.compress(b"\0" * 701 * 700)) + chunk(b"zTXt", b"c\0\0" + zlib.compress(b"\0" * 5_000_000)),
    ],
    ids=["unreadable chunk", "bomb in a text"],
)
def test_broken_chunks_are_refused(parts):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 700, 700, 8, 0, 0, 0, 0))

    assert "damaged" in refused(b"\x89PNG\r\n\x1a\n" + head + parts + chunk(b"IEND", b""))


def test_flipped_bits_end_in_a_picture_or_a_refusal():
    data = bytearray(encoded(noise(700), "PNG"))
    for place in range(8, 400, 3):
        torn = bytearray(data)
        torn[place] ^= 0xFF
        with suppress(BadPicture):
            pictures.check(BytesIO(torn), size=len(torn))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_tail_of_a_polyglot_is_not_kept(kind):
    payload = b"<script>alert('c4n4ry')</script>PK\x03\x04"

    assert all(b"c4n4ry" not in drawing for drawing in pictures.redraw(encoded(kind=kind) + payload).values())


def test_first_frame_stands_for_a_film():
    frames = [Image.new("RGB", (700, 700), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    image = drawn(data)

    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((10, 10))[0] > 200
