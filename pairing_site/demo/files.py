"""Files for the demo: photos of a workshop that never was, and certificates as Word files."""

import io
import random

from docx import Document
from PIL import Image, ImageDraw

from evidence.models import Evidence
from organization.models import User

FLOORS = ((226, 219, 208), (214, 221, 226), (219, 226, 216))
MACHINES = ((43, 92, 138), (47, 111, 78), (107, 99, 90), (143, 90, 0))


def photo(chance: random.Random, by: User) -> Evidence:
    """Return a drawn workshop: a floor, a wall, a few machines."""
    image = Image.new("RGB", (960, 640), chance.choice(FLOORS))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 960, 260), fill=(241, 238, 233))
    for place in range(4):
        left = 40 + place * 230 + chance.randint(-20, 20)
        top = chance.randint(180, 260)
        colour = chance.choice(MACHINES)
        draw.rounded_rectangle((left, top, left + 180, 470), 12, fill=colour)
        draw.rectangle((left + 24, top + 30, left + 120, top + 110), fill=(232, 240, 246))
        draw.ellipse((left + 130, top + 40, left + 156, top + 66), fill=(166, 27, 27))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return Evidence.objects.take_in_bytes(file.getvalue(), name=f"现场照片{chance.randint(1000, 9999)}.jpg", by=by)


def certificate(title: str, issuer: str, day: str, by: User) -> Evidence:
    """Return a certificate as a Word file."""
    document = Document()
    document.add_heading("证  书", level=0)
    document.add_paragraph(f"兹证明：{title}。")
    document.add_paragraph(issuer)
    document.add_paragraph(day)
    file = io.BytesIO()
    document.save(file)
    return Evidence.objects.take_in_bytes(file.getvalue(), name=f"{title}.docx", by=by)
