-- One row for each vintage of each table that the lake holds, published when its earliest landing says.
SELECT
    table_name,
    vintage_id,
    max(source) AS source,
    bool_or(is_synthetic) AS is_synthetic,
    min_by(raw_sha256, place) AS raw_sha256,
    min(published_at) AS published_at,
    min_by(is_published_at_inferred, place) AS is_published_at_inferred,
    max(fetched_at) AS fetched_at,
    max(last_year) AS last_year,
    max(cells) AS cells
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY table_name, vintage_id ORDER BY published_at, landing_id) AS place
    FROM vintages
) AS landings
GROUP BY table_name, vintage_id
ORDER BY table_name, published_at, vintage_id
