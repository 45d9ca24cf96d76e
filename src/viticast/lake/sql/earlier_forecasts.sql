-- What was forecast from other snapshots than the current one, of years that may have figures by now.
SELECT
    snapshot_id,
    model_key,
    source,
    is_synthetic,
    series_id,
    year,
    horizon,
    series_class,
    yhat,
    lo80,
    hi80,
    lo95,
    hi95
FROM forecasts
WHERE snapshot_id <> :snapshot_id AND year <= :last_year
