/** Writes the JSON Schemas of manifest and experiment into docs/reference, after `node scripts/build.mjs`. */
import { writeFileSync } from "node:fs";
import { manifestSchema } from "../dist/cohort/manifest.js";
import { z } from "../dist/core/schema.js";
import { studyConfigSchema } from "../dist/pipeline/study-config.js";

for (const [name, schema] of Object.entries({ manifest: manifestSchema, "study-config": studyConfigSchema })) {
  const text = `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
  writeFileSync(new URL(`../docs/reference/${name}.schema.json`, import.meta.url), text);
}
