"""The page in a real browser, opened from disk, with the network away."""

import base64

import numpy as np
import pytest
from PIL import Image

from viticast.reporting.page import render_page

from ..unit.reporting.conftest import make_context, make_frames
from .browser import browser, programs

pytestmark = pytest.mark.slow

READY = "document.documentElement.dataset.ready === 'true'"
HOSTILE = '"><img src=x onerror="window.broken=true">=1+1'


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    if programs() is None:
        pytest.skip("CHROMIUM OR CHROMEDRIVER IS NOT HERE, this test checks nothing")
    with browser(tmp_path_factory.mktemp("profile") / "fresh") as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for source in ("embrapa", "sample"):
        frames = make_frames(source)
        frames["series"]["label"] = frames["series"]["label"].replace({"Branco (Vinho)": HOSTILE})
        found[source] = folder / f"{source}.html"
        found[source].write_text(render_page(**frames, context=make_context(source)), encoding="utf-8")
    return found


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "telephone"])
def opened(window, pages, request):
    window.resize(*request.param)
    window.log("browser"), window.requested()
    window.open(pages["embrapa"])
    window.wait_until(READY)
    return window


def test_every_chart_is_drawn(opened):
    charts = opened.run(
        """return [...document.querySelectorAll(".chart")].map((node) => {
          const svg = node.querySelector("svg");
          return [node.id, svg ? svg.querySelectorAll("path[d], text").length : 0, svg?.getBoundingClientRect().width];
        })"""
    )
    assert len(charts) == 8
    for name, drawn, width in charts:
        assert drawn > 15, name
        assert width > 200, name


def test_nothing_is_asked_of_the_network_and_nothing_is_said_on_the_console(opened):
    asked = opened.requested()
    assert asked
    assert all(address.startswith(("file:", "data:", "blob:")) for address in asked), asked
    assert opened.log("browser") == []


def test_the_page_is_no_wider_than_the_screen(opened):
    wide, screen = opened.run("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= screen


def marks(window):
    return window.run("""return document.querySelector("#chart-explorer svg").outerHTML""")


def test_the_drop_down_changes_the_chart_the_words_and_the_table(opened):
    before = marks(opened)
    opened.run(
        """const flow = document.getElementById("flow");
        flow.value = "producao_l"; flow.dispatchEvent(new Event("change"))"""
    )
    names = opened.run("return [...document.querySelectorAll('#series-list option')].map((o) => o.value)")
    assert names == ["Total", "Vinho", "Vinho › " + HOSTILE, "Vinho › Raro", "Vinho › Tinto"]
    opened.type_into("#series", "Vinho › Tinto")
    opened.wait_until(
        "document.getElementById('chart-explorer').dataset.series === arguments[0]", "producao_l/vinho/tinto"
    )
    after = marks(opened)
    assert after != before
    assert "Vinho › Tinto" in after
    facts = opened.run("return document.getElementById('facts').textContent")
    assert "Último dado (2023): 6.000.000 L" in facts
    assert "Previsão 2025: 9.000.000 L" in facts
    assert "2018 – não disponível na fonte (nd)" in facts
    shares = opened.run("return [...document.querySelectorAll('#shares tbody tr')].map((row) => row.textContent)")
    assert shares == ["aprendizado de máquina: mudanças anuais100,0\u00a0%"]
    why = opened.run("return document.getElementById('why').textContent")
    assert "1.200 previsões passadas de séries semelhantes, 300 delas do mesmo fluxo." in why
    assert "“tendências e aprendizado de máquina”: 4,3 % menos que a padrão, “tendências”" in why
    assert why.endswith("para que as parcelas somem o total de que fazem parte.")
    rows = opened.run("return document.querySelectorAll('#series-table tbody tr').length")
    assert rows == 9 + 2
    assert opened.run("return location.hash") == "#serie=producao_l%2Fvinho%2Ftinto"


def test_a_name_that_is_no_series_is_refused_and_the_chart_stays(opened):
    before = marks(opened)
    opened.type_into("#series", "nenhuma")
    assert opened.run("return document.getElementById('series').validationMessage") == "Nenhuma série com este nome."
    assert marks(opened) == before


def test_a_link_to_a_series_opens_it(window, pages):
    window.open(pages["embrapa"], "#serie=exportacao_usd/exp_vinho/paraguai")
    window.run("location.reload()")
    window.wait_until(READY)
    assert window.run("return document.getElementById('series').value") == "Vinhos › Paraguai"


def test_labels_are_text_and_csv_cells_are_no_formulas(opened):
    opened.run("document.getElementById('flow').value = 'producao_l'")
    opened.run("document.getElementById('flow').dispatchEvent(new Event('change'))")
    opened.type_into("#series", "Vinho › " + HOSTILE)
    opened.wait_until("document.getElementById('chart-explorer').dataset.series === 'producao_l/vinho/branco'")
    assert opened.run("return window.broken ?? null") is None
    assert opened.run("return document.querySelectorAll('img').length") == 0
    rows = opened.run("return window.viticast.csvOf('producao_l/vinho/branco')").split("\r\n")
    assert rows[0].startswith("series_id;series;unit;year;value")
    assert len(rows) == 1 + 9 + 2
    assert opened.run("return window.viticast.csvCell('=1+1')") == "'=1+1"
    assert opened.run("return window.viticast.csvCell(-1)") == "-1"


def test_generated_figures_are_marked_in_every_drawn_chart(window, pages):
    window.open(pages["sample"])
    window.wait_until(READY)
    marked = window.run(
        """return [...document.querySelectorAll(".chart")].map((node) =>
          [...node.querySelectorAll("svg text")].filter((t) => t.textContent === "DADOS SINTÉTICOS").length)"""
    )
    assert marked == [1] * 8
    assert window.run("return getComputedStyle(document.querySelector('.banner')).backgroundColor") == "rgb(163, 0, 24)"


def test_an_exported_picture_keeps_the_watermark(window, pages, tmp_path):
    window.open(pages["sample"])
    window.wait_until(READY)
    link = "document.querySelector(\"#chart-explorer a[download$='.png']\")"
    assert window.run(f"{link}.dispatchEvent(new MouseEvent('mousedown')); return {link}.download") == "Produção_L.png"
    window.wait_until(f"{link}.href.startsWith('data:image/png;base64,')")
    path = tmp_path / "exported.png"
    path.write_bytes(base64.b64decode(window.run(f"return {link}.href").split(",", 1)[1]))
    with Image.open(path) as image:
        red, green, blue = np.asarray(image.convert("RGB"), dtype=int).transpose(2, 0, 1)
    assert int(((red > 200) & (red - green > 25) & (abs(green - blue) < 12)).sum()) > 1000
