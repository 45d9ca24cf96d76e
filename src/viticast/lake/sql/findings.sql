-- What was found in some files, and of some tables that did not come: these have 'none' in place of a file's hash.
SELECT
    table_name,
    raw_sha256,
    landing_id,
    source,
    is_synthetic,
    address,
    outcome,
    rule,
    row_number,
    column_number,
    column_label,
    found,
    reason,
    remedy
FROM findings
WHERE raw_sha256 IN (:raw_hashes) AND (raw_sha256 <> 'none' OR landing_id IN (:landing_ids))
