/** A clot in brain with partial volume, blur and noise: what the density signs are tested on. Its density is a function of the position. */
import { createRandom } from "../../src/core/random.ts";
import type { Vec3 } from "../../src/math/vec3.ts";
import { indexToLps } from "../../src/volume/geometry.ts";
import { type CtVolume, createCtVolume, createMask, type Mask } from "../../src/volume/volume.ts";
import { axialGeometry } from "./phantoms.ts";

/** How a clot is made and scanned. */
export interface ClotPhantomOptions {
  /** Whether a point in mm from the clot's centre is clot; by default an ellipsoid of 18 x 22 x 17 mm. */
  readonly isClot?: (point: Vec3) => boolean;
  /** Density of the clot at a point; by default 65 HU everywhere. */
  readonly clotHu?: (point: Vec3) => number;
  readonly brainHu?: number;
  readonly noiseHu?: number;
  /** Slice thickness in mm, 5 or 1. */
  readonly sliceMm?: number;
  readonly pixelMm?: number;
  readonly seed?: number;
}

/** A phantom and the mask of the voxels that are at least half clot. */
export interface ClotPhantom {
  readonly volume: CtVolume;
  readonly mask: Mask;
}

/** The default clot. */
export const inEllipsoid = ([x, y, z]: Vec3): boolean => Math.hypot(x / 18, y / 22, z / 17) <= 1;

/** Scans a clot: each voxel is the mean of sub-samples (partial volume), then blurred in the plane and given noise. */
export function clotPhantom(options: ClotPhantomOptions = {}): ClotPhantom {
  const { isClot = inEllipsoid, clotHu = () => 65, brainHu = 33, sliceMm = 5, pixelMm = 0.5, seed = 1 } = options;
  const noiseHu = options.noiseHu ?? (sliceMm >= 5 ? 4 : 4 * Math.sqrt(5 / sliceMm));
  const inPlane = Math.round(72 / pixelMm);
  const geometry = axialGeometry([inPlane, inPlane, Math.round(60 / sliceMm)], [pixelMm, pixelMm, sliceMm]);
  const [nx, ny, nz] = geometry.size;
  const hu = new Float32Array(nx * ny * nz);
  const inside = new Uint8Array(hu.length);
  const subs = Array.from(
    { length: sliceMm >= 5 ? 9 : 3 },
    (_, n, all = sliceMm >= 5 ? 9 : 3) => (n + 0.5) / all - 0.5,
  );
  for (let v = 0; v < hu.length; v++) {
    const index: Vec3 = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
    let sum = 0;
    let clot = 0;
    for (const sub of subs) {
      const point = indexToLps(geometry, [index[0], index[1], index[2] + sub]);
      if (isClot(point)) clot++;
      sum += isClot(point) ? clotHu(point) : brainHu;
    }
    hu[v] = sum / subs.length;
    inside[v] = clot >= subs.length / 2 ? 1 : 0;
  }
  blurInPlane(hu, nx, ny, nz);
  const random = createRandom(seed);
  for (let v = 0; v < hu.length; v++) hu[v] = (hu[v] as number) + noiseHu * random.normal();
  return { volume: createCtVolume(geometry, hu), mask: createMask(geometry, inside) };
}

/** The blur of a usual kernel: weights 1 2 1 along each axis of the plane. */
function blurInPlane(hu: Float32Array, nx: number, ny: number, nz: number): void {
  for (const [step, n] of [
    [1, nx],
    [nx, ny],
  ] as const) {
    const source = Float32Array.from(hu);
    for (let v = 0; v < nx * ny * nz; v++) {
      const q = Math.floor(v / step) % n;
      if (q === 0 || q === n - 1) continue;
      hu[v] = ((source[v - step] as number) + 2 * (source[v] as number) + (source[v + step] as number)) / 4;
    }
  }
}
