-- The leaves of each table and unit, as they were written: what every later stage is held against.
SELECT
    table_name,
    unit,
    count(DISTINCT row_number) AS rows,
    count(*) AS cells,
    count(value) AS known,
    coalesce(sum(value), 0) AS total
FROM observations
WHERE vintage_id IN (:vintage_ids) AND row_kind = 'leaf'
GROUP BY table_name, unit
