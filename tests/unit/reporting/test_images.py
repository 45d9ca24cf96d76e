import numpy as np
import pytest
from PIL import Image

from viticast.reporting.images import render_totals

ROLES = ("panel", "series", "forecasts")


def pictures(frames, context):
    return render_totals(**{name: frames[name] for name in ROLES}, context=context)


def reddish(png, tmp_path):
    """Pixels of the watermark: red mixed with white, which no other mark of the chart has."""
    path = tmp_path / "picture.png"
    path.write_bytes(png)
    with Image.open(path) as image:
        red, green, blue = np.asarray(image.convert("RGB"), dtype=int).transpose(2, 0, 1)
    return int(((red > 200) & (red - green > 25) & (abs(green - blue) < 12)).sum())


def test_one_picture_of_all_flows_and_one_of_each(frames, context):
    found = pictures(frames, context)
    assert list(found) == ["totals.png", "total_producao_l.png", "total_exportacao_usd.png"]
    assert all(png.startswith(b"\x89PNG") for png in found.values())


@pytest.mark.parametrize("name", ["totals.png", "total_producao_l.png"])
def test_generated_figures_carry_a_watermark(name, frames, context, synthetic_frames, synthetic_context, tmp_path):
    plain = reddish(pictures(frames, context)[name], tmp_path)
    marked = reddish(pictures(synthetic_frames, synthetic_context)[name], tmp_path)
    assert plain < 50
    assert marked > 1000
