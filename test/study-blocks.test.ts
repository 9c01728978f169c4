/** A study on scans, from manifest to bundle: measured once, fused, reported as what it is, saved as a model that proves itself. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OnProgress, ProgressEvent } from "../src/core/progress.ts";
import { writeCtSeries } from "../src/dicom/write-ct.ts";
import { blocksConfigSchema } from "../src/expansion/blocks.ts";
import type { CnnConfig } from "../src/expansion/cnn-features.ts";
import { predictHybrid } from "../src/expansion/hybrid-model.ts";
import { computeMarkers } from "../src/markers/compute-markers.ts";
import { loadHybridBundle, writeHybridBundle } from "../src/pipeline/hybrid-bundle.ts";
import { measureScan } from "../src/pipeline/measure-scan.ts";
import { openRiskModel } from "../src/pipeline/risk-models.ts";
import { runStudy } from "../src/pipeline/study.ts";
import { checkStudyConfig, type StudyConfig, studyConfigSchema } from "../src/pipeline/study-config.ts";
import { readStudyData } from "../src/pipeline/study-data.ts";
import { selfTestHead } from "../src/segmentation/self-test-head.ts";
import { writeClotCohort } from "./support/clot-cohort.ts";
import { runHemacast } from "./support/run-hemacast.ts";

const participants = 24;
let folder: string;
let config: StudyConfig;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hemacast-blocks-"));
  await writeClotCohort(folder, participants);
  config = checkStudyConfig(
    studyConfigSchema.parse({
      name: "blocks",
      blocks: { cnn: [{ backbone: "inception-v3", taps: ["mixed0"], images: { pixels: 75, slices: "largest-3" } }] },
      split: { kind: "repeated", folds: 3 },
      models: [
        {
          name: "both",
          predictors: ["*"],
          lateFusion: [["shape.*"], ["inception-v3.*"]],
          innerFolds: 3,
          reduce: [{ predictors: ["inception-v3.*"], components: 4 }],
        },
        { name: "shape", predictors: ["shape.*"], innerFolds: 3 },
        {
          name: "network",
          predictors: ["*"],
          reduce: [{ predictors: ["inception-v3.*"], components: 4 }],
          innerFolds: 3,
          network: { hidden: [6], members: 3, steps: 200 },
          calibration: "platt",
        },
      ],
      evaluation: { replicates: 100, permutations: 100 },
      bundle: { model: "both", members: 3 },
    }),
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const study = async (out: string) => {
  const data = await readStudyData(join(folder, "manifest.csv"), config, {
    cache: join(folder, "measured"),
    threads: 1,
  });
  const events: ProgressEvent[] = [];
  const onProgress: OnProgress = (event) => events.push(event);
  return { data, events, result: await runStudy(data, config, join(folder, out), { threads: 1, onProgress }) };
};

/** Seven slices 5 mm apart, the upper three moved up by 2 mm, as a series of DICOM files. */
function gappedSeries(folder: string): void {
  const { volume } = selfTestHead();
  const [columns, rows, count] = volume.geometry.size;
  const [x, y, z] = volume.geometry.origin;
  const files = writeCtSeries({
    ...{ participantId: "GAPS", seed: 9, columns, rows, pixelSpacing: [1.5, 1.5], sliceThicknessMm: 5 },
    ...{ rowAxis: [1, 0, 0], columnAxis: [0, 1, 0] },
    slices: Array.from({ length: count }, (_, k) => ({
      position: [x, y, z + 5 * k + (k > 3 ? 2 : 0)],
      hu: (volume.hu as Int16Array).subarray(k * columns * rows, (k + 1) * columns * rows),
    })),
  });
  mkdirSync(folder);
  for (const { fileName, bytes } of files) writeFileSync(join(folder, fileName), bytes);
}

describe("a study on scans", () => {
  it("learns from the images, and says that it is simulated", async () => {
    const { data, events, result } = await study("run");
    expect(data.measured?.volumesMl.every((ml) => ml > 5)).toBe(true);
    const [both, , network] = result.metrics.models;
    for (const fused of [both, network]) expect(fused?.evaluation.auc.value).toBeGreaterThan(0.9);
    expect(readFileSync(join(folder, "run", "report.html"), "utf8")).toContain("Every participant is simulated");
    expect(readFileSync(join(folder, "run", "table.md"), "utf8")).toContain("says nothing about patients");
    const fitting = events.filter(({ stage }) => stage === "fit bundle").map(({ done, total }) => [done, total]);
    expect(fitting).toEqual([0, 1, 2, 3, 4].map((done) => [done, 4]));
  }, 120_000);

  it("measures nothing twice, and comes to the same", async () => {
    const before = readdirSync(join(folder, "measured")).length;
    await study("again");
    expect(readdirSync(join(folder, "measured"))).toHaveLength(before);
    // the mask, what the segmenter said of it, and a row for each of two blocks
    expect(before).toBe(4 * participants);
    const predictions = (run: string): string => readFileSync(join(folder, run, "predictions.csv"), "utf8");
    expect(predictions("again")).toBe(predictions("run"));
  }, 120_000);

  it("takes a kept mask back to slices with varying gaps when another block is measured", async () => {
    const scan = join(folder, "gaps");
    gappedSeries(scan);
    const cache = join(folder, "gaps-measured");
    const measure = (given: object) => measureScan({ scan, cache, blocks: blocksConfigSchema.parse(given) });
    const first = await measure({});
    expect(await measure({})).toEqual(first);
    const more = await measure({ markers: true });
    expect(more).toMatchObject({ volumeMl: (first as { volumeMl: number }).volumeMl });
    expect((first as { volumeMl: number }).volumeMl).toBeGreaterThan(5);
  }, 60_000);

  it("saves a bundle that says what it is and gives the risk that it was made with", async () => {
    const { data } = await study("run");
    const bundle = await loadHybridBundle(join(folder, "run", "bundle"));
    expect(bundle.outcomes).toBe("simulated");
    expect(readFileSync(join(folder, "run", "bundle", "MODEL_CARD.md"), "utf8")).toContain(
      "says nothing about a patient",
    );
    const { names, values } = data.table;
    const at = bundle.model.predictors.map((name) => names.indexOf(name));
    const risks = Array.from(
      { length: participants },
      (_, i) =>
        predictHybrid(
          bundle.model,
          at.map((j) => values[i * names.length + j] as number),
        ).risk,
    );
    const meanOf = (outcome: number): number =>
      risks.filter((_, i) => data.table.outcome[i] === outcome).reduce((sum, risk) => sum + risk, 0) /
      (participants / 2);
    expect(meanOf(1) - meanOf(0)).toBeGreaterThan(0.5);
  }, 120_000);

  it("gives predict a risk from the images, and refuses hematomas, segmenters and backbones that it does not know", async () => {
    const own = join(folder, "run", "bundle");
    const model = await openRiskModel(own);
    const { volume, hematoma } = selfTestHead();
    const markers = computeMarkers(volume, hematoma);
    const seen = { volume, mask: hematoma, segmenter: "hematoma-unet" };
    const answer = await model.look(seen);
    const { value, low, high, image, model: identity } = await answer({ markers, values: {} });
    expect([low <= value, value <= high, identity.basis, identity.outcomes]).toEqual([
      true,
      true,
      "images",
      "simulated",
    ]);
    expect(image?.contributions.map(({ block }) => block)).toEqual(["shape", "inception-v3"]);
    expect(image?.nearest.map(({ id, distance }) => [id.slice(0, 1), distance >= 0])).toEqual(
      Array.from({ length: 3 }, () => ["P", true]),
    );
    const places = image?.maps.flatMap(({ logOdds }) => logOdds) ?? [];
    expect(image?.maps.map(({ slice }) => slice)).toEqual([2, 3, 4]);
    expect(places.reduce((sum, part) => sum + part, 0)).toBeAllClose(image?.contributions[1]?.logOdds as number, {
      relative: 1e-3,
    });
    await expect(model.look({ ...seen, segmenter: "threshold" })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await model.release();
    const { manifest, ...content } = await loadHybridBundle(own);
    for (const change of [{ segmenterId: "other" }, { backbones: { "inception-v3": "0".repeat(64) } }]) {
      const other = join(folder, "other-bundle");
      const { schema: _s, checksums: _c, kind: _k, inputs: _i, ...described } = manifest;
      await writeHybridBundle(other, described, { ...content, ...change }, "card", [content.model.means]);
      await expect(openRiskModel(other)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    }
  }, 60_000);

  it.each([
    [
      "one byte of the coefficients",
      "coefficients.safetensors",
      (b: Buffer) => b.with(b.length - 9, 0x41 ^ (b.at(-9) ?? 0)),
      "CHECKSUM_MISMATCH" as const,
    ],
    [
      "another schema version",
      "bundle.json",
      (b: Buffer) => Buffer.from(b.toString().replace("hemacast-bundle/1", "hemacast-bundle/2")),
      "BUNDLE_INVALID" as const,
    ],
    [
      "another kind",
      "bundle.json",
      (b: Buffer) => Buffer.from(b.toString().replace("hybrid-risk-model", "segmentation-network")),
      "BUNDLE_INVALID" as const,
    ],
  ])("refuses a bundle with %s changed", async (_what, file, change, code) => {
    const broken = join(folder, "broken");
    rmSync(broken, { recursive: true, force: true });
    cpSync(join(folder, "run", "bundle"), broken, { recursive: true });
    writeFileSync(join(broken, file), change(readFileSync(join(broken, file))) as Uint8Array);
    await expect(loadHybridBundle(broken)).rejects.toMatchObject({ code });
  });

  it.each(["models/backbones/inception-v3", "../inception-v3", "no-such-network"])(
    "refuses a bundle that measures with the backbone %s",
    async (backbone) => {
      const { manifest, ...content } = await loadHybridBundle(join(folder, "run", "bundle"));
      const { schema: _s, checksums: _c, kind: _k, inputs: _i, ...described } = manifest;
      const blocks = { ...content.blocks, cnn: content.blocks.cnn.map((each) => ({ ...each, backbone })) };
      const other = join(folder, "elsewhere-bundle");
      await writeHybridBundle(other, described, { ...content, blocks }, "card", [content.model.means]);
      await expect(loadHybridBundle(other)).rejects.toMatchObject({
        code: "BUNDLE_INVALID",
        message: expect.stringContaining("does not come with the package"),
      });
    },
  );

  it.each([
    [
      "other windows",
      {
        images: {
          windowsHu: [
            [0, 80],
            [30, 90],
            [-50, 140],
          ],
        },
      },
    ],
    ["another frame", { images: { frame: "head" } }],
    ["a little smoothing", { images: { smoothMm: 0.8 } }],
    ["other pixels", { images: { pixels: 80 } }],
    ["another depth", { taps: ["mixed1"] }],
  ])(
    "refuses a bundle that measures with %s than it was trained with",
    async (_what, { images, ...change }: { images?: object; taps?: string[] }) => {
      const { manifest, ...content } = await loadHybridBundle(join(folder, "run", "bundle"));
      const { schema: _s, checksums: _c, kind: _k, inputs: _i, ...described } = manifest;
      const cnn = content.blocks.cnn.map((each) => ({ ...each, ...change, images: { ...each.images, ...images } }));
      const other = join(folder, "changed-bundle");
      const blocks = { ...content.blocks, cnn };
      await writeHybridBundle(other, described, { ...content, blocks }, "card", [content.model.means]);
      await expect(openRiskModel(other)).rejects.toMatchObject({ code: "SELF_TEST_FAILED" });
    },
  );

  it("verifies a bundle with its networks on the command line", async () => {
    const verified = await runHemacast("models", "verify", join(folder, "run", "bundle"));
    expect(verified.stdout).toContain("checksums ok, self-test ok");
    const changed = await runHemacast("models", "verify", join(folder, "changed-bundle"));
    expect([changed.exitCode, changed.stderr.includes("SELF_TEST_FAILED")]).toEqual([4, true]);
  });

  it("names its training cases where they are simulated, and refuses a bundle that names patients", async () => {
    const { manifest, ...content } = await loadHybridBundle(join(folder, "run", "bundle"));
    expect(content.model.cases?.ids).toHaveLength(participants);
    expect(content.model.cases?.expanded.filter(Boolean)).toHaveLength(participants / 2);
    const { schema: _s, checksums: _c, kind: _k, inputs: _i, ...described } = manifest;
    const other = join(folder, "patients-bundle");
    await writeHybridBundle(other, described, { ...content, outcomes: "real" }, "card", [content.model.means]);
    await expect(loadHybridBundle(other)).rejects.toThrow("names patients");
    const unnamed = { ...content, outcomes: "real" as const, model: { ...content.model, cases: null } };
    await writeHybridBundle(other, described, unnamed, "card", [content.model.means]);
    expect((await loadHybridBundle(other)).model.cases).toBeNull();
    const fewer = { ...content.model.cases!, ids: content.model.cases!.ids.slice(1) };
    await writeHybridBundle(other, described, { ...content, model: { ...content.model, cases: fewer } }, "card", [
      content.model.means,
    ]);
    await expect(loadHybridBundle(other)).rejects.toThrow("23 cases and 24 points");
  });

  it("refuses a model of an earlier schema, though its checksum is right", async () => {
    const earlier = join(folder, "earlier-bundle");
    cpSync(join(folder, "run", "bundle"), earlier, { recursive: true });
    const model = readFileSync(join(earlier, "hybrid-model.json"), "utf8").replace(
      "hemacast-hybrid/2",
      "hemacast-hybrid/1",
    );
    writeFileSync(join(earlier, "hybrid-model.json"), model);
    const manifest = JSON.parse(readFileSync(join(earlier, "bundle.json"), "utf8"));
    manifest.checksums["hybrid-model.json"] = createHash("sha256").update(model).digest("hex");
    writeFileSync(join(earlier, "bundle.json"), JSON.stringify(manifest));
    await expect(loadHybridBundle(earlier)).rejects.toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringContaining("hemacast-hybrid/2"),
    });
  });

  it("refuses to save a bundle whose backbone is only here", () => {
    const cnn = [{ ...(config.blocks?.cnn[0] as CnnConfig), backbone: "./my-backbone" }];
    const local = { ...config, blocks: { ...(config.blocks as NonNullable<StudyConfig["blocks"]>), cnn } };
    expect(() => checkStudyConfig(local)).toThrowCode("CONFIG_INVALID");
    expect(checkStudyConfig({ ...local, bundle: null }).blocks?.cnn).toEqual(cnn);
  });

  it("refuses a cohort that is half simulated, and names a scan that cannot be read", async () => {
    mkdirSync(join(folder, "other"));
    const lines = readFileSync(join(folder, "manifest.csv"), "utf8").replaceAll("scan-", "../scan-").trim().split("\n");
    const write = (rows: readonly string[]): void =>
      writeFileSync(join(folder, "other", "manifest.csv"), `${rows.join("\n")}\n`);
    const read = () =>
      readStudyData(join(folder, "other", "manifest.csv"), config, { cache: join(folder, "measured") });
    write([...lines.slice(0, -1), (lines.at(-1) as string).replace("SIMULATED-01", "Hospital")]);
    await expect(read()).rejects.toThrow("simulated as a whole or not at all");
    write([...lines.slice(0, -1), (lines.at(-1) as string).replace("scan-23", "scan-99")]);
    await expect(read()).rejects.toThrow(/1 of 24 baseline scans could not be measured \(row 24: INPUT_NOT_FOUND/);
  }, 60_000);
});
