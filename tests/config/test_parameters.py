import ast
import math
from collections.abc import Iterator
from copy import deepcopy
from functools import reduce

import pytest
from kedro.validation import ParameterValidationError
from pydantic import BaseModel, ValidationError

from viticast.monitoring.bounds import EvidentlyBounds, FigureBounds, ModelBounds
from viticast.panel.losses import LedgerBounds
from viticast.pipelines.feature.params import FeatureParams
from viticast.pipelines.ingestion.params import IngestionParams
from viticast.pipelines.modeling.params import ModelingParams
from viticast.pipelines.monitoring.params import MonitoringParams
from viticast.registry.gate import GateParams
from viticast.sources.vetting import VettingBounds


def test_parameters_are_typed(context):
    params = context.params
    assert isinstance(params["ingestion"], IngestionParams)
    assert isinstance(params["feature"], FeatureParams)
    assert isinstance(params["modeling"], ModelingParams)
    assert isinstance(params["monitoring"], MonitoringParams)


def test_every_parameter_is_used(make_context, pipelines):
    declared = set(make_context().config_loader["parameters"])
    used = {
        name.removeprefix("params:").split(".")[0]
        for pipeline in pipelines.values()
        for name in pipeline.inputs()
        if name.startswith("params:")
    }
    assert declared == used


@pytest.mark.parametrize(
    ("pipeline", "change", "message"),
    [
        ("ingestion", {"allow_partial": "perhaps"}, "allow_partial"),
        ("ingestion", {"bounds": {"changed_share": 2}}, "changed_share"),
        ("ingestion", {"bounds": {"changed_shares": 0.1}}, "changed_shares"),
        ("feature", {"as_off": "2024-06-01"}, "as_off"),
        ("feature", {"as_of": "yesterday"}, "as_of"),
        ("modeling", {"horizon": "far"}, "horizon"),
        ("modeling", {"horizon": 0}, "horizon"),
        ("modeling", {"levles": [80]}, "levles"),
        ("modeling", {"gate": {"promote": "sometimes"}}, "'never', 'gate' or 'force'"),
        ("modeling", {"gate": {"margin": -1}}, "margin"),
        ("modeling", {"gate": {"table_bounds": 2}}, "table_bounds"),
        ("monitoring", {"language": "fr"}, "language"),
        ("monitoring", {"notify_from": "sometimes"}, "notify_from"),
        ("monitoring", {"evidently": {"drift_share": 2}}, "drift_share"),
        ("monitoring", {"figures": {"lag_year": 1}}, "lag_year"),
        ("monitoring", {"figures": {"revised_share_watched": 0.5}}, "revised_share"),
        ("monitoring", {"model": {"coverage_80": [0.9, 0.8]}}, "coverage_80"),
        ("feature", {"ledger": {"rows_share": -1}}, "rows_share"),
    ],
)
def test_a_wrong_parameter_stops_the_run(make_context, pipeline, change, message):
    with pytest.raises(ParameterValidationError, match=message):
        _ = make_context(**{pipeline: change}).params


def floats(params: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a group of parameters and the groups inside it have a number that may have decimals."""
    for name, value in params:
        if isinstance(value, BaseModel):
            yield from floats(value, (*path, name))
        elif isinstance(value, float) or (isinstance(value, tuple) and any(isinstance(part, float) for part in value)):
            yield (*path, name)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, "inf", "nan"], ids=repr)
def test_no_bound_is_endless_or_no_number(make_context, value):
    """A bound that nothing is beyond would pass everything, and one that is no number would decide by chance."""
    context = make_context()
    declared, found = context.config_loader["parameters"], 0
    for pipeline in ("ingestion", "feature", "modeling", "monitoring"):
        kind = type(context.params[pipeline])
        for path in floats(context.params[pipeline]):
            given = deepcopy(declared[pipeline])
            *above, last = path
            group = reduce(lambda part, name: part[name], above, given)
            group[last] = [value] * len(group[last]) if isinstance(group[last], list) else value
            with pytest.raises(ValidationError, match=last):
                kind.model_validate(given)
            found += 1
    assert found > 30
    with pytest.raises(ParameterValidationError, match=r"gate\.table_bound"):
        _ = make_context(modeling={"gate": {"table_bound": value}}).params


@pytest.mark.parametrize("name", ["ingestion", "feature", "modeling", "monitoring"])
def test_a_parameter_file_gives_every_parameter(make_context, name):
    params = make_context().params[name]
    assert set(make_context().config_loader["parameters"][name]) == set(type(params).model_fields)


def test_a_run_may_look_back(make_context):
    assert make_context(as_of="2024-06-01").params["feature"].as_of.isoformat() == "2024-06-01"
    assert make_context().params["feature"].as_of is None


def test_a_run_may_forbid_or_force_a_new_champion(make_context):
    assert make_context().params["modeling"].gate.promote == "gate"
    for mode in ("never", "gate", "force"):
        assert make_context(promote=mode).params["modeling"].gate.promote == mode
    with pytest.raises(ParameterValidationError, match="'never', 'gate' or 'force'"):
        _ = make_context(promote="yes").params


def test_every_parameter_of_the_gate_is_written_where_a_reader_looks(make_context):
    declared = make_context().config_loader["parameters"]["modeling"]["gate"]
    assert set(declared) == set(GateParams.model_fields)


def test_the_page_may_be_in_english(make_context):
    assert make_context(language="en").params["monitoring"].language == "en"
    assert make_context().params["monitoring"].language == "pt"


def test_every_bound_is_written_where_a_reader_looks(make_context):
    bounds = make_context().config_loader["parameters"]["ingestion"]["bounds"]
    assert bounds == VettingBounds().model_dump()


@pytest.mark.parametrize(
    ("pipeline", "name", "bounds"),
    [
        ("feature", "ledger", LedgerBounds),
        ("monitoring", "figures", FigureBounds),
        ("monitoring", "model", ModelBounds),
        ("monitoring", "evidently", EvidentlyBounds),
    ],
)
def test_bounds_are_written_where_a_reader_looks(make_context, pipeline, name, bounds):
    written = make_context().config_loader["parameters"][pipeline][name]
    assert bounds(**written) == bounds()
    assert set(written) == set(bounds.model_fields)


def test_a_loss_may_be_accepted_for_one_run(make_context):
    given = make_context(feature={"ledger": {"accept": "ExpVinho ImpSuco"}})
    assert given.params["feature"].ledger.accept == ("ExpVinho", "ImpSuco")


def test_a_run_may_go_on_without_refused_tables(make_context):
    assert make_context(allow_partial=True).params["ingestion"].allow_partial
    assert not make_context().params["ingestion"].allow_partial


@pytest.mark.parametrize("name", ["ingestion", "feature", "modeling", "monitoring"])
def test_every_field_of_the_parameters_is_read_by_a_node(make_context, project_root, name):
    fields = set(type(make_context().params[name]).model_fields)
    code = (project_root / "src" / "viticast" / "pipelines" / name / "nodes.py").read_text(encoding="utf-8")
    read = {
        part.attr
        for part in ast.walk(ast.parse(code))
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "params"
    }
    assert fields <= read


def test_every_bound_is_read_by_a_rule(project_root):
    folder = project_root / "src" / "viticast" / "sources" / "vetting"
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "bounds.py")
    assert [name for name in VettingBounds.model_fields if f"bounds.{name}" not in code] == []
