/** The threshold segmenter on real heads, which stay outside the repository. What is expected was seen by eye on every slice. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { ctImages, readHu } from "../../src/dicom/ct-image.ts";
import { readPart10 } from "../../src/dicom/read-dataset.ts";
import { cross, length, subtract, type Vec3 } from "../../src/math/vec3.ts";
import { readCt } from "../../src/pipeline/read-input.ts";
import { thresholdSegmenter } from "../../src/segmentation/threshold.ts";
import { connectedComponents } from "../../src/volume/components.ts";
import { type Geometry, indexToLps } from "../../src/volume/geometry.ts";
import { type CtVolume, createCtVolume, type Mask, maskMl, voxelsPerSlice } from "../../src/volume/volume.ts";
import { axialGeometry } from "../support/phantoms.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

function centroidMm({ geometry, inside }: Mask): Vec3 {
  const [nx, ny] = geometry.size;
  const sum = [0, 0, 0];
  let count = 0;
  for (let v = 0; v < inside.length; v++) {
    if (!inside[v]) continue;
    [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))].forEach((index, axis) => {
      sum[axis] += index;
    });
    count++;
  }
  return indexToLps(geometry, [sum[0] / count, sum[1] / count, sum[2] / count]);
}

describe.skipIf(!sharedData)("whole studies", () => {
  it("outlines the hemorrhage in the patient's right basal ganglia and nothing else", async () => {
    const { volume } = await readCt(dataPath("rsna_ich_dicom/study_ID_f10de2d018"));
    const { mask } = await thresholdSegmenter(volume);
    // bright over 8 slices of 5 mm in an area of about 2 x 4 cm that narrows towards both ends: 8 to 18 mL
    expect(maskMl(mask)).toBeGreaterThan(8);
    expect(maskMl(mask)).toBeLessThan(18);
    const parts = connectedComponents(mask, 26).components.filter(({ ml }) => ml > 0.3);
    expect(parts.length).toBe(1);
    // the middle of the bright area as seen by eye: column 285, row 265 of the slice that is 20th from below
    const offMm = length(subtract(centroidMm(mask), indexToLps(volume.geometry, [285, 265, 19])));
    expect(offMm).toBeLessThan(12);
    expect(voxelsPerSlice(mask).filter((count) => count > 0).length).toBeGreaterThanOrEqual(6);
  });

  it("finds less than half a mL in a head without hemorrhage, with tilt, two gaps and calcified choroid plexus", async () => {
    const { volume } = await readCt(dataPath("ge_head_ct/GE_head_HiSpeed"));
    const { mask, findings } = await thresholdSegmenter(volume);
    expect(maskMl(mask)).toBeLessThan(0.5);
    if (maskMl(mask) === 0) expect(findings.map(({ code }) => code)).toContain("NO_HEMATOMA_FOUND");
  });
});

/** Of the 25 single slices the only one with a hematoma, in the ventricles. */
const intraventricular = "ID_c3378ddd1.dcm";

describe.skipIf(!sharedData)("single slices", () => {
  const folder = "rsna_ich_dicom/other_single_slices";
  const names = sharedData ? readdirSync(dataPath(folder)).filter((name) => name.endsWith(".dcm")) : [];

  it("no component above 0.3 mL where there is no hematoma, and several mL where the ventricles are full", async () => {
    const found: Record<string, number> = {};
    for (const name of names) {
      const { mask } = await thresholdSegmenter(await singleSlice(dataPath(`${folder}/${name}`)));
      const { components } = connectedComponents(mask, 26);
      found[name] = components.reduce((most, { ml }) => Math.max(most, ml), 0);
    }
    expect(names.length).toBe(25);
    expect(found[intraventricular]).toBeGreaterThan(3);
    expect(Object.entries(found).filter(([name, ml]) => name !== intraventricular && ml > 0.3)).toEqual([]);
  });

  it("labelled slices: agrees with the drawn hematomas as well as was measured", async () => {
    const dice = await pooledDice(readdirSync(dataPath("bhsd_slices/images")).map(labelledSlice));
    // .69 measured with version 1.0.0 over 18 slices; two of them lack half the skull and are refused. A change of rules must not lose more than .03.
    expect(dice).toBeGreaterThan(0.66);
  });
});

/** A slice without SliceThickness, which the reader refuses; 5 mm is usual. */
async function singleSlice(path: string): Promise<CtVolume> {
  const file = await readPart10(readFileSync(path));
  const [image] = ctImages(file, basename(path));
  const { position, rowAxis, columnAxis, pixelSpacing, layout } = image as Required<typeof image>;
  const geometry: Geometry = {
    size: [layout.columns, layout.rows, 1],
    spacing: [pixelSpacing[1], pixelSpacing[0], 5],
    origin: position,
    direction: [rowAxis, columnAxis, cross(rowAxis, columnAxis)],
  };
  return createCtVolume(geometry, (await readHu(file, image)).hu);
}

/** An 8-bit slice (HU clamped to 0..255) with its parenchymal (blue) and ventricular (yellow) blood. The pixel size is unknown; .47 mm is usual. */
function labelledSlice(name: string) {
  const image = decode(readFileSync(dataPath(`bhsd_slices/images/${name}`)));
  const label = decode(readFileSync(dataPath(`bhsd_slices/masks/${name}`)));
  const geometry = axialGeometry([512, 512, 1], [0.47, 0.47, 5]);
  const hu = Int16Array.from({ length: 512 * 512 }, (_, v) => image.data[v * image.channels]);
  const truth = Uint8Array.from(hu, (_, v) => {
    const [red, green, blue] = [0, 1, 2].map((c) => label.data[v * label.channels + c]);
    return (red === 0 && green === 0 && blue === 255) || (red === 255 && green === 255 && blue === 0) ? 1 : 0;
  });
  return { volume: createCtVolume(geometry, hu), truth };
}

async function pooledDice(pairs: readonly ReturnType<typeof labelledSlice>[]): Promise<number> {
  let both = 0;
  let sum = 0;
  for (const { volume, truth } of pairs) {
    const { mask } = await thresholdSegmenter(volume);
    for (let v = 0; v < truth.length; v++) {
      both += truth[v] & mask.inside[v];
      sum += truth[v] + mask.inside[v];
    }
  }
  return (2 * both) / sum;
}
