"""Print the inks as a style sheet: python -m events.posters > static/css/inks.css"""

import sys

from .inks import inks_css

sys.stdout.write(inks_css())
