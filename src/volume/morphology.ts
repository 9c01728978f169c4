/**
 * Morphology of masks with balls whose radius is in mm, and filling of holes. A ball holds the voxels whose centres are no further away than
 * the radius; beyond the edge of the grid nothing is known, so a region is not eroded there. Exact, through the distance transform.
 */
import { boundingBox, cropMask, grownBox, uncropMask } from "./box.ts";
import { connectedComponents } from "./components.ts";
import { type Extent, squaredDistanceMm } from "./distance.ts";
import { createMask, type Mask } from "./volume.ts";

/** Distances that differ by less than this are the same radius: rounding of decimal spacings in 32-bit numbers. */
const ROUNDING_MM = 1e-3;

/** Adds the voxels whose centre is within the radius of an inside voxel. `extent` "slice" uses a disc, "volume" a ball. */
export function dilate(mask: Mask, radiusMm: number, extent: Extent): Mask {
  const box = boundingBox(mask);
  if (!box) return createMask(mask.geometry);
  const around = grownBox(box, mask.geometry, radiusMm, extent === "volume");
  return uncropMask(within(cropMask(mask, around), radiusMm, extent), mask.geometry, around);
}

/** Removes the voxels whose centre is within the radius of an outside voxel. */
export function erode(mask: Mask, radiusMm: number, extent: Extent): Mask {
  const box = boundingBox(mask);
  if (!box) return createMask(mask.geometry);
  const around = grownBox(box, mask.geometry, radiusMm, extent === "volume");
  const outside = complement(cropMask(mask, around));
  return uncropMask(complement(within(outside, radiusMm, extent)), mask.geometry, around);
}

/** Erosion, then dilation: removes what is thinner than the ball. */
export function open(mask: Mask, radiusMm: number, extent: Extent): Mask {
  return dilate(erode(mask, radiusMm, extent), radiusMm, extent);
}

/** Dilation, then erosion: bridges what is narrower than the ball. */
export function close(mask: Mask, radiusMm: number, extent: Extent): Mask {
  return erode(dilate(mask, radiusMm, extent), radiusMm, extent);
}

/**
 * Fills the holes: outside regions (4- or 6-connected) that do not reach the edge of the slice ("slice") or of the grid ("volume").
 *
 * @example Array.from(fillHoles(createMask({ size: [3, 3, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1, 0)), "slice").inside) // => [0, 1, 0, 1, 1, 1, 0, 1, 0]
 */
export function fillHoles(mask: Mask, extent: Extent): Mask {
  const [nx, ny, nz] = mask.geometry.size;
  const { labels, components } = connectedComponents(complement(mask), extent === "slice" ? 4 : 6);
  const reachesEdge = new Uint8Array(components.length + 1);
  for (let k = 0; k < nz; k++) {
    const wholeSlice = extent === "volume" && (k === 0 || k === nz - 1);
    for (let j = 0; j < ny; j++) {
      const step = wholeSlice || j === 0 || j === ny - 1 ? 1 : Math.max(nx - 1, 1);
      for (let i = 0; i < nx; i += step) reachesEdge[labels[i + nx * (j + ny * k)]] = 1;
    }
  }
  reachesEdge[0] = 0;
  const inside = new Uint8Array(labels.length);
  for (let v = 0; v < labels.length; v++) inside[v] = reachesEdge[labels[v]] ? 0 : 1;
  return { geometry: mask.geometry, inside };
}

/** The voxels outside a mask. */
export function complement({ geometry, inside }: Mask): Mask {
  // A loop: `map` with a callback takes ten times as long, and this runs on whole scans.
  const result = new Uint8Array(inside.length);
  for (let v = 0; v < result.length; v++) result[v] = 1 - inside[v];
  return { geometry, inside: result };
}

/** The voxels inside both masks of one grid. */
export function intersection(a: Mask, b: Mask): Mask {
  const inside = new Uint8Array(a.inside.length);
  for (let v = 0; v < inside.length; v++) inside[v] = a.inside[v] & b.inside[v];
  return { geometry: a.geometry, inside };
}

/** The voxels inside either mask of one grid. */
export function union(a: Mask, b: Mask): Mask {
  const inside = new Uint8Array(a.inside.length);
  for (let v = 0; v < inside.length; v++) inside[v] = a.inside[v] | b.inside[v];
  return { geometry: a.geometry, inside };
}

function within(mask: Mask, radiusMm: number, extent: Extent): Mask {
  const limit = (radiusMm + ROUNDING_MM) ** 2;
  const rows = Math.floor((radiusMm + ROUNDING_MM) / mask.geometry.spacing[1]);
  if (rows <= MOST_ROWS && (extent === "slice" || mask.geometry.size[2] === 1)) return withinRows(mask, limit, rows);
  const squared = squaredDistanceMm(mask, extent);
  const inside = new Uint8Array(squared.length);
  for (let v = 0; v < squared.length; v++) inside[v] = squared[v] <= limit ? 1 : 0;
  return { geometry: mask.geometry, inside };
}

/** Discs that reach over no more rows than this are faster row by row than through the distance transform. */
const MOST_ROWS = 8;

/** Inside voxels within the disc: each run of them, longer by what the disc reaches along the row, on every row that the disc reaches. */
function withinRows({ geometry, inside }: Mask, limit: number, rows: number): Mask {
  const [nx, ny] = geometry.size;
  const [dx, dy] = geometry.spacing;
  const reaches = Array.from({ length: 2 * rows + 1 }, (_, n) =>
    Math.floor(Math.sqrt(Math.max(0, limit - ((n - rows) * dy) ** 2)) / dx),
  );
  const result = new Uint8Array(inside.length);
  for (let start = inside.indexOf(1); start >= 0; ) {
    const row = Math.floor(start / nx);
    const rowEnd = (row + 1) * nx;
    let end = start + 1;
    while (end < rowEnd && inside[end] === 1) end++;
    const j = row % ny;
    for (let offset = Math.max(-rows, -j); offset <= Math.min(rows, ny - 1 - j); offset++) {
      const reach = reaches[offset + rows];
      const base = (row + offset) * nx;
      result.fill(
        1,
        Math.max(base, base + start - row * nx - reach),
        Math.min(base + nx, base + end - row * nx + reach),
      );
    }
    start = inside.indexOf(1, end);
  }
  return { geometry, inside: result };
}
