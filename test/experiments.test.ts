import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readStudyConfig } from "../src/pipeline/study-config.ts";

const folder = fileURLToPath(new URL("../experiments/", import.meta.url));
const studies = readdirSync(folder).filter((file) => "models" in JSON.parse(readFileSync(folder + file, "utf8")));

it.each(studies)("the shipped experiment %s is one that study takes", async (file) => {
  const config = await readStudyConfig(folder + file);
  expect(`${config.name}.json`).toBe(file);
});
