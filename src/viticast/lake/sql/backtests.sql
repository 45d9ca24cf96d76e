-- The backtest of one model: every method on every origin.
SELECT
    snapshot_id, model_key, source, is_synthetic, series_id, method, origin, year, horizon, series_class,
    y, yhat, lo80, hi80, lo95, hi95, scale
FROM backtests
WHERE model_key = :model_key
ORDER BY method, series_id, origin, horizon
