-- The forecasts of one model.
SELECT
    snapshot_id, model_key, source, is_synthetic, series_id, year, horizon, series_class,
    yhat, lo80, hi80, lo95, hi95
FROM forecasts
WHERE model_key = :model_key
ORDER BY series_id, year
