/** How much of each pixel the parts of a hematoma fill, on the slices of a scan: from this come both the blood's HU and the true masks. */
import { sampleField } from "../field-grid.ts";
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
    return [box];
  });
}

type Corner = readonly [number, number, number];

/** The box in head space that holds everything of the hematoma. */
function extent({ clot, ventricular }: Hematoma): { low: Corner; high: Corner } {
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
  return (box, f, weight) => {
    const add = (to: Float32Array, p: number, value: number): void => {
      to[p] = (to[p] as number) + weight * value;
    };
    for (let row = 0; row < box.height; row++) {
      for (let column = 0; column < box.width; column++) {
        const i = box.i + column;
        const j = box.j + row;
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
        if (ventricular) add(box.ventricular, p, coverage(-sampleField(ventricular, x, y, z, -30), EDGE_MM));
        if (inside < -1.6 * edemaMm - 4) continue;
        const rim = edemaMm * (0.9 + 1.4 * texture(x * 0.09, y * 0.09, z * 0.09));
        add(box.edema, p, coverage(-inside - rim, 2.5));
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
