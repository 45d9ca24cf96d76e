"""Parameters and declarations that are wrong."""

from tests.faults.case import Group
from tests.faults.workspace import Workspace

GROUP = Group("parameters and configuration")


def _nothing_comes_in(workspace: Workspace) -> None:
    workspace.delivered = []


@GROUP.error("UnknownSourceError", "source 'imaginary' is unknown", remedy="Use one of: sample, embrapa")
def unknown_source(workspace: Workspace) -> None:
    """The source has a name that nothing knows."""
    workspace.params["source"] = "imaginary"
    _nothing_comes_in(workspace)


@GROUP.error("DatasetError", "source 'api' has no usual address", remedy="Give one: kedro run")
def source_without_address(workspace: Workspace) -> None:
    """The source is an API, and no address is given."""
    workspace.params["source"] = "api"
    del workspace.params["source_url"]
    _nothing_comes_in(workspace)


@GROUP.error("DeclarationError", "the connection file none.yml cannot be read", remedy="--params connection=<file>")
def connection_file_missing(workspace: Workspace) -> None:
    """The connection file does not exist."""
    workspace.params["connection"] = "none.yml"
    _nothing_comes_in(workspace)


@GROUP.error("DeclarationError", "requests.atempts: Extra inputs are not permitted")
def connection_file_with_an_unknown_key(workspace: Workspace) -> None:
    """A key of the connection file is misspelt."""
    workspace.change_settings("connections/files.yml", lambda text: text.replace("concurrency", "atempts"))
    _nothing_comes_in(workspace)


@GROUP.error("DeclarationError", "is for a source of the kind database, not files")
def connection_file_of_another_kind(workspace: Workspace) -> None:
    """The connection file is for a database, and the source is a folder."""
    workspace.params["connection"] = "conf/base/connections/database.yml"
    _nothing_comes_in(workspace)


@GROUP.error("CredentialsError", "has a password in it", remedy="VITICAST_PASSWORD")
def password_in_the_address(workspace: Workspace) -> None:
    """The address of the source has a password in it."""
    workspace.params |= {"source": "sample", "source_url": "http://ana:segredo@127.0.0.1/download"}
    _nothing_comes_in(workspace)


@GROUP.error("UnknownParameterError", "sorce_url", remedy="Known: source, source_url")
def unknown_parameter(workspace: Workspace) -> None:
    """A parameter is misspelt."""
    workspace.params["sorce_url"] = workspace.params.pop("source_url")
    _nothing_comes_in(workspace)


@GROUP.error("ParameterValidationError", "as_of", remedy="valid date")
def as_of_no_date(workspace: Workspace) -> None:
    """The parameter as_of is no date."""
    workspace.params["as_of"] = "yesterday"
    _nothing_comes_in(workspace)


@GROUP.error("SnapshotError", "no vintage published by 1999-12-31", remedy="take a later as_of", is_late=True)
def as_of_before_everything(workspace: Workspace) -> None:
    """The parameter as_of is before the first vintage."""
    workspace.params["as_of"] = "1999-12-31"


@GROUP.error("ParameterValidationError", "allow_partial", remedy="boolean")
def allow_partial_no_boolean(workspace: Workspace) -> None:
    """The parameter allow_partial is neither true nor false."""
    workspace.params["allow_partial"] = "perhaps"
    _nothing_comes_in(workspace)


@GROUP.error("ParameterValidationError", "vanished_row", remedy="not permitted")
def unknown_bound(workspace: Workspace) -> None:
    """A bound of the vetting is misspelt in parameters_ingestion.yml."""
    workspace.change_settings("parameters_ingestion.yml", lambda text: text.replace("vanished_rows:", "vanished_row:"))
    _nothing_comes_in(workspace)


@GROUP.error("DeclarationError", "corrections_<declarations>.yml", "corrections.0.grup", "producao_2017", is_late=True)
def correction_with_an_unknown_key(workspace: Workspace) -> None:
    """A key of a correction is misspelt."""
    workspace.change_settings("corrections_sample.yml", lambda text: text.replace("group:", "grup:", 1))


@GROUP.error("DeclarationError", "corrections_<declarations>.yml", "years", is_late=True)
def correction_with_years_backwards(workspace: Workspace) -> None:
    """The years of a correction run backwards."""
    workspace.change_settings("corrections_sample.yml", lambda text: text.replace("[2017, 2017]", "[2017, 2007]", 1))


@GROUP.watch("producao_2017_vinho_de_mesa_rotated: stale", "expected 1907082, found 1907081")
def correction_whose_guard_fails(workspace: Workspace) -> None:
    """The guard of a correction does not hold any more: it is stale and does nothing."""
    workspace.change_settings("corrections_sample.yml", lambda text: text.replace("1907081", "1907082"))


@GROUP.error("DeclarationError", "aliases_<declarations>.yml", "aliases.0.lables", "Alemanha")
def alias_with_an_unknown_key(workspace: Workspace) -> None:
    """A key of an alias is misspelt."""
    workspace.change_settings("aliases_sample.yml", lambda text: text.replace("labels: [", "lables: [", 1))


@GROUP.error("DeclarationError", "expectations_<declarations>.yml", "anchors.0.valu")
def expectation_with_an_unknown_key(workspace: Workspace) -> None:
    """A key of an expectation is misspelt."""
    workspace.change_settings("expectations_sample.yml", lambda text: text.replace("value:", "valu:", 1))


@GROUP.error("DeclarationError", "tables.yml", "Producao", "maximum")
def bound_of_a_table_wrong(workspace: Workspace) -> None:
    """The largest figure of a table is negative."""
    workspace.change_settings("tables.yml", lambda text: text.replace("maximum: 1000000000", "maximum: -1", 1))
    _nothing_comes_in(workspace)


@GROUP.refused("Producao", said=("1235 of 2754 cells (44.8%) are no figures",))
def bound_of_a_table_too_small(workspace: Workspace) -> None:
    """The largest figure of a table is far below its figures."""
    workspace.change_settings("tables.yml", lambda text: text.replace("maximum: 1000000000", "maximum: 1000", 1))


@GROUP.error("DeclarationError", "tables.yml", "sluk")
def table_with_an_unknown_key(workspace: Workspace) -> None:
    """A key of a table is misspelt."""
    workspace.change_settings("tables.yml", lambda text: text.replace("slug:", "sluk:", 1))
    _nothing_comes_in(workspace)


@GROUP.error("DatasetError", "aliases_sample.yml", "line", remedy="line")
def settings_that_are_no_yaml(workspace: Workspace) -> None:
    """aliases_sample.yml cannot be parsed."""
    workspace.change_settings("aliases_sample.yml", lambda text: text.replace("aliases:", "aliases: [", 1))


@GROUP.error("DeclarationError", "corrections_<declarations>.yml", "empty", is_late=True)
def settings_that_are_empty(workspace: Workspace) -> None:
    """corrections_sample.yml is empty."""
    workspace.change_settings("corrections_sample.yml", lambda _text: "")


@GROUP.error("FileNotFoundError", "expectations_sample.yml", remedy="No such file")
def settings_that_are_missing(workspace: Workspace) -> None:
    """expectations_sample.yml is missing."""
    (workspace.project / "conf" / "base" / "expectations_sample.yml").unlink()
