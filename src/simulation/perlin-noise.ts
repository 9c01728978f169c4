/** Smooth random fields in space: gradient noise, the raw material of gyri, ragged boundaries and heterogeneous clots. */
import { type Random, shuffled } from "../core/random.ts";

/** A smooth random field over space with mean 0, about in [-1, 1] (standard deviation near .25), and features of about one unit. */
export type NoiseField = (x: number, y: number, z: number) => number;

/** Gradient directions: the twelve edges of a cube, four of them twice, as three parallel lists. */
const gx = Float64Array.of(1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, 0, -1, 0);
const gy = Float64Array.of(1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1);
const gz = Float64Array.of(0, 0, 0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 0, 1, 0, -1);

/**
 * A random field with period 256 in each direction.
 *
 * @see Perlin 2002, doi:10.1145/566570.566636
 * @example createPerlinNoise(createRandom(1))(3, 5, 7) // => 0
 */
export function createPerlinNoise(random: Random): NoiseField {
  const order = shuffled(
    Array.from({ length: 256 }, (_, i) => i),
    random,
  );
  const p = Uint8Array.from({ length: 512 }, (_, i) => order[i & 255] as number);
  const corner = (hash: number, x: number, y: number, z: number): number => {
    const h = hash & 15;
    return (gx[h] as number) * x + (gy[h] as number) * y + (gz[h] as number) * z;
  };
  return (x, y, z) => {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const z0 = Math.floor(z);
    const i = x0 & 255;
    const j = y0 & 255;
    const k = z0 & 255;
    const fx = x - x0;
    const fy = y - y0;
    const fz = z - z0;
    const u = fade(fx);
    const v = fade(fy);
    const w = fade(fz);
    const a = (p[i] as number) + j;
    const b = (p[i + 1] as number) + j;
    const aa = (p[a] as number) + k;
    const ab = (p[a + 1] as number) + k;
    const ba = (p[b] as number) + k;
    const bb = (p[b + 1] as number) + k;
    const low = mix(
      v,
      mix(u, corner(p[aa] as number, fx, fy, fz), corner(p[ba] as number, fx - 1, fy, fz)),
      mix(u, corner(p[ab] as number, fx, fy - 1, fz), corner(p[bb] as number, fx - 1, fy - 1, fz)),
    );
    const high = mix(
      v,
      mix(u, corner(p[aa + 1] as number, fx, fy, fz - 1), corner(p[ba + 1] as number, fx - 1, fy, fz - 1)),
      mix(u, corner(p[ab + 1] as number, fx, fy - 1, fz - 1), corner(p[bb + 1] as number, fx - 1, fy - 1, fz - 1)),
    );
    return mix(w, low, high);
  };
}

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}

function mix(t: number, a: number, b: number): number {
  return a + t * (b - a);
}
