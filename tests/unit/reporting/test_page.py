import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from viticast.reporting.page import render_page
from viticast.reporting.payload import safe_json

from .conftest import CELL as REVISED
from .conftest import make_context, make_findings, make_frames, make_revisions

HOSTILE = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'


class Reader(HTMLParser):
    """The tags, the visible text and the script elements of a page."""

    def __init__(self, page):
        super().__init__()
        self.page = page
        self.tags, self.text, self.scripts, self._inside = [], [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append((dict(attrs), []))

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1][1].append(data)
        elif self._inside != "style":
            self.text.append(data)

    def data(self, name):
        return next(json.loads("".join(text)) for attrs, text in self.scripts if attrs.get("id") == name)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def published():
    return Reader(render_page(**make_frames("embrapa"), context=make_context("embrapa")))


@pytest.fixture(scope="module")
def synthetic():
    return Reader(render_page(**make_frames("sample"), context=make_context("sample")))


def test_the_cards_say_what_the_frames_say(published):
    for words in (
        "Previsão 2025 12,5 mi L",
        "+25,0 % em relação a 2023",
        "Intervalo de 80 % 11,5–13,5 mi",
        "Intervalo de 95 % 9,2–15,8 mi",
        "Último dado (2023) 10,0 mi L",
        "incerteza baixa (± 8 %)",
        "US$ 60",
    ):
        assert words in published.words


def test_the_page_answers_in_the_order_of_its_questions(published):
    sections = [attrs["id"] for tag, attrs in published.tags if tag == "section"]
    assert sections == [
        "headline",
        "growth",
        "explorer",
        "decomposition",
        "accuracy",
        "corrections",
        "revisions",
        "findings",
        "vintages",
        "caveats",
    ]


def test_every_figure_stands_in_the_file_once_and_whole(published):
    figures = published.data("figures")
    frames = make_frames("embrapa")
    series = {row[0]: row for row in figures["series"]}
    assert set(series) == set(frames["series"]["series_id"])
    for sid, rows in frames["panel"].groupby("series_id"):
        values = rows.sort_values("year")["value"]
        assert series[sid][6] == [None if pd.isna(v) else round(v) for v in values]
    tinto = series["producao_l/vinho/tinto"]
    assert tinto[7] == [[2018, "nd"]]
    assert (tinto[9], tinto[10][1]) == (2024, [9000000, 7000000, 11000000, 5000000, 12000000])
    assert published.data("charts")["chart-series"].get("datasets", {}).keys() & {"history", "forecast"} == set()


def test_past_accuracy_corrections_vintages_and_verdicts_are_told(published):
    for words in (
        "1,500",
        "3,000",
        "75,0 %",
        "Linhas trocadas na fonte.",
        "obsoleta: rever",
        "esperado 25693, há 3870",
    ):
        assert words in published.words
    for words in ("0000000000000001", "30/11/2024 (inferida)", "coverage_95", "observar", "0,910", "0.1.0+abc"):
        assert words in published.words
    assert "UVIBRA" in published.words
    assert "CACEX e DECEX" in published.words


def test_stale_corrections_come_first(published):
    assert published.words.index("suco_2021") < published.words.index("vinho_2017")


def test_an_explanation_stands_in_the_file_once_however_many_series_share_it(published):
    figures = published.data("figures")
    assert len(figures["explanations"]) == 3
    of_series = {row[0]: (figures["explanations"][row[11]], row[12]) for row in figures["series"]}
    total, moved = of_series["producao_l"]
    assert total == [
        [["damped", 0.75], ["log_ses", 0.25]],
        [["core", 0.75], ["steady", 0.25]],
        "past",
        1200,
        300,
        "core",
        "core",
        0.0,
    ]
    assert moved == 0
    assert of_series["producao_l/vinho"] == (total, 1)
    assert of_series["producao_l/vinho/raro"][0][2:] == ["too_little_past", 7, 7, "naive", "naive", 0.0]


def test_a_series_that_was_not_forecast_has_no_explanation(frames, context):
    frames["explanations"] = frames["explanations"].iloc[1:]
    figures = Reader(render_page(**frames, context=context)).data("figures")
    assert {row[0]: row[11:] for row in figures["series"]}["exportacao_usd"] == [-1, 0]


def test_the_components_of_a_flow_stand_in_the_file_and_its_figures_only_once(published):
    figures = published.data("figures")
    assert set(figures["components"]) == {"producao_l"}
    first, levels, trends = figures["components"]["producao_l"]
    assert (first, levels[0], levels[-1], trends[-1]) == (2015, 8_100_000, 9_000_000, -100_000)


def test_flows_that_could_be_decomposed_are_drawn(published):
    drawn = [(attrs["data-chart"], attrs.get("data-root")) for _, attrs in published.tags if "data-chart" in attrs]
    assert [pair for pair in drawn if pair[0] in ("chart-level", "chart-trend")] == [
        ("chart-level", "producao_l"),
        ("chart-trend", "producao_l"),
    ]


def test_what_the_tests_say_of_the_residuals_is_told_in_plain_words(published):
    assert table(published, "diagnostics") == [
        "Produção (L) 9 25 % 0 % 75 % 0,430 0,200 0,050 Os resíduos não mostram autocorrelação (p = 0,430). "
        "São compatíveis com uma distribuição normal (p = 0,200). Seu tamanho não mostra mudança com o tempo "
        "(p = 0,050).",
        "Exportação (US$) 9 – – – – – – O valor é sempre o mesmo: não há o que separar.",
    ]
    assert table(published, "diagnostics-parts") == [
        "Produção (L) › Vinho 9 25 % 0 % 75 % < 0,001 0,012 0,030 O ajuste não convergiu: leia as partes com reserva. "
        "Os resíduos mostram autocorrelação (p < 0,001): o modelo não capta toda a dinâmica. Não são normais "
        "(p = 0,012): há anos extremos demais. Seu tamanho mudou com o tempo (p = 0,030)."
    ]
    assert "Ljung-Box até a defasagem 5" in published.words
    assert "abaixo de 0,05" in published.words


def test_without_a_total_to_decompose_the_page_says_so(frames, context):
    frames |= {name: frames[name].iloc[:0] for name in ("components", "diagnostics")}
    read = Reader(render_page(**frames, context=context))
    assert "Nenhum total pôde ser decomposto" in read.words
    assert read.data("figures")["components"] == {}


def test_generated_shares_and_diagnostics_are_marked(synthetic):
    for name in ("shares", "diagnostics", "diagnostics-parts"):
        caption = synthetic.page.split(f'<table id="{name}">')[1].split("</caption>")[0]
        assert caption.endswith("– DADOS SINTÉTICOS"), name


def layers(specification):
    return specification["layer"]


def test_generated_figures_say_so_at_the_top_and_in_every_chart(synthetic):
    banner = [attrs for tag, attrs in synthetic.tags if attrs.get("class") == "banner"]
    assert len(banner) == 1
    assert "DADOS SINTÉTICOS — " in synthetic.words
    assert "Nada diz sobre o acerto em números reais" in synthetic.words
    for name, chart in synthetic.data("charts").items():
        marks = [layer["mark"].get("text") for layer in layers(chart)]
        assert marks[-1] == "DADOS SINTÉTICOS", name
    assert "UVIBRA" not in json.dumps(synthetic.data("figures")["sources"], ensure_ascii=False)


def test_published_figures_carry_no_watermark(published):
    assert "SINTÉTIC" not in json.dumps(published.data("charts"), ensure_ascii=False).upper()
    assert "DADOS SINTÉTICOS" not in published.words


def test_every_drawn_chart_has_a_specification_and_a_source_under_it(published):
    charts = published.data("charts")
    drawn = {attrs["data-chart"] for tag, attrs in published.tags if "data-chart" in attrs}
    assert drawn <= set(charts)
    for name, chart in charts.items():
        titles = json.dumps([layer.get("encoding", {}).get("x", {}).get("axis", {}) for layer in layers(chart)])
        assert "Fonte" in titles or "{source}" in titles or "Retrospectiva" in titles, name


def test_nothing_is_loaded_from_anywhere(published):
    loading = {"src", "srcset", "data", "poster", "action", "formaction", "background"}
    for tag, attrs in published.tags:
        assert not loading & set(attrs), (tag, attrs)
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}, tag
        if "href" in attrs:
            assert attrs["href"].startswith("#"), attrs
    policy = next(a["content"] for t, a in published.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_the_libraries_stand_in_the_file_once(published):
    code = ["".join(text) for attrs, text in published.scripts if attrs.get("type") != "application/json"]
    assert len(code) == 2
    assert sum(len(text) > 500_000 for text in code) == 1
    assert sum(text.count("window.vegaEmbed=") for text in code) == 1


def test_labels_cannot_break_out():
    frames = make_frames("embrapa")
    frames["series"]["label"] = frames["series"]["label"].replace({"Tinto (Vinho)": HOSTILE})
    frames["series"]["attribution"] = "Fonte: " + HOSTILE
    frames["corrections_applied"]["reason"] = HOSTILE
    frames["monitoring"]["detail"] = HOSTILE
    for column in ("item", "old_item", "group_label"):
        frames["revisions"][column] = frames["revisions"][column].where(frames["revisions"][column].isna(), HOSTILE)
    for column in ("found", "reason", "column_label"):
        frames["findings"][column] = frames["findings"][column].where(frames["findings"][column].isna(), HOSTILE)
    page = render_page(**frames, context=make_context("embrapa").model_copy(update={"source_address": HOSTILE}))
    read = Reader(page)
    assert len(read.scripts) == 4
    assert not any("onerror" in attrs for _, attrs in read.tags)
    assert "alert" not in "".join(tag for tag, _ in read.tags)
    assert HOSTILE in read.words
    assert ["Vinho", HOSTILE] in [row[1] for row in read.data("figures")["series"]]


def test_json_in_a_script_has_nothing_that_could_end_it():
    text = safe_json({"a": "</script><!-- & \u2028"})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


def test_the_page_is_the_same_for_the_same_frames(frames, context):
    assert render_page(**frames, context=context) == render_page(**frames, context=context)


def test_english_behind_one_setting(frames):
    read = Reader(render_page(**frames, context=make_context("embrapa", "en")))
    assert dict(read.tags)["html"] == {"lang": "en"}
    assert "Forecast 2025 12.5 m L" in read.words
    assert "Previsão" not in read.words


def test_before_monitoring_and_without_backtests_the_page_says_so(frames, context):
    frames |= {"monitoring": None, "backtests": frames["backtests"].iloc[:0]}
    read = Reader(render_page(**frames, context=context))
    assert "O monitoramento não foi executado" in read.words
    assert "nada se afirma sobre o acerto" in read.words
    assert "chart-accuracy" not in read.data("charts")


def table(read, name):
    """The visible text of each row of a table."""
    inside = read.page.split(f'<table id="{name}">')[1].split("</table>")[0].split("<tbody>")[1]
    return [Reader(row).words for row in inside.split("</tr>")[:-1]]


def test_revised_values_are_listed_with_both_values(published):
    assert table(published, "revisions-value_changed") == ["Producao Tinto Vinho 2021 L 25.693 3.870,50"]
    assert table(published, "revisions-value_gone") == ["Producao Tinto Vinho 2020 L 12 não disponível na fonte (nd)"]
    assert table(published, "revisions-mark_filled") == ["Producao Tinto Vinho 2019 L célula vazia na fonte 0"]


def test_rows_that_came_and_went_and_names_that_changed_are_listed(published):
    assert table(published, "revisions-row_new") == ["Producao Adoçado Suco"]
    assert table(published, "revisions-row_gone") == ["Producao Mosto (total publicado)"]
    assert table(published, "revisions-label_renamed") == ["Producao Rosé Vinho Rosado"]


def test_revisions_are_counted_for_each_table_and_together(published):
    assert table(published, "revisions-tables") == [
        "Todas as tabelas 40 1 1 1 1 1 1",
        "ExpVinho 0 0 0 0 0 0 0 primeira edição",
        "Producao 40 1 1 1 1 1 1 aaaaaaaaaaaaaaaa",
    ]


def test_what_was_found_in_the_files_is_told_the_gravest_first_and_without_names_of_rules(published):
    assert table(published, "findings-table") == [
        "arquivo recusado ExpVinho arquivo inteiro O arquivo foi recusado; vale a última edição da tabela. 1",
        "motivo da recusa ExpVinho arquivo inteiro O total publicado de um grupo não é a soma das suas linhas, "
        "ou voltou a ser. 5 years",
        "célula posta de lado Producao linha 12, 2019 L =1+1 Há um texto onde deveria haver um número. "
        "the cell holds no number",
        "linha posta de lado Producao linha 60 A linha não traz números: nota, rodapé ou linha vazia. no figures",
        "observar Producao arquivo inteiro É possível, mas pouco provável: alguém deve olhar. 3 of 9",
    ]
    assert (
        "recusados: 1; tabelas não obtidas: 0. Células postas de lado: 1; linhas postas de lado: 1. A observar: 1."
        in published.words
    )
    assert not re.search("NotANumberError|a_rule_of_tomorrow|cell_quarantined", published.words)


def test_nothing_revised_and_nothing_found_is_said(frames, context):
    accepted = {"outcome": "table_accepted", "rule": "intake", "reason": "47 rows", "remedy": None}
    frames |= {
        "revisions": make_revisions("embrapa", [{"cells": 40}]),
        "findings": make_findings("embrapa", [accepted]),
    }
    read = Reader(render_page(**frames, context=context))
    assert "A fonte não mudou nenhum número" in read.words
    assert "Todos os arquivos foram lidos por inteiro" in read.words


def test_a_first_vintage_has_nothing_to_compare_with(frames, context):
    first = {"kind": "first_vintage", "old_vintage_id": None, "cells": 0}
    read = Reader(render_page(**frames | {"revisions": make_revisions("embrapa", [first])}, context=context))
    assert "Há uma só edição de cada tabela" in read.words
    assert "revisions-tables" not in read.page


def test_what_does_not_fit_is_counted(frames, context):
    cell = {"kind": "value_changed", **REVISED, "old_value": 1.0, "new_value": 2.0}
    many = [{"cells": 9000}, *({**cell, "item": f"Tinto {n}"} for n in range(1203))]
    read = Reader(render_page(**frames | {"revisions": make_revisions("embrapa", many)}, context=context))
    assert len(table(read, "revisions-value_changed")) == 200
    assert "Mais 1.003 não cabem aqui" in read.words
    assert "1.203" in table(read, "revisions-tables")[0]


def test_generated_revisions_are_marked(synthetic):
    for name in ("value_changed", "row_new", "tables"):
        caption = synthetic.page.split(f'<table id="revisions-{name}">')[1].split("</caption>")[0]
        assert caption.endswith("– DADOS SINTÉTICOS"), name


@pytest.mark.parametrize("frame", ["revisions", "findings"])
def test_revisions_and_findings_of_another_source_are_refused(frames, context, frame):
    frames |= {frame: frames[frame].assign(is_synthetic=True)}
    with pytest.raises(ValueError, match="render each source on its own page"):
        render_page(**frames, context=context)


def test_mixed_sources_are_refused(frames, synthetic_context):
    with pytest.raises(ValueError, match="render each source on its own page"):
        render_page(**frames, context=synthetic_context)


def test_a_bar_is_named_with_what_it_lies_in(published):
    bars = published.data("charts")["chart-growth-producao_l"]
    rows = next(iter(rows for rows in bars["datasets"].values() if len(rows) > 1))
    assert [row["label"] for row in rows] == ["Tinto (Vinho)", "Branco (Vinho)"]


def test_joined_names_are_folded_away_unless_they_ask_for_a_look(frames, context):
    joins = frames["corrections_applied"].head(1).assign(action="alias")
    frames["corrections_applied"] = pd.concat(
        [
            frames["corrections_applied"],
            joins.assign(correction_id="alias_one", status="applied", reason="Singapura → Cingapura"),
            joins.assign(correction_id="alias_two", status="not_applicable", reason="Holanda → Países Baixos"),
            joins.assign(correction_id="alias_three", status="overlapping", reason="Viogner → Viognier"),
        ],
        ignore_index=True,
    )
    page = render_page(**frames, context=context)
    section = page[page.index('<section id="corrections">') : page.index('<section id="revisions">')]
    listed, folded = section.split("<details>")
    assert "Viogner → Viognier" in listed
    assert "Singapura" not in listed
    assert "Nomes reunidos: 1" in folded
    assert "Singapura → Cingapura" in folded
    assert "Holanda" not in section
