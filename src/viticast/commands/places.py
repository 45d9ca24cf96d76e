"""Where a project keeps what is no table: the page, the receipts of forecasts and model, MLflow's store."""

from dataclasses import dataclass

from viticast.commands.project import configuration


@dataclass(frozen=True)
class Places:
    """Addresses of one source.

    Attributes:
        page: The HTML page.
        receipt: The receipt that says which forecasts are current.
        model_receipt: The receipt of the model in use.
        model_name: Name in the registry.
        tracking_uri: MLflow's store of runs.
        registry_uri: MLflow's registry, None if it is the same.
    """

    page: str
    receipt: str
    model_receipt: str
    model_name: str
    tracking_uri: str
    registry_uri: str | None


def find_places(source: str | None, env: str | None) -> Places:
    """The addresses as catalog and mlflow.yml of an environment have them.

    Args:
        source: sample, embrapa, api or database; the configured one without it.
        env: Folder of conf that overrides `base`; `local` without it.
    """
    loader = configuration(source, env)
    catalog, server = loader["catalog"], loader["mlflow"]["server"]
    registry = server.get("mlflow_registry_uri")
    return Places(
        page=str(catalog["page"]["dataset"]["filepath"]),
        receipt=str(catalog["forecasts"]["current"]["filepath"]),
        model_receipt=str(catalog["modeling_receipt"]["filepath"]),
        model_name=str(catalog["registered_model"]["model_name"]),
        tracking_uri=str(server["mlflow_tracking_uri"]),
        registry_uri=None if registry is None else str(registry),
    )
