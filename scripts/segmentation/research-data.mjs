/** Reads the research data sets that the shipped segmenter is developed on into volumes in HU with axes towards L, P, S. */
import { readdirSync, readFileSync } from "node:fs";
import { decode } from "fast-png";
import { ctImages, readHu } from "../../dist/dicom/ct-image.js";
import { readPart10 } from "../../dist/dicom/read-dataset.js";
import { decimals } from "../../dist/dicom/values.js";
import { createCtVolume, createMask } from "../../dist/volume/volume.js";

const axes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** Soft tissue (brain and scalp) of the largest section and height of an average adult head: they give stacks without spacing one. */
const TISSUE_MM2 = 17500;
const HEAD_HEIGHT_MM = 160;

/** A grid centred on the origin. */
export function centredGeometry(size, spacing) {
  return { size, spacing, origin: size.map((n, a) => (-(n - 1) / 2) * spacing[a]), direction: axes };
}

function pixels(path) {
  const { width, height, data, channels } = decode(readFileSync(path));
  return { width, height, data, channels };
}

/** Ids of the patients of the stacks. */
export function stackIds(folder) {
  return readdirSync(`${folder}/images`).sort();
}

/**
 * One stack: 8-bit grey, nose to the left, no spacing. The number of grey levels gives the width of its window (levels - 1 HU, centred on 40);
 * the area of the largest head section gives a pixel size; saturated pixels become bone and air.
 */
export function readStack(folder, id) {
  const names = readdirSync(`${folder}/images/${id}`).sort();
  const n = 512;
  const hu = new Int16Array(n * n * names.length);
  const edema = new Uint8Array(hu.length);
  const isLevel = new Uint8Array(256);
  const grey = names.map((name) => {
    const image = pixels(`${folder}/images/${id}/${name}`);
    if (image.width !== n || image.height !== n) throw new Error(`${id}/${name} is not ${n} x ${n}`);
    for (let v = 0; v < n * n; v++) isLevel[image.data[v * image.channels]] = 1;
    return image;
  });
  const levels = isLevel.reduce((sum, seen) => sum + seen, 0);
  const width = Math.max(80, levels - 1);
  let largest = 0;
  grey.forEach((image, k) => {
    const mask = pixels(`${folder}/edema_masks/${id}/${names[k]}`);
    let area = 0;
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const from = n - 1 - i;
        const old = from * n + j;
        const value = image.data[old * image.channels];
        const to = i + n * (j + n * k);
        hu[to] = value === 255 ? 300 : value === 0 ? -100 : Math.round(40 - width / 2 + (width * value) / 255);
        edema[to] = mask.data[old * mask.channels] > 127 ? 1 : 0;
        if (value > 30 && value < 255) area++;
      }
    }
    largest = Math.max(largest, area);
  });
  return { names, hu, edema, width, levels, tissuePixels: largest, size: [n, n, names.length] };
}

/** The stack as a volume with an assumed pixel size. */
export function stackVolume(stack) {
  const pixel = Math.min(0.52, Math.max(0.4, Math.sqrt(TISSUE_MM2 / stack.tissuePixels)));
  const slice = Math.min(6, Math.max(2.2, HEAD_HEIGHT_MM / stack.size[2]));
  const geometry = centredGeometry(stack.size, [pixel, pixel, slice]);
  return { volume: createCtVolume(geometry, stack.hu), edema: createMask(geometry, stack.edema) };
}

/** One DICOM slice as a volume of one slice; slices without a thickness count as 5 mm. */
export async function readDicomSlice(path) {
  const file = await readPart10(readFileSync(path));
  const [image] = ctImages(file, "slice");
  const { hu } = await readHu(file, image);
  const [betweenRows, betweenColumns] = decimals(file, "PixelSpacing");
  const [thickness] = decimals(file, "SliceThickness");
  const { rows, columns } = image.layout;
  return createCtVolume(centredGeometry([columns, rows, 1], [betweenColumns, betweenRows, thickness || 5]), hu);
}

/** Names of the labelled slices. */
export function labelledSliceNames(folder) {
  return readdirSync(`${folder}/images`)
    .map((file) => file.replace(".png", ""))
    .sort();
}

/** A labelled slice: grey is HU from 0 to 255, blue is blood in the brain, yellow in the ventricles; other colours lie outside of the brain. */
export function readLabelledSlice(folder, name) {
  const image = pixels(`${folder}/images/${name}.png`);
  const mask = pixels(`${folder}/masks/${name}.png`);
  const { width, height } = image;
  const hu = new Int16Array(width * height);
  const inside = new Uint8Array(width * height);
  const other = new Uint8Array(width * height);
  for (let v = 0; v < hu.length; v++) {
    const value = image.data[v * image.channels];
    hu[v] = value === 255 ? 300 : value === 0 ? -100 : value;
    const [r, g, b] = [0, 1, 2].map((c) => mask.data[v * mask.channels + c] > 127);
    inside[v] = (b && !r && !g) || (r && g && !b) ? 1 : 0;
    other[v] = (r || g || b) && inside[v] === 0 ? 1 : 0;
  }
  const geometry = centredGeometry([width, height, 1], [0.47, 0.47, 5]);
  return {
    volume: createCtVolume(geometry, hu),
    hematoma: createMask(geometry, inside),
    other: createMask(geometry, other),
  };
}
