/** The bad-input table of reading: a clear coded error of the right family, and never a half-read volume. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import { niftiBytes } from "../../src/nifti/write-nifti.ts";
import { inputLimits } from "../../src/pipeline/input-files.ts";
import { readMask, writeMask } from "../../src/pipeline/nifti-files.ts";
import { readCt } from "../../src/pipeline/read-input.ts";
import { createMask } from "../../src/volume/volume.ts";
import { root } from "../architecture/source-files.ts";
import { axialGeometry } from "../support/phantoms.ts";
import { syntheticSeries } from "../support/synthetic-ct.ts";
import { zipBytes } from "../support/zip.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hemacast-bad-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const slices = writeCtSeries(syntheticSeries());
const fifth = slices[4]?.bytes as Uint8Array;

/** Writes a folder of files, or one file, and gives its path. */
function put(name: string, content: Uint8Array | string | Record<string, Uint8Array | string>): string {
  const path = join(folder, name);
  if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(path, content);
  else {
    mkdirSync(path, { recursive: true });
    for (const [file, bytes] of Object.entries(content)) writeFileSync(join(path, file), bytes);
  }
  return path;
}

const asFolder = (files = slices): Record<string, Uint8Array> =>
  Object.fromEntries(files.map(({ fileName, bytes }) => [fileName, bytes]));

describe("what is read", () => {
  it("a folder, with other files in it and folders below it", async () => {
    const path = put("good", { ...asFolder(), "notes.txt": "hello", ".DS_Store": "x" });
    put("good/more", { "readme.md": "text" });
    const { volume, findings, description } = await readCt(path);
    expect(volume.geometry.size).toEqual([24, 20, 12]);
    expect(description).toMatchObject({ format: "dicom-folder", series: { imageCount: 12 } });
    expect(findings).toEqual([
      expect.objectContaining({ code: "FILES_SKIPPED", message: expect.stringMatching(/^2 /) }),
    ]);
  });

  it("a zip of it, with folders and either kind of path separator, gives the same volume", async () => {
    const entries = slices.map(({ fileName, bytes }, n) => ({
      name: n % 2 ? `a/b/${fileName}` : `a\\${fileName}`,
      bytes,
    }));
    const path = put("good.zip", zipBytes(entries));
    const fromZip = await readCt(path);
    expect(fromZip.description.format).toBe("dicom-zip");
    expect(fromZip.volume).toEqual((await readCt(put("good2", asFolder()))).volume);
  });

  it("nothing that names the patient is handed on", async () => {
    const text = JSON.stringify({ ...(await readCt(put("good3", asFolder()))), volume: null });
    expect(text).not.toMatch(/SIM-0001|SIMULATED/);
  });

  it("is not decided by the name of the file", async () => {
    const nifti = niftiBytes(axialGeometry([3, 3, 2], [1, 1, 5]), new Int16Array(18).fill(30));
    expect((await readCt(put("image.dcm", nifti))).description.format).toBe("nifti");
    expect((await readCt(put("packed", gzipSync(nifti)))).volume.hu[0]).toBe(30);
  });
});

describe("what is refused", () => {
  it.each<[string, () => string, string, RegExp]>([
    ["a path that is not there", () => join(folder, "nothing"), "INPUT_NOT_FOUND", /nothing/],
    ["an empty folder", () => put("empty", {}), "NO_IMAGES_FOUND", /0 files/],
    ["a folder of texts", () => put("texts", { "a.txt": "hello", "b.csv": "1,2" }), "NO_IMAGES_FOUND", /2 files/],
    ["a text file", () => put("text.txt", "hello"), "INPUT_UNREADABLE", /text\.txt/],
    ["an empty file", () => put("empty.nii", ""), "INPUT_UNREADABLE", /empty\.nii/],
    [
      "truncated DICOM",
      () => put("cut", { ...asFolder(), "00005.dcm": fifth.subarray(0, -200) }),
      "DICOM_MALFORMED",
      /00005\.dcm.*truncated/,
    ],
    [
      "one slice missing in the middle",
      () => put("gap", asFolder(slices.filter((_, k) => k !== 6))),
      "SERIES_INCOMPLETE",
      /00006\.dcm and 00008\.dcm/,
    ],
    [
      "two patients",
      () => {
        const other = writeCtSeries(syntheticSeries({ series: { participantId: "SIM-0002" } }));
        return put("mixed", {
          ...asFolder(),
          ...asFolder(other.map((file) => ({ ...file, fileName: `x${file.fileName}` }))),
        });
      },
      "PATIENTS_MIXED",
      /2 patients/,
    ],
    [
      "a wrong rescale",
      () =>
        put("rescale", asFolder(writeCtSeries({ ...syntheticSeries(), extra: [["RescaleIntercept", "DS", 1024]] }))),
      "HU_IMPLAUSIBLE",
      /RescaleIntercept/,
    ],
    [
      "a missing rescale",
      () => put("norescale", asFolder(writeCtSeries({ ...syntheticSeries(), extra: [["RescaleSlope", "DS", ""]] }))),
      "DICOM_MALFORMED",
      /RescaleSlope/,
    ],
    [
      "a slope of 0",
      () => put("slope0", asFolder(writeCtSeries({ ...syntheticSeries(), extra: [["RescaleSlope", "DS", 0]] }))),
      "DICOM_MALFORMED",
      /00001\.dcm.*RescaleSlope is 0/,
    ],
    [
      "no position",
      () =>
        put("nopos", asFolder(writeCtSeries({ ...syntheticSeries(), extra: [["ImagePositionPatient", "DS", ""]] }))),
      "SERIES_NOT_HEAD_CT",
      /ImagePositionPatient/,
    ],
    [
      "a zip with a name that leaves it",
      () => put("slip.zip", zipBytes([{ name: "../evil.dcm", bytes: slices[0]?.bytes as Uint8Array }])),
      "ZIP_UNSAFE",
      /outside/,
    ],
    [
      "a zip with an absolute name",
      () => put("root.zip", zipBytes([{ name: "/etc/passwd", bytes: Uint8Array.of(1) }])),
      "ZIP_UNSAFE",
      /outside/,
    ],
    [
      "a zip with a link",
      () => put("link.zip", zipBytes([{ name: "a", bytes: Uint8Array.of(47), unixMode: 0o120777 }])),
      "ZIP_UNSAFE",
      /symbolic link/,
    ],
    [
      "a zip bomb of 1 GB",
      () => put("bomb.zip", zipBytes([{ name: "a.dcm", bytes: new Uint8Array(1024 ** 2), repeat: 1023 }])),
      "ZIP_UNSAFE",
      /200 times/,
    ],
    [
      "a zip entry that is larger than it declares",
      () => put("lie.zip", zipBytes([{ name: "a.dcm", bytes: slices[0]?.bytes as Uint8Array, declaredBytes: 200 }])),
      "ZIP_UNSAFE",
      /more than it declares/,
    ],
    [
      "a zip that is cut off",
      () => put("cut.zip", zipBytes([{ name: "a.dcm", bytes: slices[0]?.bytes as Uint8Array }]).subarray(0, -30)),
      "INPUT_UNREADABLE",
      /cut\.zip/,
    ],
    [
      "a zip without images",
      () => put("none.zip", zipBytes([{ name: "a.txt", bytes: Uint8Array.of(65) }])),
      "NO_IMAGES_FOUND",
      /DICOM/,
    ],
    [
      "NaN in NIfTI",
      () => {
        const values = new Float32Array(18).fill(30);
        values[7] = Number.NaN;
        return put("nan.nii", niftiBytes(axialGeometry([3, 3, 2], [1, 1, 5]), values));
      },
      "NIFTI_MALFORMED",
      /nan\.nii: voxel 7 is NaN/,
    ],
    [
      "NIfTI that is cut off",
      () => put("cut.nii", niftiBytes(axialGeometry([3, 3, 2], [1, 1, 5]), new Int16Array(18)).subarray(0, -1)),
      "NIFTI_MALFORMED",
      /truncated/,
    ],
    [
      "NIfTI whose gzip is cut off",
      () => {
        const packed = gzipSync(
          niftiBytes(
            axialGeometry([9, 9, 9], [1, 1, 5]),
            Int16Array.from({ length: 729 }, (_, v) => v * 31),
          ),
        );
        return put("cut.nii.gz", packed.subarray(0, packed.length >> 1));
      },
      "NIFTI_MALFORMED",
      /cut\.nii\.gz.*gzip/,
    ],
  ])("%s", async (_, make, code, message) => {
    await expect(readCt(make())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("a packed NIfTI with far more behind it than its header asks for is read without unpacking that", async () => {
    const image = niftiBytes(axialGeometry([9, 9, 9], [1, 1, 5]), new Int16Array(729).fill(30));
    const path = put("tail.nii.gz", gzipSync(Buffer.concat([image, Buffer.alloc(64 * 1024 ** 2)])));
    expect((await readCt(path)).volume.hu).toHaveLength(729);
  });

  it("a packed file that is no NIfTI is refused by its first bytes", async () => {
    const path = put("zeros.gz", gzipSync(Buffer.alloc(64 * 1024 ** 2)));
    await expect(readCt(path)).rejects.toMatchObject({ code: "NIFTI_MALFORMED" });
  });

  it("a large file beside the images is not read, only looked at", async () => {
    const path = put("film", { ...asFolder(), "film.mp4": new Uint8Array(5 * 1024 ** 2).fill(7) });
    expect((await readCt(path)).findings.map((finding) => finding.code)).toEqual(["FILES_SKIPPED"]);
  });

  it("folders nested without end are refused", async () => {
    put(`deep/${Array(14).fill("a").join("/")}`, asFolder());
    await expect(readCt(join(folder, "deep"))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  });

  it("a zip of more entries than any study has is refused before they are listed", async () => {
    const zip = zipBytes([{ name: "a.dcm", bytes: fifth }]).slice();
    const view = new DataView(zip.buffer);
    for (const at of [-14, -12]) view.setUint16(zip.length + at, 60_000, true);
    await expect(readCt(put("many.zip", zip))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  });

  it("a folder that leads round in a circle is walked once", async () => {
    const path = put("circle", asFolder());
    symlinkSync(path, join(path, "again"));
    expect((await readCt(path)).volume.geometry.size[2]).toBe(12);
  });

  it("a mask from another grid", async () => {
    const path = join(folder, "mask.nii.gz");
    await writeMask(path, createMask(axialGeometry([4, 4, 3], [1, 1, 5])));
    const read = readMask(path, { onGrid: axialGeometry([4, 4, 3], [1, 1, 4]) });
    await expect(read).rejects.toMatchObject({ code: "GEOMETRY_MISMATCH" });
  });

  it("a mask of several labels, until one is named", async () => {
    const path = put("labels.nii", niftiBytes(axialGeometry([2, 2, 1], [1, 1, 5]), Uint8Array.of(0, 1, 2, 2)));
    await expect(readMask(path)).rejects.toMatchObject({
      code: "NIFTI_UNSUPPORTED",
      message: expect.stringContaining("1, 2"),
    });
    expect((await readMask(path, { label: 2 })).mask.inside.reduce((a, b) => a + b, 0)).toBe(2);
  });
});

it("the documentation states the limits that hold", () => {
  const text = readFileSync(join(root, "docs/reference/input-limits.md"), "utf8");
  const listed = [...text.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)].map((match) => [match[1], Number(match[2])]);
  expect(Object.fromEntries(listed)).toEqual(inputLimits);
});
