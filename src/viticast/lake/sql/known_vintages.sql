-- The table of vintages, whole: what was accepted before.
SELECT
    table_name,
    vintage_id,
    landing_id,
    source,
    is_synthetic,
    raw_sha256,
    address,
    fetched_at,
    published_at,
    is_published_at_inferred,
    last_year,
    file_lines,
    rows,
    quarantined_rows,
    cells,
    quarantined_cells
FROM vintages
