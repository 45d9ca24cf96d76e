import numpy as np
from PIL import Image

from viticast.reporting.images import render_totals

ROLES = ("panel", "series", "forecasts")


def picture(frames, context):
    return render_totals(**{name: frames[name] for name in ROLES}, context=context)


def reddish(png, tmp_path):
    """Pixels of the watermark: red mixed with white, which no other mark of the chart has."""
    path = tmp_path / "picture.png"
    path.write_bytes(png)
    with Image.open(path) as image:
        red, green, blue = np.asarray(image.convert("RGB"), dtype=int).transpose(2, 0, 1)
    return int(((red > 200) & (red - green > 25) & (abs(green - blue) < 12)).sum())


def test_the_picture_is_a_png_of_every_flow(frames, context, tmp_path):
    found = picture(frames, context)
    assert found.startswith(b"\x89PNG")
    fewer = frames | {"series": frames["series"][~frames["series"]["series_id"].str.startswith("producao")]}
    assert len(picture(fewer, context)) < len(found)


def test_generated_figures_carry_a_watermark(frames, context, synthetic_frames, synthetic_context, tmp_path):
    plain = reddish(picture(frames, context), tmp_path)
    marked = reddish(picture(synthetic_frames, synthetic_context), tmp_path)
    assert plain < 50
    assert marked > 1000
