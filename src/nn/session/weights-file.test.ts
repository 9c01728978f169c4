import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { createTensor } from "../tensor.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import {
  fileChecksum,
  loadCheckpoint,
  readSafetensorsFile,
  readWeights,
  saveCheckpoint,
  writeWeights,
} from "./weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "hemacast-weights-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "w.safetensors");
const weights = new Map([
  ["a", createTensor([2], new Float32Array([1, 2]))],
  ["b", createTensor([1, 2], new Float32Array([3, 4]))],
]);
const checkpoint: Checkpoint = {
  ...{ step: 3, optimizer: "sgd", random: createRandom(1).state(), weights, average: null, notes: { best: 0.5 } },
  slots: new Map([["velocity", weights]]),
};

describe("weights on disk", () => {
  it("come back as they were, with the checksum that writing gave", async () => {
    const { sha256, bytes } = await writeWeights(path, weights, { metadata: { network: "test" } });
    expect(await readWeights(path, sha256)).toEqual(weights);
    expect(await fileChecksum(path)).toBe(sha256);
    expect(readFileSync(path).length).toBe(bytes);
    expect(readdirSync(folder)).toEqual(["w.safetensors"]);
  });

  it("are read in part when only a part is wanted", async () => {
    await writeWeights(path, weights);
    expect([...(await readSafetensorsFile(path, (name) => name === "b")).tensors.keys()]).toEqual(["b"]);
  });

  it("refuses another file than the published one, a broken one, and none", async () => {
    await writeWeights(path, weights);
    await expect(readWeights(path, "0".repeat(64))).rejects.toMatchObject({ code: "CHECKSUM_MISMATCH" });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expect(readWeights(path)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    writeFileSync(path, "");
    await expect(readWeights(path)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    await expect(readWeights(join(folder, "none"))).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
    await expect(writeWeights(join(folder, "no", "w"), weights)).rejects.toMatchObject({ code: "OUTPUT_NOT_WRITABLE" });
  });
});

describe("checkpoints on disk", () => {
  it("come back as they were", async () => {
    await saveCheckpoint(join(folder, "c"), checkpoint);
    expect(await loadCheckpoint(join(folder, "c"))).toEqual(checkpoint);
  });

  it("a checkpoint that cannot be written leaves the last good one", async () => {
    const place = join(folder, "c");
    await saveCheckpoint(place, checkpoint);
    await expect(saveCheckpoint(place, { ...checkpoint, notes: Number.NaN })).rejects.toMatchObject({
      code: "NON_FINITE",
    });
    expect(await loadCheckpoint(place)).toEqual(checkpoint);
  });
});
