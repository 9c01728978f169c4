import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HemacastError } from "../src/core/errors.ts";
import { auroc } from "../src/evaluation/discrimination.ts";
import { predictRisk } from "../src/expansion/risk-model.ts";
import { findBundle, loadBundle, shippedBundles, shippedModelsFolder } from "../src/pipeline/risk-bundle.ts";
import { dataPath, sharedData } from "./support/shared-data.ts";

const shipped = join(shippedModelsFolder, "markers-794");
let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "bundle-")), "markers");
  await cp(shipped, folder, { recursive: true });
});
afterEach(() => rm(join(folder, ".."), { recursive: true }));

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (thrown) => (thrown instanceof HemacastError ? thrown.code : String(thrown)),
  );

/** Changes a file and signs it again, as somebody with bad intentions or a slip of the hand would. */
async function rewrite(name: string, change: (text: string) => string): Promise<void> {
  const text = change(await readFile(join(folder, name), "utf8"));
  await writeFile(join(folder, name), text);
  const manifest = JSON.parse(await readFile(join(folder, "bundle.json"), "utf8"));
  manifest.checksums[name] = createHash("sha256").update(text).digest("hex");
  await writeFile(join(folder, "bundle.json"), JSON.stringify(manifest));
}

it("the shipped model loads, by name and by path, and says for whom it is", async () => {
  expect(await shippedBundles()).toContain("markers-794");
  const { manifest, model } = await loadBundle(await findBundle("markers-794"));
  expect(manifest.intendedUse).toMatch(/research use only/i);
  expect(model.inputs.map((input) => input.name)).toEqual([
    "volumeMl",
    "irregular",
    "blendSign",
    "hoursFromOnset",
    "gcs",
  ]);
  expect((await loadBundle(await findBundle(folder))).model).toEqual(model);
});

describe("refuses", () => {
  it("a changed file", async () => {
    await writeFile(join(folder, "MODEL_CARD.md"), "clinically approved");
    expect(await codeOf(loadBundle(folder))).toBe("CHECKSUM_MISMATCH");
  });
  it("a file without a checksum, and a missing one", async () => {
    await writeFile(join(folder, "extra.bin"), "x");
    expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
    await rm(join(folder, "extra.bin"));
    await rm(join(folder, "self-test.json"));
    expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
  });
  it("another coefficient, although the checksum was renewed", async () => {
    await rewrite("risk-model.json", (text) => text.replace(/"intercept": [-\d.e]+/, '"intercept": 0.1'));
    expect(await codeOf(loadBundle(folder))).toBe("SELF_TEST_FAILED");
  });
  it("an unknown key, another schema version, no JSON, a path as a file name", async () => {
    await rewrite("risk-model.json", (text) => text.replace("{", '{ "surprise": 1,'));
    expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
    const original = await readFile(join(shipped, "bundle.json"), "utf8");
    for (const broken of [
      original.replace("hemacast-bundle/1", "hemacast-bundle/2"),
      original.slice(0, 50),
      original.replace('"MODEL_CARD.md":', '"../MODEL_CARD.md":'),
    ]) {
      await writeFile(join(folder, "bundle.json"), broken);
      expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
    }
  });
  it("a bundle of another kind, no bundle, no such model", async () => {
    const manifest = JSON.parse(await readFile(join(folder, "bundle.json"), "utf8"));
    await writeFile(join(folder, "bundle.json"), JSON.stringify({ ...manifest, kind: "backbone" }));
    expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
    await rm(join(folder, "bundle.json"));
    expect(await codeOf(loadBundle(folder))).toBe("BUNDLE_INVALID");
    expect(await codeOf(loadBundle(join(folder, "absent")))).toBe("INPUT_NOT_FOUND");
    expect(await codeOf(findBundle("no-such-model"))).toBe("INPUT_NOT_FOUND");
  });
});

describe.skipIf(!sharedData)("on split 2 of the table it was evaluated on", () => {
  it("five markers give .730, CT markers alone .684 (seen with scikit-learn), as the card says", async () => {
    const { model, manifest } = await loadBundle(shipped);
    const rows: Record<string, string>[] = parse(readFileSync(dataPath("he_feature_tables/yufei_794.csv"), "utf8"), {
      columns: true,
    });
    const evaluation = rows.filter((row) => row["train_validation-test"] === "2");
    const outcome = evaluation.map((row) => Number(row.HE));
    const ct = (row: Record<string, string>) => ({
      volumeMl: Number(row.Volume),
      irregular: Number(row.Irregular),
      blendSign: Number(row.BlendSign),
    });
    const full = evaluation.map((row) => ({
      ...ct(row),
      hoursFromOnset: Number(row.Time),
      gcs: Math.max(3, Number(row.GCS)),
    }));
    const auc = auroc(
      outcome,
      full.map((values) => predictRisk(model, values).value),
    );
    const ctAuc = auroc(
      outcome,
      evaluation.map((row) => predictRisk(model, ct(row)).value),
    );
    // three decimals are what the independent runs reported
    expect([auc, ctAuc]).toBeAllClose([0.73, 0.684], { absolute: 5e-4 });
    expect(manifest.evaluation).toMatchObject({ allInputs: { n: 239, events: 59 } });
    expect((manifest.evaluation as { allInputs: { auc: { value: number } } }).allInputs.auc.value).toBeCloseTo(auc, 12);
  });
});
