-- The cells of one snapshot: every figure of the vintages it names, leaves and published totals.
SELECT
    -- ids
    table_name,
    vintage_id,
    row_number,
    column_number,
    -- labels
    group_label,
    item_label,
    item,
    row_kind,
    -- figures
    measure,
    unit,
    year,
    value,
    mark
FROM observations
WHERE vintage_id IN (:vintage_ids)
