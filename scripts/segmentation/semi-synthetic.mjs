/** Real hematoma shapes in real and average heads: volumes with exact labels. */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readNifti, readNiftiMask } from "../../dist/nifti/read-nifti.js";
import { addDistractors } from "../../dist/segmentation/distractors.js";
import { pasteHematoma } from "../../dist/segmentation/paste-hematoma.js";
import { boundingBox, cropVolume } from "../../dist/volume/box.js";
import { squaredDistanceMm } from "../../dist/volume/distance.js";
import { union } from "../../dist/volume/morphology.js";
import { canonicalOrder, reorderMask } from "../../dist/volume/orient.js";
import { blockMean } from "../../dist/volume/resample.js";
import { gaussianSmooth } from "../../dist/volume/smooth.js";
import { createCtVolume, createMask, maskMl } from "../../dist/volume/volume.js";
import { centredGeometry } from "./research-data.mjs";

/** Rows of the index of the masks: study, split, whether blood is ventricular, volume. */
export function shapeIndex(folder) {
  const [header, ...lines] = readFileSync(`${folder}/index.csv`, "utf8").trim().split("\n");
  const column = Object.fromEntries(header.split(",").map((name, i) => [name, i]));
  const present = new Set(readdirSync(`${folder}/masks`));
  return lines
    .map((line) => line.split(","))
    .map((cells) => ({
      study: cells[column.study],
      split: cells[column.split],
      ventricular: cells[column.class_csv] === "1",
      ml: Number(cells[column.volume_ml]),
    }))
    .filter(({ study, ml }) => present.has(`${study}.nii.gz`) && ml >= 0.3 && ml <= 90);
}

/** A shape as share of hematoma per voxel of half the in-plane resolution, with the middle of its scan at the origin. */
export function readShape(folder, { study, ventricular }) {
  const { mask } = readNiftiMask(gunzipSync(readFileSync(`${folder}/masks/${study}.nii.gz`)));
  const canonical = reorderMask(mask, canonicalOrder(mask.geometry));
  const geometry = { ...canonical.geometry, ...centredGeometry(canonical.geometry.size, canonical.geometry.spacing) };
  const half = blockMean(createCtVolume(geometry, new Float32Array(canonical.inside)), [2, 2, 1]);
  const touched = createMask(half.geometry);
  for (let v = 0; v < half.hu.length; v++) touched.inside[v] = half.hu[v] > 0 ? 1 : 0;
  const { low, high } = boundingBox(touched);
  const size = half.geometry.size;
  const box = { low: low.map((n) => Math.max(0, n - 1)), high: high.map((n, a) => Math.min(size[a], n + 1)) };
  return { share: cropVolume(half, box), ventricular };
}

/** The average head with cerebrospinal fluid, skull and scalp put around the stripped brain, at 1 mm. */
export function readTemplateHead(folder) {
  const read = (name) => readNifti(gunzipSync(readFileSync(`${folder}/${name}`)), 0);
  const image = read("scct_unsmooth_SS_0.01.nii.gz");
  const brain = read("scct_unsmooth_SS_0.01_Mask.nii.gz");
  const margin = 16;
  const inner = [181, 217, 181];
  const size = inner.map((n) => n + 2 * margin);
  const geometry = centredGeometry(size, [1, 1, 1]);
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  const values = new Float32Array(inside.length);
  for (let k = 0, from = 0; k < inner[2]; k++) {
    for (let j = 0; j < inner[1]; j++) {
      for (let i = 0; i < inner[0]; i++, from++) {
        const to = i + margin + size[0] * (j + margin + size[1] * (k + margin));
        inside[to] = brain.values[from] > 0 ? 1 : 0;
        values[to] = image.values[from];
      }
    }
  }
  const squared = squaredDistanceMm(createMask(geometry, inside), "volume");
  const hu = Int16Array.from(squared, (mm2, v) => {
    if (inside[v] === 1) return values[v];
    return mm2 <= 4 ? 8 : mm2 <= 100 ? 900 : mm2 <= 225 ? 10 : -1000;
  });
  return createCtVolume(geometry, hu);
}

/** The average head as a scanner would see it: slices of about 5 mm from a random height, another head size, noise. */
export function scannedTemplate(head, random) {
  const thickness = 3 + random.integer(4);
  const start = random.integer(thickness);
  const [nx, ny, nz] = head.geometry.size;
  const cut = cropVolume(head, { low: [0, 0, start], high: [nx, ny, nz] });
  const thick = blockMean(cut, [1, 1, thickness]);
  const scale = 0.93 + 0.14 * random.uniform();
  const geometry = centredGeometry(
    thick.geometry.size,
    thick.geometry.spacing.map((mm) => mm * scale),
  );
  const noise = createCtVolume(
    geometry,
    Float32Array.from(thick.hu, () => random.normal()),
  );
  const sigma = (2 + 4 * random.uniform()) * 2;
  const smooth = gaussianSmooth(noise, { inPlane: 0.6, throughPlane: 0 }).hu;
  return createCtVolume(
    geometry,
    Int16Array.from(thick.hu, (value, v) => Math.round(value + sigma * smooth[v])),
  );
}

/** Smaller ones are noise as often as blood, for readers too. */
const LEAST_ML = 0.3;

/**
 * A background with one or more hematomas, or null when none fits. `occupied` (real blood) stays as it is and belongs to the label.
 */
export function semiSynthetic(background, brain, shapes, random, { occupied, extra, distractors } = {}) {
  let volume = background;
  let hematoma = createMask(background.geometry);
  let blocked = occupied;
  for (const shape of shapes) {
    const pasted = pasteHematoma({ volume, brain, ...(blocked ? { occupied: blocked } : {}) }, shape, random);
    if (!pasted || maskMl(pasted.hematoma) < LEAST_ML) continue;
    volume = pasted.volume;
    hematoma = union(hematoma, pasted.hematoma);
    blocked = blocked ? union(blocked, pasted.hematoma) : pasted.hematoma;
  }
  if (hematoma.inside.indexOf(1) < 0) return null;
  const all = extra ? union(hematoma, extra) : hematoma;
  const keep = blocked ? union(blocked, all) : all;
  if (distractors) volume = addDistractors(volume, brain, keep, distractors, random);
  return { volume, hematoma: all, pastedMl: maskMl(hematoma) };
}
