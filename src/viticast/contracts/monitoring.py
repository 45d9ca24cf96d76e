"""What the monitoring concluded: one row for each rule that was looked at."""

import pandera.pandas as pa
from pandera.typing import Series

from viticast.contracts.columns import SOURCES, VERDICTS, Table


class MonitoringVerdicts(Table):
    """One row for each check and subject, with the rule and the numbers behind the verdict."""

    snapshot_id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    model_key: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{16}$")
    source: Series[str] = pa.Field(isin=SOURCES)
    is_synthetic: Series[bool] = pa.Field()
    check_name: Series[str] = pa.Field(description="Name of the rule, e.g. coverage_95")
    subject: Series[str] = pa.Field(description="What it was applied to: a table, a class, the whole")
    verdict: Series[str] = pa.Field(isin=VERDICTS)
    observed: Series[float] = pa.Field(nullable=True)
    threshold: Series[float] = pa.Field(nullable=True)
    rule: Series[str] = pa.Field(description="The rule in words, with its bound")
    detail: Series[str] = pa.Field(nullable=True, description="What to look at, or why the check was skipped")
