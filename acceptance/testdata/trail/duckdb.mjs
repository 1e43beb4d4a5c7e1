// Reads CloudTrail's files with DuckDB and prints the users that events tell to have been made:
//
//	node duckdb.mjs PACKAGES GLOB

import { createRequire } from "node:module";

const [packages, glob] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(packages + "/")("@duckdb/node-api");

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
const reader = await connection.runAndReadAll(
  `SELECT record.requestParameters.userName AS name
   FROM (SELECT unnest(Records) AS record FROM read_json('${glob.replaceAll("'", "''")}', maximum_depth = 4, union_by_name = true))
   WHERE record.eventName = 'CreateUser'`,
);
for (const [name] of reader.getRows()) {
  console.log(String(name).replaceAll('"', ""));
}
