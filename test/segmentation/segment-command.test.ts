/** `hemacast segment`, end to end: a NIfTI head goes in, a mask that other readers accept comes out. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { readMask, writeNifti } from "../../src/pipeline/nifti-files.ts";
import { segmentCase } from "../../src/pipeline/segment-case.ts";
import type { Segmenter } from "../../src/segmentation/segmenter.ts";
import { createMask, maskMl } from "../../src/volume/volume.ts";
import { headGeometry, headPhantom } from "../support/phantoms.ts";

const folder = mkdtempSync(join(tmpdir(), "hemacast-segment-"));
const input = join(folder, "head.nii.gz");
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  await writeNifti(input, headGeometry, headPhantom({ hematomaMl: 20 }).volume.hu);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line and gives back its exit code and what it wrote on each stream. */
async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const capture = (stream: NodeJS.WriteStream, key: "out" | "err") =>
    vi.spyOn(stream, "write").mockImplementation((text) => {
      written[key] += text;
      return true;
    });
  const spies = [capture(process.stdout, "out"), capture(process.stderr, "err")];
  try {
    return { code: await main(argv), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

it.each([
  ["the network, which is the default", [], "hematoma-unet"],
  ["the threshold, when asked", ["--segmenter", "threshold"], "threshold"],
])("writes the mask on the grid of the input and prints one JSON document: %s", async (_what, flags, name) => {
  const { code, out } = await run("segment", input, "--out", at("mask.nii.gz"), "--json", ...flags);
  expect(code).toBe(0);
  const result = JSON.parse(out);
  const { mask } = await readMask(at("mask.nii.gz"), { onGrid: headGeometry });
  expect(result.schema).toBe("hemacast/segment/1");
  expect(result.hematoma.volumeMl).toBeAllClose(maskMl(mask), { relative: 1e-9 });
  expect(result.hematoma.volumeMl).toBeAllClose(20, { relative: 0.25 });
  expect(result.hematoma.componentsMl.length).toBe(1);
  expect(result.segmenter.name).toBe(name);
});

it("averages several networks and the mirrored head when asked, and tells no interval that was calibrated otherwise", async () => {
  const twice = ["--segmenter", "hematoma-unet,hematoma-unet"];
  const { code, out } = await run("segment", input, "--out", at("twice.nii"), "--json", ...twice, "--flips");
  expect(code).toBe(0);
  const { hematoma, segmenter, findings } = JSON.parse(out);
  expect(segmenter.name).toBe("hematoma-unet+hematoma-unet");
  expect(hematoma.volumeMl).toBeAllClose(20, { relative: 0.25 });
  expect(findings.map(({ code: of }: { code: string }) => of)).not.toContain("VOLUME_INTERVAL");
  for (const flags of [["--flips"], ["--segmenter", "threshold,hematoma-unet"]]) {
    const refused = await run("segment", input, "--out", at("no.nii"), "--segmenter", "threshold", ...flags);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/ARGUMENT_INVALID.*has no probabilities/);
  }
});

it("says in words what it found, and where the mask is", async () => {
  const { code, out } = await run("segment", input, "--out", at("words.nii"));
  expect(code).toBe(0);
  expect(out).toMatch(/^hematoma: \d+\.\d mL on \d+ slices, 1 part\nmask: .*words\.nii \(segmenter hematoma-unet/);
});

it("writes an empty mask with the reason where there is no blood", async () => {
  await writeNifti(at("dry.nii"), headGeometry, headPhantom().volume.hu);
  const { code, out, err } = await run("segment", at("dry.nii"), "--out", at("dry-mask.nii.gz"));
  expect(code).toBe(0);
  expect(out).toMatch(/^no hematoma found\n/);
  expect(err).toMatch(/NO_HEMATOMA_FOUND/);
  expect(maskMl((await readMask(at("dry-mask.nii.gz"))).mask)).toBe(0);
});

it("refuses an output of another kind, probabilities that do not exist, and no output, and leaves nothing behind", async () => {
  const before = readdirSync(folder);
  expect((await run("segment", input, "--out", at("mask.png"))).code).toBe(2);
  const refused = await run(
    "segment",
    input,
    "--out",
    at("a.nii"),
    "--probability",
    at("p.nii"),
    "--segmenter",
    "threshold",
  );
  expect(refused.code).toBe(2);
  expect(refused.err).toMatch(/ARGUMENT_INVALID.*without probabilities/);
  expect((await run("segment", input)).code).toBe(2);
  expect((await run("segment", at("nowhere"), "--out", at("a.nii"))).code).toBe(2);
  expect(readdirSync(folder)).toEqual(before);
});

it("writes probabilities of a segmenter that has them", async () => {
  const everywhere: Segmenter = async ({ geometry, hu }) => ({
    mask: createMask(geometry),
    probability: new Float32Array(hu.length).fill(0.25),
    findings: [],
    model: { name: "quarter", version: "1.0.0" },
  });
  await segmentCase(input, everywhere, { maskFile: at("m.nii"), probabilityFile: at("p.nii") });
  const bytes = readFileSync(at("p.nii"));
  expect(bytes.readFloatLE(bytes.length - 4)).toBe(0.25);
  expect(existsSync(at("m.nii"))).toBe(true);
});
