"""The documents: links lead somewhere, commands exist, the two READMEs say the same, nothing local is in any file."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.pt-BR.md")
ADR_SECTIONS = ["Context", "Decision", "Alternatives rejected", "Reversal condition"]
MAX_IMAGE_BYTES = 300_000

# In parts, so that this file is not what it finds.
FORBIDDEN = re.compile(
    "|".join(["/" + "work/", "/" + "root/", r"--(extra-)?index-" + "url[ =]+http", "/" + "simple/?$"]), re.M
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) +(.+)$", re.M)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("THIS IS NO GIT CHECKOUT, the test of tracked files checks nothing")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(content: str) -> str:
    """The document without its blocks of code, in which # is a comment."""
    return FENCE.sub("", content)


def anchors(document: Path) -> set[str]:
    titles = [title for _, title in HEADING.findall(prose(document.read_text(encoding="utf-8")))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def documents() -> list[str]:
    folders = [
        ".",
        "conf",
        "data",
        "data/00_sample",
        "deploy/airflow",
        "deploy/aws",
        "docs",
        "docs/adr",
        "tests/local_aws",
    ]
    return sorted(path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).glob("*.md"))


@pytest.mark.parametrize("name", documents())
def test_every_relative_link_leads_somewhere(name: str) -> None:
    broken = []
    for target in LINK.findall(prose(text(name))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        found = (ROOT / name).parent / unquote(path) if path else ROOT / name
        if not found.exists() or (fragment and fragment not in anchors(found)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", documents())
def test_every_target_of_make_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.M))
    blocks = "\n".join(body for _, body in FENCE.findall(text(name)))
    inline = "\n".join(re.findall(r"`([^`\n]+)`", prose(text(name))))
    named = set(re.findall(r"\bmake ([a-z-]+)", f"{blocks}\n{inline}"))
    assert named <= targets


@pytest.mark.parametrize("name", READMES)
def test_a_readme_begins_with_the_two_commands(name: str) -> None:
    language, body = FENCE.findall(text(name))[0]
    assert (language, body) == ("bash", "make run\nmake test\n")


def test_the_readmes_have_the_same_headings_in_the_same_places() -> None:
    first, second = ([len(marks) for marks, _ in HEADING.findall(prose(text(name)))] for name in READMES)
    assert len(first) > 8
    assert first == second


def test_the_readmes_have_the_same_code() -> None:
    first, second = (FENCE.findall(text(name)) for name in READMES)
    assert len(first) > 8
    assert first == second


def test_the_readmes_have_the_same_links_and_tables() -> None:
    def shape(name: str) -> tuple[list[str], list[int], int]:
        content = prose(text(name))
        links = [link for link in LINK.findall(content) if link not in READMES]
        rows = [line.count("|") for line in content.splitlines() if line.startswith("|")]
        return links, rows, len(re.findall(r"^- ", content, re.M))

    assert shape(READMES[0]) == shape(READMES[1])


def test_the_readmes_give_the_same_numbers() -> None:
    """In the table of what was measured, an English point is a Portuguese comma."""

    def measured(name: str) -> list[str]:
        section = re.search(r"<!-- measured:begin -->(.*?)<!-- measured:end -->", text(name), re.S)
        assert section, name
        return re.findall(r"\d+(?:[.,]\d+)*", section.group(1))

    english, portuguese = (measured(name) for name in READMES)
    assert len(english) > 10
    swap = str.maketrans({".": ",", ",": "."})
    assert [number.translate(swap) for number in english] == portuguese


def test_every_decision_has_its_four_sections_and_stands_in_the_index() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    index = LINK.findall(text("docs/adr/README.md"))
    assert [page.name for page in pages] == index
    for position, page in enumerate(pages, start=1):
        content = text(page)
        title = re.match(r"# (\d{4})\. .+\n", content)
        assert title, page.name
        assert title.group(1) == page.name[:4] == f"{position:04d}"
        assert [name for marks, name in HEADING.findall(prose(content)) if marks == "##"] == ADR_SECTIONS, page.name
        parts = re.split(r"^## .+$", content, flags=re.M)[1:]
        assert all(len(part.split()) > 10 for part in parts), page.name


def test_no_tracked_file_names_this_machine_or_an_index() -> None:
    found = []
    for path in tracked():
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in FORBIDDEN.finditer(content)]
    assert found == []


def test_the_lock_has_hashes_and_no_index() -> None:
    lock = text("requirements.lock")
    entries = re.split(r"^(?=\S)", re.sub(r"^\s*#.*\n", "", lock, flags=re.M), flags=re.M)[1:]
    assert len(entries) > 100
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry or "==" not in entry] == []
    assert not re.search(r"^\s*(-i|--)[a-z-]*(index|find-links|trusted)", lock, re.M)
    assert "://" not in lock


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > MAX_IMAGE_BYTES] == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
