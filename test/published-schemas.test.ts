/** Schemas that others build on are published as JSON Schema, and the published file is what the code reads. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { manifestSchema } from "../src/cohort/manifest.ts";
import { z } from "../src/core/schema.ts";
import { studyConfigSchema } from "../src/pipeline/study-config.ts";

it.each([
  ["manifest", manifestSchema],
  ["study-config", studyConfigSchema],
])("docs/reference/%s.schema.json is the schema in use", (name, schema) => {
  const published = JSON.parse(readFileSync(new URL(`../docs/reference/${name}.schema.json`, import.meta.url), "utf8"));
  expect(published).toEqual(z.toJSONSchema(schema, { io: "input" }));
});
