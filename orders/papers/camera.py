"""Reads the code in a picture from a camera, for browsers that cannot do it themselves."""

from io import BytesIO

import zxingcpp
from PIL import Image

LARGEST = 4_000_000  # pixels: more than any gate sends, less than a picture made to fill the memory
KINDS = ("JPEG", "PNG", "WEBP")
QR = zxingcpp.barcode_formats_from_str("QRCode")


def read(picture: bytes) -> str:
    """Return the text of the QR code in the picture, or nothing."""
    try:
        image = Image.open(BytesIO(picture), formats=KINDS)
        if image.width * image.height > LARGEST:
            return ""
        grey = image.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    found = zxingcpp.read_barcodes(grey, formats=QR)
    return next((code.text for code in found if code.text), "")
