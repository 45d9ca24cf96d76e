-- One row for each vintage of each table that the lake holds.
SELECT
    table_name,
    vintage_id,
    max(source) AS source,
    bool_or(is_synthetic) AS is_synthetic,
    max(raw_sha256) AS raw_sha256,
    max(published_at) AS published_at,
    bool_or(is_published_at_inferred) AS is_published_at_inferred,
    max(year) AS last_year,
    count(*) AS cells
FROM observations
GROUP BY table_name, vintage_id
ORDER BY table_name, published_at, vintage_id
