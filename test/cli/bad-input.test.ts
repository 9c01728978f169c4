import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes, errorFamilies } from "../../src/core/errors.ts";
import { ctSlices, writeCtSeries } from "../../src/dicom/write-ct.ts";
import { niftiBytes } from "../../src/nifti/write-nifti.ts";
import { headGeometry, headPhantom, volumeOf } from "../support/phantoms.ts";
import { runHemacast } from "../support/run-hemacast.ts";
import { zipBytes } from "../support/zip.ts";

let base: string;
let series: string;
const patientName = "DOE^JANE";

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "hemacast-bad-"));
  series = join(base, "series");
  await writeSeries(series, "P-1");
});

async function writeSeries(folder: string, participantId: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { volume } = headPhantom({ hematomaMl: 20 });
  const extra = [
    ["PatientName", "PN", patientName],
    ["PatientID", "LO", participantId],
  ] as const;
  for (const { fileName, bytes } of writeCtSeries({ ...ctSlices(volume), participantId, seed: 1, extra })) {
    await writeFile(join(folder, `${participantId}-${fileName}`), bytes);
  }
}

/** A copy of the good series, to spoil. */
async function spoiled(
  name: string,
  spoil: (folder: string, files: readonly string[]) => Promise<void>,
): Promise<string> {
  const folder = join(base, name);
  await cp(series, folder, { recursive: true });
  await spoil(folder, (await readdir(folder)).sort());
  return folder;
}

const cases: readonly { what: string; code: ErrorCode; make: () => Promise<string> }[] = [
  { what: "a path that does not exist", code: "INPUT_NOT_FOUND", make: async () => join(base, "nowhere") },
  {
    what: "an empty folder",
    code: "NO_IMAGES_FOUND",
    make: async () => {
      await mkdir(join(base, "empty"));
      return join(base, "empty");
    },
  },
  {
    what: "a text file",
    code: "INPUT_UNREADABLE",
    make: async () => {
      await writeFile(join(base, "notes.txt"), "this is not an image");
      return join(base, "notes.txt");
    },
  },
  {
    what: "a truncated DICOM file",
    code: "DICOM_MALFORMED",
    make: () => spoiled("truncated", (folder, files) => truncate(join(folder, files[3] as string), 2000)),
  },
  {
    what: "a slice missing in the middle",
    code: "SERIES_INCOMPLETE",
    make: () => spoiled("missing", (folder, files) => rm(join(folder, files[Math.floor(files.length / 2)] as string))),
  },
  {
    what: "two patients in one folder",
    code: "PATIENTS_MIXED",
    make: async () => {
      const folder = await spoiled("mixed", async () => {});
      await writeSeries(folder, "P-2");
      return folder;
    },
  },
  {
    what: "a zip whose names leave it",
    code: "ZIP_UNSAFE",
    make: async () => {
      const slice = await readFile(join(series, (await readdir(series))[0] as string));
      await writeFile(join(base, "escape.zip"), zipBytes([{ name: "../../escape.dcm", bytes: slice }]));
      return join(base, "escape.zip");
    },
  },
  {
    what: "a zip bomb of 1 GB",
    code: "ZIP_UNSAFE",
    make: async () => {
      const zeros = Buffer.alloc(128 * 1024 ** 2);
      const entries = Array.from({ length: 8 }, (_, n) => ({ name: `${n}.dcm`, bytes: zeros }));
      await writeFile(join(base, "bomb.zip"), zipBytes(entries));
      return join(base, "bomb.zip");
    },
  },
  {
    what: "a zip whose entry unpacks to more than it claims",
    code: "ZIP_UNSAFE",
    make: async () => {
      const entries = [{ name: "a.dcm", bytes: Buffer.alloc(64 * 1024 ** 2), declaredBytes: 1000 }];
      await writeFile(join(base, "liar.zip"), zipBytes(entries));
      return join(base, "liar.zip");
    },
  },
  {
    what: "a NIfTI with NaN",
    code: "NIFTI_MALFORMED",
    make: async () => {
      const geometry = headGeometry;
      const hu = Float32Array.from(volumeOf(geometry, () => 30).hu);
      hu[1000] = Number.NaN;
      await writeFile(join(base, "nan.nii"), niftiBytes(geometry, hu));
      return join(base, "nan.nii");
    },
  },
  {
    what: "a series that is not there",
    code: "SERIES_NOT_FOUND",
    make: async () => series,
  },
];

describe("bad input gives a coded error, an exit code by family, and leaves nothing behind", () => {
  it.each(cases)("$what: $code", async ({ what, code, make }) => {
    const input = await make();
    const place = await mkdtemp(join(base, "place-"));
    const flags = what === "a series that is not there" ? ["--series", "1.2.3"] : [];
    const run = await runHemacast("predict", input, "--out", join(place, "out"), ...flags);
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.exitCode).toBe(errorFamilies[errorCodes[code]].exitCode);
    expect(run.stdout).toBe("");
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.stderr).not.toContain("DOE");
    expect(await readdir(place)).toEqual([]);
  });
});

it("prints where an error came from only when asked", async () => {
  const run = await runHemacast("--verbose", "predict", join(base, "nowhere"), "--out", join(base, "verbose"));
  expect(run.stderr).toMatch(/\n\s+at /);
});

it("refuses an output place that cannot be written before it reads anything", async () => {
  await writeFile(join(base, "file"), "");
  const below = await runHemacast("predict", series, "--out", join(base, "file", "out"));
  expect(below.stderr).toContain("error OUTPUT_NOT_WRITABLE: ");
  expect(below.exitCode).toBe(6);
  expect(below.stderr).not.toContain("segment");
  const other = await runHemacast("predict", series, "--out", series);
  expect(other.stderr).toContain("error OUTPUT_EXISTS: ");
  expect(other.exitCode).toBe(2);
  expect((await readdir(series)).every((name) => name.endsWith(".dcm"))).toBe(true);
});

it.each([
  ["an unknown clinical value", ["--set", "gsc=3"], "CLINICAL_INVALID", 2],
  ["a model that does not exist", ["--model", "nowhere"], "INPUT_NOT_FOUND", 2],
] as const)("refuses %s", async (_what, flags, code, exitCode) => {
  const run = await runHemacast("predict", series, "--out", join(base, "unused"), ...flags);
  expect(run.stderr).toContain(`error ${code}: `);
  expect(run.exitCode).toBe(exitCode);
});

it("follows no link to a folder, so that a loop ends", async () => {
  const folder = await spoiled("loop", (target) => symlink(target, join(target, "self")));
  const run = await runHemacast("predict", folder, "--out", join(base, "loop-out"), "--json");
  expect(run.exitCode).toBe(0);
  expect(JSON.parse(run.stdout).input.images).toBe((await readdir(series)).length);
});

it("refuses an unknown option with the usage", async () => {
  const run = await runHemacast("predict", "--fast");
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("--help");
});

it("a reader that closes the pipe ends the command quietly", () => {
  const { status, stderr } = spawnSync(
    "bash",
    ["-c", `"${process.execPath}" bin/hemacast.mjs models verify | head -1`],
    {
      encoding: "utf8",
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
