/** How much of each pixel the parts of a hematoma fill, on the slices of a scan: from this come both the blood's HU and the true masks. */
import { type FieldGrid, sampleField } from "../field-grid.ts";
import type { Hematoma } from "../hematoma/hematoma.ts";
import type { DensitySign } from "../hematoma/sign-regions.ts";
import { createPerlinNoise } from "../perlin-noise.ts";
import { coverage } from "../signed-distance.ts";
import type { ScanGrid, SectionFrame } from "./scan-grid.ts";

/** Fractions in [0, 1] of the voxels of one box of a slice. */
export interface SliceCoverage {
  readonly slice: number;
  /** The box: first column and row, width and height, pixels. */
  readonly i: number;
  readonly j: number;
  readonly width: number;
  readonly height: number;
  /** The main clot and small clots together; `small` is the latter alone. */
  readonly clot: Float32Array;
  readonly small: Float32Array;
  readonly ventricular: Float32Array;
  readonly edema: Float32Array;
  readonly signs: Readonly<Partial<Record<DensitySign, Float32Array>>>;
  /** HU that the clot would have without its signs. */
  readonly clotHu: Float32Array;
}

/** How far, in mm, a hematoma's box reaches beyond its clot: for edema and small clots. */
const MARGIN_MM = 16;
const EDGE_MM = 1;
/** Texture stays within this, so that it is never a hypodensity by itself. */
const LARGEST_GRAIN_HU = 6;

/** Coverage on every slice that the hematoma or its edema touches. */
export function bloodCoverage(hematoma: Hematoma, grid: ScanGrid): SliceCoverage[] {
  const [nx, ny, nz] = grid.layout.geometry.size;
  const boxes = Array.from({ length: nz }, (_, slice) => boxOn(hematoma, grid, slice, nx, ny));
  const paint = sectionPainter(hematoma);
  return boxes.flatMap((box) => {
    if (!box) return [];
    for (let section = 0; section < grid.bloodSections; section++) {
      paint(box, grid.frame(box.slice, section), 1 / grid.bloodSections);
    }
    return trimmed(box);
  });
}

/** The part of a box that holds anything; none where it is empty. Boxes are drawn around the whole hematoma, and much is done with their pixels. */
function trimmed(box: SliceCoverage): SliceCoverage[] {
  const { width, height, clot, ventricular, edema } = box;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let p = 0; p < clot.length; p++) {
    if (clot[p] === 0 && ventricular[p] === 0 && edema[p] === 0) continue;
    const column = p % width;
    const row = (p - column) / width;
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  if (right < 0) return [];
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const cut = (values: Float32Array): Float32Array => {
    const part = new Float32Array(size.width * size.height);
    for (let row = 0; row < size.height; row++) {
      const start = (top + row) * width + left;
      part.set(values.subarray(start, start + size.width), row * size.width);
    }
    return part;
  };
  return [
    {
      ...{ slice: box.slice, i: box.i + left, j: box.j + top, ...size },
      ...{ clot: cut(clot), small: cut(box.small), ventricular: cut(ventricular), edema: cut(edema) },
      clotHu: cut(box.clotHu),
      signs: Object.fromEntries(Object.entries(box.signs).map(([sign, values]) => [sign, cut(values)])),
    },
  ];
}

type Corner = readonly [number, number, number];

/** A box in head space, mm. */
interface Extent {
  readonly low: Corner;
  readonly high: Corner;
}

function paintVentricles(
  box: SliceCoverage,
  f: SectionFrame,
  ventricular: FieldGrid,
  add: (to: Float32Array, p: number, value: number) => void,
): void {
  const grid = gridExtent(ventricular);
  for (let row = 0; row < box.height; row++) {
    const j = box.j + row;
    const [from, to] = columnsWithin(box, f, j, grid);
    for (let column = from; column < to; column++) {
      const i = box.i + column;
      const x = f.x + i * f.ix + j * f.jx;
      const y = f.y + i * f.iy + j * f.jy;
      const z = f.z + i * f.iz + j * f.jz;
      add(box.ventricular, row * box.width + column, coverage(-sampleField(ventricular, x, y, z, -30), EDGE_MM));
    }
  }
}

function gridExtent({ originMm, size, spacingMm }: FieldGrid): Extent {
  const end = (a: 0 | 1 | 2): number => originMm[a] + (size[a] - 1) * spacingMm[a];
  return { low: originMm, high: [end(0), end(1), end(2)] };
}

/** Where the clots and what lies within `mm` of the small ones can be; the grid of the main one reaches far enough around it. */
function aroundClot({ inside, smallClots }: Hematoma["clot"], mm: number): Extent {
  const main = gridExtent(inside);
  const each = (a: 0 | 1 | 2, sign: -1 | 1): number[] =>
    smallClots.map(({ centerMm, radiusMm }) => centerMm[a] + sign * (radiusMm + mm));
  const low = (a: 0 | 1 | 2): number => Math.min(main.low[a], ...each(a, -1));
  const high = (a: 0 | 1 | 2): number => Math.max(main.high[a], ...each(a, 1));
  return { low: [low(0), low(1), low(2)], high: [high(0), high(1), high(2)] };
}

/** The columns of the box whose pixels on row `j` can lie in the extent: none is missed, a few more may be included. */
function columnsWithin(box: SliceCoverage, f: SectionFrame, j: number, { low, high }: Extent): [number, number] {
  let from = 0;
  let to = box.width;
  for (let axis = 0; axis < 3; axis++) {
    const step = axis === 0 ? f.ix : axis === 1 ? f.iy : f.iz;
    const start = axis === 0 ? f.x + j * f.jx : axis === 1 ? f.y + j * f.jy : f.z + j * f.jz;
    const a = (low[axis] as number) - start;
    const b = (high[axis] as number) - start;
    if (Math.abs(step) < 1e-9) {
      if (a > 1e-3 || b < -1e-3) return [0, 0];
      continue;
    }
    from = Math.max(from, Math.floor(Math.min(a / step, b / step)) - 1 - box.i);
    to = Math.min(to, Math.ceil(Math.max(a / step, b / step)) + 2 - box.i);
  }
  return [from, Math.max(from, to)];
}

/** The box in head space that holds everything of the hematoma. */
function extent({ clot, ventricular }: Hematoma): Extent {
  const low = [0, 1, 2].map((a) => (clot.inside.originMm[a] as number) - MARGIN_MM / 2) as unknown as Corner;
  const high = [0, 1, 2].map(
    (a) =>
      (clot.inside.originMm[a] as number) +
      (clot.inside.size[a] as number) * (clot.inside.spacingMm[a] as number) +
      MARGIN_MM / 2,
  ) as unknown as Corner;
  if (!ventricular) return { low, high };
  const end = (a: number): number =>
    (ventricular.originMm[a] as number) + (ventricular.size[a] as number) * (ventricular.spacingMm[a] as number);
  return {
    low: low.map((mm, a) => Math.min(mm, ventricular.originMm[a] as number)) as unknown as Corner,
    high: high.map((mm, a) => Math.max(mm, end(a))) as unknown as Corner,
  };
}

function boxOn(hematoma: Hematoma, grid: ScanGrid, slice: number, nx: number, ny: number): SliceCoverage | null {
  const { low, high } = extent(hematoma);
  const f = grid.frame(slice, (grid.bloodSections - 1) >> 1);
  const height = (i: number, j: number): number => f.z + i * f.iz + j * f.jz;
  const heights = [height(0, 0), height(nx, 0), height(0, ny), height(nx, ny)];
  if (Math.max(...heights) < low[2] - 3 || Math.min(...heights) > high[2] + 3) return null;
  const slack = 12;
  const corners = [low[0] - slack, high[0] + slack].flatMap((x) =>
    [low[1] - slack, high[1] + slack].map((y) => pixelAt(f, x, y)),
  );
  const [columns, rows] = [0, 1].map((axis) => corners.map((corner) => corner[axis] as number));
  const i0 = Math.max(0, Math.floor(Math.min(...(columns as number[]))));
  const i1 = Math.min(nx, Math.ceil(Math.max(...(columns as number[]))));
  const j0 = Math.max(0, Math.floor(Math.min(...(rows as number[]))));
  const j1 = Math.min(ny, Math.ceil(Math.max(...(rows as number[]))));
  if (i1 <= i0 || j1 <= j0) return null;
  const pixels = (i1 - i0) * (j1 - j0);
  const empty = (): Float32Array => new Float32Array(pixels);
  return {
    ...{ slice, i: i0, j: j0, width: i1 - i0, height: j1 - j0 },
    ...{ clot: empty(), small: empty(), ventricular: empty(), edema: empty(), clotHu: empty() },
    signs: Object.fromEntries(hematoma.signs.map(({ sign }) => [sign, empty()])),
  };
}

/** Column and row of the pixel of a section that lies over a place of the head. */
function pixelAt(f: SectionFrame, x: number, y: number): readonly [number, number] {
  const determinant = f.ix * f.jy - f.jx * f.iy;
  const [dx, dy] = [x - f.x, y - f.y];
  return [(dx * f.jy - f.jx * dy) / determinant, (f.ix * dy - dx * f.iy) / determinant];
}

function sectionPainter(hematoma: Hematoma): (box: SliceCoverage, frame: SectionFrame, weight: number) => void {
  const { clot, ventricular, edemaMm, plan } = hematoma;
  const texture = createPerlinNoise(hematoma.random);
  const smallClots = clot.smallClots.map(({ centerMm: [x, y, z], radiusMm }) => ({ x, y, z, radiusMm }));
  const regions = hematoma.signs.map((region) => ({ ...region, into: region.sign }));
  const touched = aroundClot(clot, 1.6 * edemaMm + 4);
  return (box, f, weight) => {
    const add = (to: Float32Array, p: number, value: number): void => {
      to[p] = (to[p] as number) + weight * value;
    };
    if (ventricular) paintVentricles(box, f, ventricular, add);
    for (let row = 0; row < box.height; row++) {
      const j = box.j + row;
      const [from, to] = columnsWithin(box, f, j, touched);
      for (let column = from; column < to; column++) {
        const i = box.i + column;
        const x = f.x + i * f.ix + j * f.jx;
        const y = f.y + i * f.iy + j * f.jy;
        const z = f.z + i * f.iz + j * f.jz;
        const p = row * box.width + column;
        const main = sampleField(clot.inside, x, y, z, -30);
        let inside = main;
        for (const small of smallClots) {
          const dx = x - small.x;
          const dy = y - small.y;
          const dz = z - small.z;
          inside = Math.max(inside, small.radiusMm - Math.sqrt(dx * dx + dy * dy + dz * dz));
        }
        if (inside < -1.6 * edemaMm - 4) continue;
        // The rim is at least -.6 of the edema's width, so well inside the clot the answer is known without it.
        const surely = inside - 0.6 * edemaMm > 1.3;
        const rim = surely ? 0 : edemaMm * (0.9 + 1.4 * texture(x * 0.09, y * 0.09, z * 0.09));
        add(box.edema, p, surely ? 1 : coverage(-inside - rim, 2.5));
        const filled = coverage(-inside, EDGE_MM);
        if (filled === 0) continue;
        add(box.clot, p, filled);
        if (inside > main) add(box.small, p, filled);
        const grain = texture(x * 0.13, y * 0.13, z * 0.13) + 0.6 * texture(x * 0.31 + 7, y * 0.31, z * 0.31);
        const uneven = LARGEST_GRAIN_HU * Math.tanh((3.6 * plan.heterogeneityHu * grain) / LARGEST_GRAIN_HU);
        const hu = plan.clotHu + uneven - 4 * Math.exp(-Math.max(inside, 0) / 1.8);
        add(box.clotHu, p, filled * hu);
        for (const region of regions) {
          const covered = coverage(-sampleField(region.inside, x, y, z, -30), region.edgeMm);
          if (covered > 0) add(box.signs[region.into] as Float32Array, p, covered * filled);
        }
      }
    }
  };
}
