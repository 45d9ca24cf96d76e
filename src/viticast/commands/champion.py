"""`kedro champion`: say whether the registry has a champion, and end with a status that a scheduler can branch on."""

from typing import TYPE_CHECKING

import click

from viticast.commands.places import Places, find_places
from viticast.commands.plain import PlainErrors
from viticast.contracts.columns import SOURCES
from viticast.registry.lookup import store_exists

if TYPE_CHECKING:
    from viticast.registry.champion import ChampionRecord

NO_CHAMPION = 10
"""Exit status where the registry has no champion; click's own errors end with 2, any other with 1."""


@click.command(
    name="champion",
    cls=PlainErrors,
    epilog=f"Exit status: 0 there is a champion, {NO_CHAMPION} there is none, or no registry yet; 2 for a wrong "
    "option, 1 for any other error.",
)
@click.option("--source", type=click.Choice(SOURCES), help="Whose champion; that of the configured source without it.")
@click.option("--env", "-e", help="Configuration environment; local without it.")
def champion(source: str | None, env: str | None) -> None:
    """Say which version of the model is champion: name, version and model key, in one line."""
    places = find_places(source, env)
    found = _champion(places)
    if found is None:
        click.echo(f"{places.model_name} has no champion: kedro run --pipelines=modeling")
        raise SystemExit(NO_CHAMPION)
    click.echo(f"{places.model_name} version {found.version} {found.model_key}")


def _champion(places: Places) -> "ChampionRecord | None":
    """The champion; None without one. A store that is not there is not made."""
    if not store_exists(places.registry_uri or places.tracking_uri):
        return None
    from mlflow import MlflowClient  # noqa: PLC0415 - seconds that only a look into the store should pay

    from viticast.datasets.registry import find_standing  # noqa: PLC0415

    client = MlflowClient(tracking_uri=places.tracking_uri, registry_uri=places.registry_uri)
    return find_standing(client, places.model_name).champion
