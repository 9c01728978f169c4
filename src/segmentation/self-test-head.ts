/** A head drawn from ellipsoids, always the same: what a shipped network must segment as recorded, on every machine, before it is used. */
import { createRandom } from "../core/random.ts";
import { type CtVolume, createCtVolume, createMask, type Mask } from "../volume/volume.ts";

const size = [128, 152, 7] as const;
const spacing = [1.5, 1.5, 5] as const;

interface Body {
  readonly center: readonly [number, number, number];
  readonly radii: readonly [number, number, number];
  readonly hu: number;
}

/** From outside to inside; later bodies cover earlier ones. In mm from the middle of the grid, towards L, P, S. */
const bodies: readonly Body[] = [
  { center: [0, 0, 0], radii: [80, 98, 90], hu: 20 },
  { center: [0, 0, 0], radii: [75, 93, 85], hu: 1000 },
  { center: [0, 0, 0], radii: [68, 86, 78], hu: 8 },
  { center: [0, 0, 0], radii: [66, 84, 76], hu: 36 },
  { center: [0, 0, 0], radii: [58, 76, 68], hu: 30 },
  { center: [-9, 4, 4], radii: [5, 26, 12], hu: 7 },
  { center: [9, 4, 4], radii: [5, 26, 12], hu: 7 },
];
const clot: Body = { center: [30, 4, 0], radii: [12, 19, 13], hu: 63 };

/** The head with a hematoma, noise and soft edges, and where the hematoma is. */
export function selfTestHead(): { readonly volume: CtVolume; readonly hematoma: Mask } {
  const origin = [0, 1, 2].map((a) => (-(size[a] - 1) / 2) * spacing[a]) as unknown as [number, number, number];
  const geometry = {
    size,
    spacing,
    origin,
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const,
  };
  const random = createRandom(2024);
  const hu = new Int16Array(size[0] * size[1] * size[2]);
  const inside = new Uint8Array(hu.length);
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, v++) {
        const [x, y, z] = [origin[0] + i * spacing[0], origin[1] + j * spacing[1], origin[2] + k * spacing[2]];
        let value = -1000;
        for (const body of bodies) value += shareInside(body, x, y, z) * (body.hu - value);
        const share = shareInside(clot, x, y, z);
        hu[v] = Math.round(value + share * (clot.hu - value) + 4 * random.normal());
        inside[v] = share >= 0.5 ? 1 : 0;
      }
    }
  }
  return { volume: createCtVolume(geometry, hu), hematoma: createMask(geometry, inside) };
}

/** 1 inside, 0 outside, linear over about 2 mm at the surface. */
function shareInside({ center, radii }: Body, x: number, y: number, z: number): number {
  const level = Math.hypot((x - center[0]) / radii[0], (y - center[1]) / radii[1], (z - center[2]) / radii[2]);
  const distanceMm = (1 - level) * Math.min(radii[0], radii[1]);
  return Math.min(1, Math.max(0, 0.5 + distanceMm / 2));
}
