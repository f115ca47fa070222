"""Files for the demo: photos of a workshop that never was, and certificates of what nobody granted."""

import io
import random
import textwrap
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from PIL import Image, ImageDraw

from evidence.models import Evidence
from organization.models import Person, User
from outcomes.documents import drawing
from outcomes.models import Outcome

FLOORS = ((226, 219, 208), (214, 221, 226), (219, 226, 216))
MACHINES = ((43, 92, 138), (47, 111, 78), (107, 99, 90), (143, 90, 0))

#: So many letters stand in a line of a certificate.
LETTERS = 22


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


def certificate(outcome: Outcome, people: Sequence[Person], by: User) -> Evidence:
    """Return a drawn certificate of an outcome, which says that it is none."""
    day, names = outcome.achieved_on, "、".join(person.name for person in people)
    said = (f"{outcome.branch.name}{names}：", f"{outcome.title}，特发此证。")
    lines = enumerate(line for part in said for line in textwrap.wrap(part, LETTERS))
    words = format_html_join("", '<text x="210" y="{}">{}</text>', ((118 + 22 * place, line) for place, line in lines))
    drawn = format_html(
        """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 297" text-anchor="middle" font-size="14" fill="#1f1b16">
<rect width="420" height="297" fill="#fffdf6"/>
<rect x="10" y="10" width="400" height="277" fill="none" stroke="#8a5f00" stroke-width="3"/>
<rect x="16" y="16" width="388" height="265" fill="none" stroke="#8a5f00"/>
<text x="210" y="72" font-size="30" fill="#a61b1b" letter-spacing="12">证书</text>
{}
<text x="300" y="226">{}</text>
<text x="300" y="250">{}</text>
<circle cx="300" cy="230" r="34" fill="none" stroke="#a61b1b" stroke-width="2.5" opacity="0.75"/>
<text x="300" y="207" font-size="9" fill="#a61b1b">演示样张</text>
</svg>
""",
        words,
        outcome.issuer,
        f"{day.year}年{day.month}月{day.day}日",
    )
    return Evidence.objects.take_in_bytes(drawing.on_paper(drawn), name=f"{outcome.title[:60]}.png", by=by)
