/** Damaged files, at random: a coded error or a valid volume, never anything else, and never a long wait. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { HemacastError } from "../../src/core/errors.ts";
import { transferSyntaxes } from "../../src/dicom/pixels/transfer-syntaxes.ts";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import { readNiftiCt, readNiftiMask } from "../../src/nifti/read-nifti.ts";
import { niftiBytes } from "../../src/nifti/write-nifti.ts";
import { readDicom } from "../../src/pipeline/read-dicom.ts";
import { checkedGeometry, voxelCount } from "../../src/volume/geometry.ts";
import type { CtVolume } from "../../src/volume/volume.ts";
import { encapsulated, encodeFrame } from "../support/encapsulated.ts";
import { enhancedCt } from "../support/enhanced-ct.ts";
import { axialGeometry } from "../support/phantoms.ts";
import { inMemory, syntheticSeries } from "../support/synthetic-ct.ts";

const small = { columns: 8, rows: 6, pixelMm: 6, tableMm: [0, 5, 10, 15] };
const explicit = writeCtSeries(syntheticSeries(small));
const implicit = writeCtSeries(syntheticSeries({ ...small, series: { transferSyntaxUID: "1.2.840.10008.1.2" } }));
const multiFrame = [enhancedCt(syntheticSeries(small))];

/** Damage as it happens, and as somebody would make it: bytes changed, a piece cut out, the end missing. */
const damage = fc.record({
  flips: fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.nat(255)), { maxLength: 6 }),
  cut: fc.option(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.nat(40))),
  keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
});

function damaged(
  bytes: Uint8Array,
  { flips, cut, keep }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array {
  const result = bytes.slice(0, Math.floor(bytes.length * keep));
  for (const [at, value] of flips) if (result.length > 0) result[Math.floor(at * result.length)] = value;
  if (!cut) return result;
  const from = Math.floor(cut[0] * result.length);
  return Uint8Array.from([...result.subarray(0, from), ...result.subarray(from + cut[1])]);
}

/** What comes out must be whole; what is thrown must be ours, and not an internal fault. */
async function wholeOrCoded(read: () => Promise<CtVolume> | CtVolume): Promise<string> {
  try {
    const { geometry, hu, sources } = await read();
    checkedGeometry(geometry);
    expect(hu.length).toBe(voxelCount(geometry));
    expect(sources.length).toBe(geometry.size[2]);
    expect(hu.every(Number.isFinite)).toBe(true);
    return "volume";
  } catch (thrown) {
    if (!(thrown instanceof HemacastError)) throw thrown;
    expect(thrown.family).not.toBe("internal");
    return thrown.code;
  }
}

it.each([
  ["explicit", explicit, 0],
  ["implicit", implicit, 0],
  ["multi-frame", multiFrame, 0],
  // Damage within the header only: most of a small file is header, but not all.
  ["explicit, header", explicit, 900],
] as const)("damaged DICOM, %s", async (_, files, headerBytes) => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), damage, async (which, how) => {
      const spoilt = files.map((file, n) => {
        if (n !== which) return file;
        const end = headerBytes === 0 ? file.bytes.length : headerBytes;
        const header = damaged(file.bytes.subarray(0, end), headerBytes === 0 ? how : { ...how, keep: 1 });
        return { ...file, bytes: Uint8Array.from([...header, ...file.bytes.subarray(end)]) };
      });
      outcomes.add(await wholeOrCoded(async () => (await readDicom(inMemory(spoilt), {})).volume));
    }),
    { numRuns: 700 },
  );
  // The damage must reach both ends, or nothing is tested.
  expect(outcomes).toContain("volume");
  expect(outcomes).toContain("DICOM_MALFORMED");
});

it.each(["rle", "jpeg", "jpeg-ls", "jpeg-2000", "ht-jpeg-2000"] as const)("damaged %s frames", async (codec) => {
  const plain = writeCtSeries(syntheticSeries({ ...small, tableMm: [0] }))[0] as {
    fileName: string;
    bytes: Uint8Array;
  };
  const syntax = transferSyntaxes.find((entry) => entry.codec === codec)?.uid as string;
  const frame = await encodeFrame(codec, plain.bytes);
  await fc.assert(
    fc.asyncProperty(damage, async (how) => {
      const bytes = encapsulated(plain.bytes, syntax, [damaged(frame, how)]);
      await wholeOrCoded(async () => (await readDicom(inMemory([{ ...plain, bytes }]), {})).volume);
    }),
    { numRuns: 40 },
  );
});

it("damaged NIfTI", async () => {
  const sheared = niftiBytes(
    axialGeometry([6, 5, 4], [1, 1, 5]),
    Float32Array.from({ length: 120 }, (_, v) => v / 3),
  );
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (how, headerOnly) => {
      const bytes = headerOnly
        ? Uint8Array.from([
            ...damaged(sheared.subarray(0, 352), { ...how, keep: 1, cut: null }),
            ...sheared.subarray(352),
          ])
        : damaged(sheared, how);
      outcomes.add(await wholeOrCoded(() => readNiftiCt(bytes).volume));
      await wholeOrCoded(() => {
        const { mask } = readNiftiMask(bytes);
        return {
          geometry: mask.geometry,
          hu: Int16Array.from(mask.inside),
          sources: Array(mask.geometry.size[2]).fill({}),
        };
      });
    }),
    { numRuns: 2000 },
  );
  expect(outcomes).toContain("volume");
  expect(outcomes).toContain("NIFTI_MALFORMED");
});
