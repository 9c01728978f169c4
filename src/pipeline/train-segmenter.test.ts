import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headPhantom } from "../../test/support/phantoms.ts";
import type { ProgressEvent } from "../core/progress.ts";
import { createMask, maskMl } from "../volume/volume.ts";
import { readBundle, writeBundle } from "./bundle.ts";
import { writeMask, writeNifti } from "./nifti-files.ts";
import { openSegmenterBundle, openSegmenterEnsemble, segmenterParts } from "./segmenter-bundle.ts";
import { trainSegmenter } from "./train-segmenter.ts";
import { readLabelled } from "./train-segmenter-data.ts";
import { scoreSegmentation, stratumOf, summarise } from "./train-segmenter-evaluation.ts";

const config = { steps: 4, batch: 2, evaluateEvery: 2, warmUpSteps: 1, network: { base: 4, depth: 2 } };
let folder: string;
let manifest: string;

/** Four phantoms as NIfTI, one of them with a label that leaves its rim unjudged. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hemacast-train-"));
  manifest = join(folder, "manifest.csv");
  const lines = ["participantId,image,label,source,role"];
  for (const [n, role] of ["train", "train", "tune", "test"].entries()) {
    const { volume, hematoma } = headPhantom({ seed: n, hematomaMl: 20 + 5 * n });
    await writeNifti(join(folder, `${n}.nii`), volume.geometry, volume.hu as Int16Array);
    const label = hematoma.inside.map((value, v) => (n === 0 && value === 1 && v % 3 === 0 ? 2 : value));
    await writeNifti(join(folder, `${n}-label.nii.gz`), volume.geometry, label);
    lines.push(`p${n},${n}.nii,${n}-label.nii.gz,phantoms,${role}`);
  }
  await writeFile(manifest, lines.join("\n"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a training run", () => {
  let out: string;
  beforeAll(async () => {
    out = join(folder, "run");
    await trainSegmenter({ manifest, config, out });
  });

  it("leaves everything that is needed to repeat, continue and use it", async () => {
    expect((await readdir(out)).sort()).toEqual([
      ...["bundle", "checkpoint.safetensors", "config.json", "fingerprint.json", "log.jsonl", "plan.json"],
      ...["report.html", "results.json", "results.md", "run.json", "weights-2.safetensors", "weights-4.safetensors"],
      "weights.safetensors",
    ]);
    const log = (await readFile(join(out, "log.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(log.filter(({ kind }) => kind === "evaluation").map(({ step }) => step)).toEqual([2, 4]);
    expect(JSON.parse(await readFile(join(out, "run.json"), "utf8"))).toMatchObject({
      cases: { phantoms: { train: 2, tune: 1, test: 1 } },
      failed: [],
    });
    const { results } = JSON.parse(await readFile(join(out, "results.json"), "utf8"));
    // two segmenters on the tuning and the test case
    expect(results).toHaveLength(4);
    expect(results.every(({ labelMl }: { labelMl: number }) => labelMl > 25)).toBe(true);
    expect(await readFile(join(out, "report.html"), "utf8")).toContain("Training of a hematoma segmenter");
  });

  it("continues a run that is complete with what follows training, and refuses to mix runs", async () => {
    const before = await readFile(join(out, "weights.safetensors"));
    const { score } = await trainSegmenter({ manifest, config, out, resume: true });
    expect(score).toBeNull();
    expect((await readFile(join(out, "weights.safetensors"))).equals(before)).toBe(true);
    await expect(trainSegmenter({ manifest, config, out })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
    const other = trainSegmenter({ manifest, config: { ...config, steps: 5 }, out, resume: true });
    await expect(other).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("has its record from the first checkpoint on, so that one killed at the last can be completed", async () => {
    const killed = join(folder, "killed");
    const recordAt: Record<number, boolean> = {};
    const onProgress = ({ stage, done }: ProgressEvent): void => {
      if (stage === "train") recordAt[done] = existsSync(join(killed, "run.json"));
      if (stage === "evaluate") throw new Error("killed");
    };
    await expect(trainSegmenter({ manifest, config, out: killed, onProgress })).rejects.toThrow("killed");
    expect(recordAt).toEqual({ 1: false, 2: false, 3: true, 4: true });
    await trainSegmenter({ manifest, config, out: killed, resume: true });
    expect(await readdir(killed)).toContain("bundle");
  });

  it("gives a bundle that opens, segments, and starts another run", async () => {
    const opened = await openSegmenterBundle(join(out, "bundle"));
    const { volume } = headPhantom({ hematomaMl: 30 });
    const { mask, model } = await opened.segment(volume);
    expect(mask.geometry).toEqual(volume.geometry);
    expect(model).toEqual({ name: "trained-unet", version: "1.0.0" });
    await opened.release();
    await expect(openSegmenterEnsemble(["hematoma-unet", join(out, "bundle")])).rejects.toThrow(/different plans/);
    const start = segmenterParts(await readBundle(join(out, "bundle")));
    const tuned = await trainSegmenter({
      manifest,
      config: { ...config, steps: 2 },
      out: join(folder, "tuned"),
      start,
    });
    expect(tuned.plan).toEqual(start.plan);
  });

  it("gives weights between the start and the end where the configuration asks for it, and only when it started from any", async () => {
    const start = segmenterParts(await readBundle(join(out, "bundle")));
    const tuned = (startShare: number, name: string) =>
      trainSegmenter({ manifest, config: { ...config, steps: 2, startShare }, out: join(folder, name), start });
    const [end, between] = [await tuned(0, "end"), await tuned(0.25, "between")];
    const others = { ...start, weights: end.weights };
    const continued = { ...config, steps: 2, startShare: 0.25 };
    await expect(
      trainSegmenter({ manifest, config: continued, out: join(folder, "between"), start: others, resume: true }),
    ).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await trainSegmenter({ manifest, config: continued, out: join(folder, "between"), start, resume: true });
    for (const [name, { data }] of between.weights) {
      const [from, to] = [start.weights.get(name)?.data, end.weights.get(name)?.data];
      const expected = data.map((_, i) => 0.25 * (from?.[i] as number) + 0.75 * (to?.[i] as number));
      expect(data).toBeAllClose(expected, { absolute: 1e-6 });
    }
    await expect(
      trainSegmenter({ manifest, config: { ...config, startShare: 0.5 }, out: join(folder, "none") }),
    ).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("does not open a bundle whose network segments its test head otherwise than recorded, or that is of another kind", async () => {
    const { manifest: written, files } = await readBundle(join(out, "bundle"));
    const { schema: _schema, checksums: _checksums, ...rest } = written;
    const wrong = new Map(files).set("self-test.json", Buffer.from('{"hematomaMl":12345}'));
    await writeBundle(join(folder, "wrong"), rest, wrong);
    await expect(openSegmenterBundle(join(folder, "wrong"))).rejects.toMatchObject({ code: "SELF_TEST_FAILED" });
    await writeBundle(join(folder, "other"), { ...rest, kind: "backbone" }, files);
    await expect(openSegmenterBundle(join(folder, "other"))).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
  });
});

it("reads 2 as not judged, and any single value as hematoma", async () => {
  const paths = { participantId: "p", source: "s", role: "train", image: join(folder, "0.nii") } as const;
  const read = await readLabelled({ ...paths, label: join(folder, "0-label.nii.gz") });
  const { hematoma } = headPhantom({ seed: 0, hematomaMl: 20 });
  const both = read.hematoma.inside.map((value, v) => value + (read.unjudged?.inside[v] ?? 0));
  expect(both.every((value, v) => value === hematoma.inside[v])).toBe(true);
  expect(maskMl(read.hematoma)).toBeLessThan(maskMl(hematoma));
  await writeNifti(
    join(folder, "255.nii"),
    hematoma.geometry,
    hematoma.inside.map((value) => 255 * value),
  );
  const single = await readLabelled({ ...paths, label: join(folder, "255.nii") });
  expect(maskMl(single.hematoma)).toBe(maskMl(hematoma));
  await writeMask(join(folder, "small.nii"), createMask({ ...hematoma.geometry, size: [2, 2, 2] }));
  await expect(readLabelled({ ...paths, label: join(folder, "small.nii") })).rejects.toMatchObject({
    code: "GEOMETRY_MISMATCH",
  });
});

describe("scores", () => {
  const { hematoma } = headPhantom({ hematomaMl: 20 });
  const model = { name: "m", version: "1.0.0" };
  const labelled = { participantId: "p", source: "s", hematoma };
  const empty = createMask(hematoma.geometry);

  it("count what is found apart from the label as false, and a refusal as Dice 0", () => {
    const apart = hematoma.inside.slice();
    apart.fill(1, 128 * 100, 128 * 100 + 10);
    const found = scoreSegmentation(labelled, { mask: createMask(hematoma.geometry, apart), findings: [], model }, 1);
    // ten voxels of 1.5 x 1.5 x 5 mm
    expect(found.falseMl).toBeAllClose(0.1125, { absolute: 1e-9 });
    const refused = scoreSegmentation(labelled, { mask: empty, findings: [], model }, 1);
    expect([refused.dice, refused.hd95Mm]).toEqual([0, null]);
    const summary = summarise([found, refused]);
    expect(summary.meanDice).toBeAllClose((found.dice ?? 0) / 2, { absolute: 1e-12 });
    expect(summary.belowHalf).toBe(1);
  });

  it("do not count what the label does not judge", () => {
    const whole = {
      mask: createMask(
        hematoma.geometry,
        hematoma.inside.map(() => 1),
      ),
      findings: [],
      model,
    };
    const unjudged = createMask(
      hematoma.geometry,
      hematoma.inside.map((value) => 1 - value),
    );
    expect(scoreSegmentation({ ...labelled, unjudged }, whole, 1).dice).toBe(1);
  });

  it("have strata of volume", () => {
    expect([0, 0.1, 5, 15, 30, 300].map(stratumOf)).toEqual([
      ...["no blood", "< 5 mL", "5-15 mL", "15-30 mL", "> 30 mL", "> 30 mL"],
    ]);
  });
});
