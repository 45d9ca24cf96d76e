"""What the project adds around a run: a misspelt parameter is refused, and the end says where to look."""

import logging
from collections.abc import Generator, Mapping
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from viticast.contracts.columns import SOURCES
from viticast.datasets.mlflow_runs import close_abandoned_runs, sign_new_runs
from viticast.datasets.mlflow_store import make_store, store_lock
from viticast.environments import require_environment
from viticast.lake.masking import masked
from viticast.lake.service_environment import prepare_environment
from viticast.lake.storage import sweep
from viticast.pipeline_registry import PIPELINES

logger = logging.getLogger(__name__)

# At DEBUG, Kedro writes each call of a hook with all that it is given, credentials among it. A filter stays where
# configurations of logging set levels anew.
logging.getLogger("kedro.framework.hooks.manager").addFilter(lambda record: record.levelno > logging.DEBUG)

SHOWN = {"page": "page", "forecasts": "forecasts", "monitoring": "verdicts", "decision": "decision"}
"""Dataset -> what it is called at the end of a run."""

SHOWN_REASONS = 5
"""So many reasons of a decision stand at the end of a run."""


RUNTIME_PARAMETERS = (
    "source",
    "source_url",
    "connection",
    "declarations",
    "delivery",
    "tables",
    "as_of",
    "allow_partial",
    "promote",
    "language",
)
"""What `kedro run --params` may set, beside the parameters of the pipelines by their names (`modeling.horizon`)."""


S3 = "s3://"

REAL = (
    "  Real figures: make run SOURCE=<folder with Embrapa's 15 CSV files>",
    "            or: make run SOURCE=http://vitibrasil.cnpuv.embrapa.br/download",
)
REAL_ON_AWS = (
    "  Real figures: kedro run --env aws --params source_url=<folder with Embrapa's 15 CSV files>",
    "                with the variables of a stack of Source=embrapa: deploy/aws/README.md",
)


class UnknownParameterError(ValueError):
    """`--params` names something that nothing reads: the run would go on without it."""


class UnknownSourceError(ValueError):
    """The source of the figures is none that there is."""


class ProjectHooks:
    """Refuses parameters that nothing reads, clears up after runs that were killed, and says where results are."""

    def __init__(self) -> None:
        self._written_under = ""
        self._experiment = ""

    @hook_impl(wrapper=True)
    def after_context_created(self, context: KedroContext) -> Generator[None, object, object]:
        """Checks the names given with `--params`, then lets one run at a time make MLflow's store and experiment.

        In the environment `aws` it first checks that all settings are there.

        Raises:
            UnknownEnvironmentError: Names the environments that there are.
            MissingSettingsError: Lists every setting of AWS that is missing or malformed.
            UnknownParameterError: Names the ones that nothing reads, and all that something does.
            UnknownSourceError: Names the sources that there are.
            CredentialsError: The address of the source has a secret in it, which MLflow would record.
        """
        given = context._runtime_params or {}
        require_environment(context.config_loader.conf_source, context.env)
        prepare_environment(context.env, given.get("source"))
        _refuse_unknown_parameters(context)
        shared = context.config_loader["globals"]
        source = given.get("source", shared["source"])
        if source not in SOURCES:
            raise UnknownSourceError(f"source '{source}' is unknown. Use one of: {', '.join(SOURCES)}")
        _refuse_secrets(context, source)
        self._written_under = f"{shared['data_path']}/{source}"
        tracking_uri, self._experiment = _mlflow_settings(context)
        with store_lock(tracking_uri, "prepare MLflow's store"):
            make_store(tracking_uri)
            return (yield)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self) -> None:
        """Clears up what killed runs left: unfinished files, and runs that MLflow takes for running."""
        if swept := sweep(self._written_under):
            logger.info("%d unfinished files of runs that ended were deleted", len(swept))
        close_abandoned_runs(self._experiment)
        sign_new_runs()

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Names the page, the forecasts and the MLflow run; and, after the sample, the way to real figures."""
        made = [name for name in SHOWN if name in pipeline.outputs() | pipeline.all_outputs()]
        if not made:
            return
        lines = ["", "Done."]
        lines += [f"  {SHOWN[name]:<12}{_place(catalog, name)}" for name in made]
        lines += _fetching_lines(catalog, made)
        if "decision" in made:
            lines += _decision_lines(catalog.load("decision"))
        lines += _mlflow_lines()
        if "modeling_receipt" in catalog and catalog.load("modeling_receipt")["is_synthetic"]:
            lines.append("  These figures are SYNTHETIC: they show how viticast works and say nothing about Brazil.")
            lines += REAL_ON_AWS if self._written_under.startswith(S3) else REAL
        for line in lines:
            logger.info(line)


def _refuse_unknown_parameters(context: KedroContext) -> None:
    declared = sorted(context.config_loader["parameters"])
    given = context._runtime_params or {}
    unknown = [name for name in given if name not in RUNTIME_PARAMETERS and name.split(".")[0] not in PIPELINES]
    if unknown:
        known = ", ".join([*RUNTIME_PARAMETERS, *(f"{name}.<parameter>" for name in declared if name in PIPELINES)])
        raise UnknownParameterError(f"--params: nothing reads {', '.join(sorted(unknown))}. Known: {known}")


def _refuse_secrets(context: KedroContext, source: str) -> None:
    from viticast.sources.addresses import require_no_secret  # noqa: PLC0415 - the package weighs what a run needs

    usual = context.config_loader["globals"].get("source_urls", {}).get(source)
    require_no_secret(str((context._runtime_params or {}).get("source_url") or usual or ""))


def _mlflow_settings(context: KedroContext) -> tuple[str, str]:
    """Address of the store and name of the experiment; what mlflow.yml leaves out is as kedro-mlflow has it."""
    settings = context.config_loader["mlflow"]
    tracking_uri = settings.get("server", {}).get("mlflow_tracking_uri") or ""
    experiment = settings.get("tracking", {}).get("experiment", {}).get("name") or "viticast"
    return tracking_uri, experiment


def _place(catalog: DataCatalog, name: str) -> str:
    described = catalog[name]._describe()
    if "table" in described:
        return f"{described['path']}/{described['table']}"
    return str(described.get("filepath"))


def _fetching_lines(catalog: DataCatalog, made: list[str]) -> list[str]:
    """How to come to a page that no browser of this machine can open where it lies."""
    page = _place(catalog, "page") if "page" in made else ""
    return [f"  {'':<12}to look at it: aws s3 cp {page} ."] if page.startswith(S3) else []


def _decision_lines(decision: Mapping[str, Any]) -> list[str]:
    """The decision, its gravest reasons and what to do."""
    reasons = decision["reasons"]
    lines = [f"  {'verdict':<12}{decision['decision']} (kedro verdict ends with {decision['exit_status']})"]
    for reason in reasons[:SHOWN_REASONS]:
        detail = f" ({reason['detail']})" if reason["detail"] else ""
        lines.append(
            f"  {'':<12}{reason['verdict']}: {reason['check_name']}, {reason['subject']}: {reason['rule']}{detail}"
        )
    if len(reasons) > SHOWN_REASONS:
        lines.append(f"  {'':<12}and {len(reasons) - SHOWN_REASONS} more: kedro verdict --source {decision['source']}")
    if decision["what_to_do"]:
        lines += [
            f"  {'what to do' if not place else '':<12}{text}" for place, text in enumerate(decision["what_to_do"])
        ]
    return lines


def _mlflow_lines() -> list[str]:
    import mlflow  # noqa: PLC0415 - kedro-mlflow has imported it by now

    run = mlflow.active_run()
    if run is None:
        return []
    store = masked(mlflow.get_tracking_uri())
    is_server = store.startswith("http")
    look = store if is_server else f".venv/bin/mlflow ui --host 127.0.0.1 --backend-store-uri {store}"
    return [f"  {'MLflow run':<12}{run.info.run_id}", f"  {'':<12}to look at it: {look}"]
