"""Pictures that people upload: looked at with suspicion, then drawn anew, so that nothing of the file itself is ever served."""

from io import BytesIO
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ticketing.errors import DomainError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 8_000_000
MAX_PIXELS = 25_000_000
# Anything smaller looks torn on a poster.
MIN_SIDE = 600
# For a phone's list, a card or a small page, and a large screen.
WIDTHS = (480, 960, 1600)
QUALITY = 80


class BadPicture(DomainError):
    """A file that is not a picture we can show, with what to do about it."""

    status = 400


def check(upload: BinaryIO, *, size: int) -> None:
    """Refuse what `redraw` could not draw, from the first bytes wherever they tell. Raises BadPicture."""
    if size > MAX_BYTES:
        raise BadPicture(_("The picture is larger than 8 MB. Save it smaller, or with a lower quality, and try again."))
    _open(upload)


def redraw(original: bytes) -> dict[int, bytes]:
    """Return the picture as WebP by width, without anything else that the file held. Raises BadPicture."""
    image = _open(BytesIO(original))
    image = _in_srgb(ImageOps.exif_transpose(image))
    return {width: _webp(image, width) for width in WIDTHS}


def card(drawn: bytes, width: int, height: int) -> bytes:
    """Return one of our own drawings as a JPEG of exactly this size, which those who show shared links can all read."""
    out = BytesIO()
    ImageOps.fit(Image.open(BytesIO(drawn)).convert("RGB"), (width, height), Image.Resampling.LANCZOS).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _open(upload: BinaryIO) -> Image.Image:
    try:
        image = Image.open(upload, formats=FORMATS)
        _refuse_size(*image.size)
        image.load()
    except UnidentifiedImageError as error:
        raise BadPicture(_("That file is not a picture that we can read. Use a JPEG, PNG or WebP file.")) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BadPicture(_("The picture is damaged. Open it, save it anew and try again.")) from error
    return image


def _refuse_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise BadPicture(
            _("The picture is %(width)s × %(height)s pixels. Each side needs at least %(least)s.")
            % {"width": width, "height": height, "least": MIN_SIDE}
        )


def _too_many_pixels() -> BadPicture:
    return BadPicture(_("The picture has more than 25 million pixels. Make it smaller and try again."))


def _in_srgb(image: Image.Image) -> Image.Image:
    """Flatten onto white and turn the colours into those that a browser assumes, since the profile is dropped."""
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile: the colours as they are
        image = converted or image
    return image.convert("RGB")


def _webp(image: Image.Image, width: int) -> bytes:
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    out = BytesIO()
    image.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
