/** The two real series against what their tags and voxels say, as other programs read them (reference values beside the data). */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ctImages } from "../../src/dicom/ct-image.ts";
import { storedValues } from "../../src/dicom/pixels/stored-values.ts";
import { readPart10 } from "../../src/dicom/read-dataset.ts";
import { type CtInput, readCt } from "../../src/pipeline/read-input.ts";
import { voxelMl } from "../../src/volume/geometry.ts";
import { sourcePixel } from "../../src/volume/volume.ts";
import { dataPath, oraclePath, sharedData } from "../support/shared-data.ts";

interface Truth {
  readonly n: number;
  readonly tilt_deg_from_IOP: number;
  readonly distance_along_normal_steps: readonly number[];
  readonly in_plane_shift_px_last_vs_first: number;
  readonly rescale: readonly [number, number];
  readonly sha256_int16_LE_zyx_sorted_by_normal: string;
  readonly sorted_SOPInstanceUIDs_first_last: readonly [string, string];
}

const series = ["rsna_ich_dicom/study_ID_f10de2d018", "ge_head_ct/GE_head_HiSpeed"] as const;

describe.skipIf(!sharedData).each(series)("%s", (name) => {
  const oracle = () => JSON.parse(readFileSync(oraclePath("geometry.json"), "utf8"))[name];
  const truth = (): Truth => oracle().dicom_truth;
  let cached: Promise<CtInput> | undefined;
  const read = (): Promise<CtInput> => {
    cached ??= readCt(dataPath(name));
    return cached;
  };

  it("has the tilt, the gaps and the shift that ImageOrientationPatient and ImagePositionPatient state", async () => {
    const { grid } = (await read()).description;
    expect(grid.tiltDegrees).toBeAllClose(truth().tilt_deg_from_IOP, { absolute: 1e-5 });
    // The reference is rounded to four decimals.
    expect(grid.gapsMm).toBeAllClose(truth().distance_along_normal_steps, { absolute: 6e-5 });
    // The reference projects on the column cosines as written, ours on exactly orthogonal ones: 1e-5 relative is the rounding of the cosines.
    expect(grid.shiftPx.at(-1)?.[1]).toBeAllClose(truth().in_plane_shift_px_last_vs_first, { relative: 1e-5 });
    expect(grid.shiftPx.at(-1)?.[0]).toBe(0);
  });

  it("knows the SOPInstanceUID of every slice, sorted along the normal", async () => {
    const { sources } = (await read()).volume;
    expect(sources).toHaveLength(truth().n);
    expect([sources[0]?.sopInstanceUID, sources.at(-1)?.sopInstanceUID]).toEqual(
      truth().sorted_SOPInstanceUIDs_first_last,
    );
  });

  it("measures the volume of HU 50 to 90 by the extent of each slice", async () => {
    const { geometry, hu } = (await read()).volume;
    const [nx, ny, nz] = geometry.size;
    let voxels = 0;
    let ml = 0;
    for (let k = 0; k < nz; k++) {
      let count = 0;
      for (let v = k * nx * ny; v < (k + 1) * nx * ny; v++) {
        if ((hu[v] as number) >= 50 && (hu[v] as number) <= 90) count++;
      }
      voxels += count;
      ml += count * voxelMl(geometry, k);
    }
    const expected = oracle().volumes_mL["HU 50..90"];
    expect(voxels).toBe(expected.voxels);
    // RSNA positions are rounded to 0.001 mm; ours takes the mean gap of 5.0001 mm where the reference takes each: 2e-5.
    expect(ml).toBeAllClose(expected.midpoint_rule, { relative: 3e-5 });
  });

  it("moves every pixel to its place and changes none: the source pixels are found back, bit for bit", async () => {
    const { volume } = await read();
    const [slope, intercept] = truth().rescale;
    const byUid = await storedByUid(dataPath(name));
    const [nx, ny, nz] = volume.geometry.size;
    const hash = createHash("sha256");
    for (let k = 0; k < nz; k++) {
      const source = volume.sources[k];
      const stored = byUid.get(source?.sopInstanceUID as string);
      if (!source || !stored) throw new Error(`slice ${k} has no source`);
      hash.update(Int16Array.from(stored.values, (value) => value * slope + intercept));
      let different = 0;
      for (let j = 0; j < ny; j++) {
        for (let i = 0; i < nx; i++) {
          const [column, row] = sourcePixel(source, i, j);
          const inside = column >= 0 && column < 512 && row >= 0 && row < 512;
          const value = inside ? (stored.values[column + 512 * row] as number) : Number.NaN;
          const expected = !inside || value === stored.padding ? -1024 : value * slope + intercept;
          if (volume.hu[i + nx * (j + ny * k)] !== expected) different++;
        }
      }
      expect(different).toBe(0);
    }
    expect(hash.digest("hex")).toBe(truth().sha256_int16_LE_zyx_sorted_by_normal);
  });
});

async function storedByUid(folder: string) {
  const result = new Map<string, { values: ArrayLike<number>; padding?: number }>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".dcm"))) {
    const file = await readPart10(readFileSync(`${folder}/${name}`));
    const [image] = ctImages(file, name);
    if (!image) throw new Error(`${name} holds no image`);
    result.set(image.sopInstanceUID, {
      values: await storedValues(file, image.layout, 0),
      ...(image.padding ? { padding: image.padding[0] } : {}),
    });
  }
  return result;
}

describe.skipIf(!sharedData)("real single slices", () => {
  it("are refused together, because they are of many patients", async () => {
    await expect(readCt(dataPath("rsna_ich_dicom/other_single_slices"))).rejects.toMatchObject({
      code: "PATIENTS_MIXED",
    });
  });

  it("are refused alone, because without a thickness nothing on them has a volume", async () => {
    const slice = dataPath("rsna_ich_dicom/other_single_slices/ID_000000e27.dcm");
    await expect(readCt(slice)).rejects.toMatchObject({ code: "SERIES_INCOMPLETE" });
  });
});
