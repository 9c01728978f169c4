import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCtVolume } from "../volume/volume.ts";
import { ctSlices, writeCtSeries } from "./write-ct.ts";
import { decimalString, writePart10 } from "./write-dataset.ts";

const hasDicom3tools = spawnSync("dciodvfy", ["-version"]).error === undefined;
const volume = createCtVolume(
  {
    size: [16, 12, 3],
    spacing: [0.488281, 0.5, 5],
    origin: [-4, -3, 10],
    direction: [
      [1, 0, 0],
      [0, Math.cos(0.14), -Math.sin(0.14)],
      [0, Math.sin(0.14), Math.cos(0.14)],
    ],
  },
  Int16Array.from({ length: 16 * 12 * 3 }, (_, v) => (v % 2000) - 1000),
);
const series = { ...ctSlices(volume), participantId: "SIM-0001", seed: 7 };

describe("a written series", () => {
  it.skipIf(!hasDicom3tools).each(["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"] as const)(
    "is a valid CT Image Storage object to dciodvfy (%s)",
    (transferSyntaxUID) => {
      const folder = mkdtempSync(join(tmpdir(), "hemacast-ct-"));
      for (const { fileName, bytes } of writeCtSeries({
        ...series,
        transferSyntaxUID,
        date: "20260101",
        time: "101500",
      })) {
        writeFileSync(join(folder, fileName), bytes);
        const { stderr, stdout } = spawnSync("dciodvfy", [join(folder, fileName)], { encoding: "utf8" });
        expect(`${stdout}${stderr}`).toMatch(/CTImage/);
        expect(`${stdout}${stderr}`).not.toMatch(/Error|Warning/);
      }
      rmSync(folder, { recursive: true });
    },
  );

  it("is the same for the same seed, and another for another seed, participant or series", () => {
    const uids = (changes: object): string[] => {
      const text = Buffer.from(writeCtSeries({ ...series, ...changes })[0]?.bytes as Uint8Array).toString("latin1");
      return text.match(/2\.25\.\d+/g) ?? [];
    };
    expect(writeCtSeries(series)).toEqual(writeCtSeries(series));
    const [first, ...others] = [{}, { seed: 8 }, { participantId: "SIM-0002" }, { seriesNumber: 2 }].map(uids);
    for (const other of others) expect(other[0]).not.toBe(first?.[0]);
    for (const uid of first ?? []) expect(uid.length).toBeLessThanOrEqual(64);
  });

  it("refuses slices of another size, and HU that are not 16-bit", () => {
    expect(() => writeCtSeries({ ...series, columns: 17 })).toThrowCode("ARGUMENT_INVALID");
    expect(() => ctSlices({ ...volume, hu: Float32Array.from(volume.hu) })).toThrowCode("ARGUMENT_INVALID");
  });
});

describe("elements", () => {
  it("hold numbers in at most 16 characters, with as many digits as fit", () => {
    for (const value of [0, -0, 1 / 3, -Math.PI * 1e5, 1.23456789e-9, -1e21, 0.1 + 0.2]) {
      const text = decimalString(value);
      expect(text.length).toBeLessThanOrEqual(16);
      // At the least 9 of the 16 characters are digits of the number: sign, point and exponent take up to 7.
      expect(Number(text)).toBeAllClose(value, { relative: 1e-9 });
    }
    expect(() => decimalString(Number.NaN)).toThrowCode("ARGUMENT_INVALID");
  });

  it("refuse text that is not ASCII, values that are too long, and files without identity", () => {
    const identity = [
      ["SOPClassUID", "UI", "1.2"],
      ["SOPInstanceUID", "UI", "1.3"],
    ] as const;
    expect(() => writePart10([...identity, ["PatientID", "LO", "é"]])).toThrowCode("ARGUMENT_INVALID");
    expect(() => writePart10([...identity, ["PatientID", "LO", "x".repeat(70_000)]])).toThrowCode("ARGUMENT_INVALID");
    expect(() => writePart10([["Modality", "CS", "CT"]])).toThrowCode("ARGUMENT_INVALID");
  });
});
