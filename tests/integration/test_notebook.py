"""The notebook, executed from its first cell to its last on what a run of the sample wrote."""

import base64
import io
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image

pytestmark = pytest.mark.slow

NOTEBOOK = "notebooks/explore.ipynb"
CHARTS = 3


@pytest.fixture(scope="module")
def executed(project_root: Path, sample_run: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(project_root / NOTEBOOK, as_version=4)
    folder = sample_run / "notebooks"
    folder.mkdir()
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def test_every_cell_of_code_was_executed(executed):
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_it_says_that_the_figures_are_synthetic(executed):
    printed = "".join(output.get("text", "") for output in outputs(executed))
    assert "source sample, snapshot " in printed
    assert "These figures are SYNTHETIC" in printed


def test_every_chart_carries_the_watermark(executed):
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
        for output in outputs(executed)
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == CHARTS
    for picture in pictures:
        assert share_of_watermark(picture) > 0.005


def test_the_champion_answers_for_every_flow(executed):
    (answer,) = [cell for cell in executed.cells if "champion.predict" in cell.source]
    html = answer.outputs[-1].data["text/html"]
    for flow in ("producao_l", "processamento_kg", "comercializacao_l", "importacao_usd", "exportacao_kg"):
        assert flow in html


def share_of_watermark(picture: Image.Image) -> float:
    """Share of pixels in the pale red of the watermark on white, b3001b at 22 %."""
    wanted = [255 + (part - 255) * 0.22 for part in (0xB3, 0x00, 0x1B)]
    distance = np.abs(np.asarray(picture, dtype=float) - wanted)
    return float((distance <= 3.5).all(axis=2).mean())
