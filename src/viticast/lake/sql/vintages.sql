-- Every landing of every vintage that the lake holds: which content, from which file, published when.
SELECT
    table_name,
    vintage_id,
    landing_id,
    source,
    is_synthetic,
    raw_sha256,
    published_at,
    is_published_at_inferred,
    fetched_at,
    last_year,
    cells
FROM vintages
