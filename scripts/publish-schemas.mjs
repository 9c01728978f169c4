/** Writes the JSON Schemas of manifest, experiment and prediction into docs/reference, after `node scripts/build.mjs`. */
import { writeFileSync } from "node:fs";
import { manifestSchema } from "../dist/cohort/manifest.js";
import { z } from "../dist/core/schema.js";
import { studyConfigSchema } from "../dist/pipeline/study-config.js";
import { predictionJsonSchema } from "../dist/report/prediction.js";

for (const [name, schema] of Object.entries({ manifest: manifestSchema, "study-config": studyConfigSchema })) {
  publish(name, z.toJSONSchema(schema, { io: "input" }));
}
publish("prediction", predictionJsonSchema());

function publish(name, schema) {
  writeFileSync(
    new URL(`../docs/reference/${name}.schema.json`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  );
}
