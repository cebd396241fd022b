-- Views over the archive of a store, for DuckDB. {archive} is the path of its folder `archive`.
-- Tables of earlier versions lack columns; there they are null.

CREATE OR REPLACE VIEW certificates AS
SELECT * FROM read_parquet('{archive}/certificates/*.parquet', union_by_name = true, hive_partitioning = false)
UNION ALL BY NAME SELECT NULL::BIGINT AS sequence, NULL::TIMESTAMPTZ AS judged_at WHERE false;

CREATE OR REPLACE VIEW results AS
SELECT * FROM read_parquet('{archive}/results/*.parquet', union_by_name = true, hive_partitioning = false)
UNION ALL BY NAME SELECT NULL::BIGINT AS sequence, NULL::TIMESTAMPTZ AS judged_at WHERE false;

CREATE OR REPLACE VIEW findings AS
SELECT * FROM read_parquet('{archive}/findings/*.parquet', union_by_name = true, hive_partitioning = false)
UNION ALL BY NAME SELECT NULL::BIGINT AS sequence, NULL::TIMESTAMPTZ AS judged_at WHERE false;

CREATE OR REPLACE VIEW verdicts AS
SELECT * FROM read_parquet('{archive}/verdicts/*.parquet', union_by_name = true, hive_partitioning = false)
UNION ALL BY NAME SELECT NULL::BIGINT AS sequence, NULL::TIMESTAMPTZ AS judged_at WHERE false;
