/** Supervoxels: compact pieces of an image whose voxels are alike. */
import type { ScalarImage } from "../region.ts";

/** Edge in mm of the cubes that supervoxels start from. */
const EDGE_MM = 5;
/** Rounds of assigning voxels and moving centres; later ones hardly change anything. */
const ROUNDS = 5;

/** A piece's centre in voxels and its intensity. */
interface Centre {
  x: number;
  y: number;
  z: number;
  intensity: number;
}

/**
 * Simple linear iterative clustering: each voxel belongs to the centre that is nearest in space and intensity, among those within reach.
 *
 * @param unit intensity difference that counts as much as one edge length
 * @returns the label of each voxel, from 0
 * @see Achanta et al. 2012, doi:10.1109/TPAMI.2012.120
 */
export function supervoxels(image: ScalarImage, unit: number): { labels: Int32Array; count: number } {
  const { size, spacing } = image.geometry;
  const step = spacing.map((mm, d) => Math.min(Math.max(Math.round(EDGE_MM / mm), 1), size[d]));
  const centres = startCentres(image, step);
  const labels = new Int32Array(image.values.length);
  const weight = unit > 0 ? 1 / unit ** 2 : 0;
  for (let round = 0; round < ROUNDS; round++) {
    assign(image, centres, step, weight, labels);
    moveCentres(image, centres, labels);
  }
  return { labels, count: centres.length };
}

function startCentres({ geometry: { size }, values }: ScalarImage, step: readonly number[]): Centre[] {
  const centres: Centre[] = [];
  const places = (d: number): number[] =>
    Array.from({ length: Math.ceil(size[d] / step[d]) }, (_, n) => Math.min(n * step[d] + (step[d] >> 1), size[d] - 1));
  for (const z of places(2)) {
    for (const y of places(1)) {
      for (const x of places(0)) centres.push({ x, y, z, intensity: values[x + size[0] * (y + size[1] * z)] });
    }
  }
  return centres;
}

function assign(
  { geometry: { size, spacing }, values }: ScalarImage,
  centres: readonly Centre[],
  step: readonly number[],
  weight: number,
  labels: Int32Array,
): void {
  const nearest = new Float64Array(values.length).fill(Number.POSITIVE_INFINITY);
  const range = (at: number, d: number): [number, number] => [
    Math.max(Math.floor(at) - step[d], 0),
    Math.min(Math.ceil(at) + step[d], size[d] - 1),
  ];
  centres.forEach((c, label) => {
    const [x0, x1] = range(c.x, 0);
    const [y0, y1] = range(c.y, 1);
    const [z0, z1] = range(c.z, 2);
    for (let k = z0; k <= z1; k++) {
      for (let j = y0; j <= y1; j++) {
        const across = ((k - c.z) * spacing[2]) ** 2 + ((j - c.y) * spacing[1]) ** 2;
        for (let i = x0; i <= x1; i++) {
          const v = i + size[0] * (j + size[1] * k);
          const mm2 = across + ((i - c.x) * spacing[0]) ** 2;
          const d = mm2 / EDGE_MM ** 2 + weight * (values[v] - c.intensity) ** 2;
          if (d >= nearest[v]) continue;
          nearest[v] = d;
          labels[v] = label;
        }
      }
    }
  });
}

function moveCentres({ geometry: { size }, values }: ScalarImage, centres: Centre[], labels: Int32Array): void {
  const sums = new Float64Array(5 * centres.length);
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, v++) {
        const at = 5 * labels[v];
        sums[at] += i;
        sums[at + 1] += j;
        sums[at + 2] += k;
        sums[at + 3] += values[v];
        sums[at + 4]++;
      }
    }
  }
  centres.forEach((c, label) => {
    const n = sums[5 * label + 4];
    if (n === 0) return;
    c.x = sums[5 * label] / n;
    c.y = sums[5 * label + 1] / n;
    c.z = sums[5 * label + 2] / n;
    c.intensity = sums[5 * label + 3] / n;
  });
}
