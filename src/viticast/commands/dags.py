"""`kedro dags`: write the DAGs of Airflow from the pipelines and conf/base/airflow.yml, or say which are stale."""

from pathlib import Path

import click
from kedro.framework.context import KedroContext
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import ProjectMetadata
from kedro_airflow.grouping import get_memory_datasets

from viticast.commands.plain import PlainErrors
from viticast.orchestration.plan import WHOLE, Given, plan
from viticast.orchestration.rendering import render, stale, write
from viticast.orchestration.settings import read_settings
from viticast.orchestration.tasks import check_pipelines
from viticast.pipeline_registry import PIPELINES
from viticast.sources.tables import TableRegistry

FOLDER = Path("deploy/airflow")

STALE = 1


@click.command(
    name="dags",
    cls=PlainErrors,
    epilog="Exit status: 0, or 1 if --check found a file that is stale, or something in the settings or the pipelines "
    "is wrong.",
)
@click.option("--check", is_flag=True, help="Write nothing; name the files that are stale, and end with 1 if any is.")
@click.option(
    "--target",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    show_default=True,
    help="Folder that gets dags/ and pools.json.",
)
@click.pass_context
def dags(ctx: click.Context, check: bool, target: Path) -> None:
    """Write the DAGs of Airflow: one of the whole flow, one for each pipeline, and the pools of their tasks.

    They follow from the pipelines, conf/base/airflow.yml and conf/base/tables.yml, and are checked before they are
    written: no task may wait for a later one, or need what another one kept in memory.
    """
    files = render(ctx, given(ctx.obj))
    if check:
        found = stale(target, files)
        for name in found:
            click.echo(f"stale: {target / name}")
        if found:
            click.echo("Remedy: kedro dags, and commit what it writes")
            ctx.exit(STALE)
        click.echo(f"{len(files)} files in {target} are what kedro dags writes")
        return
    for name in write(target, files):
        click.echo(f"wrote {target / name}")
    click.echo(f"{len(files)} files in {target} are current; pools: airflow pools import {target / 'pools.json'}")


def given(metadata: ProjectMetadata) -> Given:
    """What the template of a project's DAGs is given, after the pipelines were found fit for them.

    Raises:
        DeclarationError: airflow.yml has a key or value that is wrong.
        UnfitPipelineError: The pipelines cannot run as the tasks that the DAGs have.
    """
    with KedroSession.create(project_path=metadata.project_path, env="local") as session:
        context = session.load_context()  # type: ignore[attr-defined] # Kedro types what `create` gives as its base
        settings = read_settings(context.config_loader["airflow"])
        known = {name: pipelines[name] for name in PIPELINES}
        check_pipelines(known, in_memory(context))
        return plan(settings, TableRegistry.from_mapping(context.catalog.load("tables")).names)


def in_memory(context: KedroContext) -> set[str]:
    """Names of the datasets that go with a process, as the catalog has them; parameters come with each."""
    found = get_memory_datasets(context.catalog, pipelines[WHOLE])
    return {name for name in found if name != "parameters" and not name.startswith("params:")}
