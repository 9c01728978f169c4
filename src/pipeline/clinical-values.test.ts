import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readClinicalValues } from "./clinical-values.ts";

async function fileWith(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "hemacast-clinical-")), "clinical.json");
  await writeFile(path, text);
  return path;
}

it("takes values from a file, and assignments win", async () => {
  const file = await fileWith('{"gcs": 9, "hoursFromOnset": 3.5}');
  expect(await readClinicalValues(file, ["gcs=12"])).toEqual({ gcs: 12, hoursFromOnset: 3.5 });
});

it("takes yes and no, and words", async () => {
  const given = await readClinicalValues(undefined, [
    "warfarin=true",
    "spotSign=no-cta",
    "location=deep",
    "ageYears=71",
  ]);
  expect(given).toEqual({ warfarin: true, spotSign: "no-cta", location: "deep", ageYears: 71 });
});

it("leaves out what is not given", async () => {
  expect(await readClinicalValues(undefined, [])).toEqual({});
});

it.each([
  ["an unknown name", ["gsc=12"]],
  ["a value out of range", ["gcs=16"]],
  ["a fraction where a whole number is meant", ["gcs=12.5"]],
  ["no value", ["gcs="]],
  ["no number", ["gcs=twelve"]],
  ["a word that is none of the choices", ["spotSign=maybe"]],
  ["a number where yes or no is meant", ["warfarin=1"]],
  ["a time that is not positive", ["hoursFromOnset=0"]],
])("refuses %s", async (_what, assignments) => {
  await expect(readClinicalValues(undefined, assignments)).rejects.toMatchObject({ code: "CLINICAL_INVALID" });
});

it("refuses a file that is absent, not JSON, or not an object", async () => {
  await expect(readClinicalValues("/nowhere/clinical.json", [])).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  for (const text of ["gcs: 12", "[12]", "null"]) {
    await expect(readClinicalValues(await fileWith(text), [])).rejects.toMatchObject({ code: "CLINICAL_INVALID" });
  }
});
