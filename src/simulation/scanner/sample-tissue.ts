/** Reads the head phantom along the sections of a slice: the one loop that touches every pixel of a scan. */
import { sampleField } from "../field-grid.ts";
import type { HeadPhantom } from "../head/head-phantom.ts";
import type { MassEffect } from "../hematoma/mass-effect.ts";
import type { SectionFrame } from "./scan-grid.ts";

const AIR = -1000;

/**
 * Adds `weight` times the tissue's HU above air on one section to a slice.
 *
 * @param slice HU + 1000, row by row, matrix * matrix
 * @param push how the tissue has been displaced, or null
 */
export function addSection(
  head: HeadPhantom,
  push: MassEffect | null,
  frame: SectionFrame,
  matrix: number,
  weight: number,
  slice: Float32Array,
): void {
  const { hu } = head;
  const { size, spacingMm, originMm } = head.grid;
  const [nx, ny, nz] = size;
  const plane = nx * ny;
  const [cx, cy, cz] = push ? push.centerMm : [0, 0, 0];
  const reach = push ? push.reachMm : -1;
  const [sx, sy, sz] = [1 / spacingMm[0], 1 / spacingMm[1], 1 / spacingMm[2]];
  const [ox, oy, oz] = originMm;
  for (let j = 0; j < matrix; j++) {
    const x0 = frame.x + j * frame.jx;
    const y0 = frame.y + j * frame.jy;
    const z0 = frame.z + j * frame.jz;
    const [from, to] = rowRange(frame, x0, y0, z0, head, matrix);
    for (let i = from; i < to; i++) {
      let x = x0 + i * frame.ix;
      let y = y0 + i * frame.iy;
      let z = z0 + i * frame.iz;
      if (push && Math.abs(x - cx) < reach && Math.abs(y - cy) < reach && Math.abs(z - cz) < reach) {
        const kept = sampleField(push.kept, x, y, z, 1);
        x = cx + (x - cx) * kept;
        y = cy + (y - cy) * kept;
        z = cz + (z - cz) * kept;
      }
      const u = (x - ox) * sx;
      const v = (y - oy) * sy;
      const w = (z - oz) * sz;
      const a = u | 0;
      const b = v | 0;
      const c = w | 0;
      if (u < 0 || v < 0 || w < 0 || a >= nx - 1 || b >= ny - 1 || c >= nz - 1) continue;
      const fu = u - a;
      const fv = v - b;
      const fw = w - c;
      const p = a + nx * b + plane * c;
      const q = p + plane;
      const h00 = hu[p] as number;
      const h10 = hu[p + nx] as number;
      const h01 = hu[q] as number;
      const h11 = hu[q + nx] as number;
      const l0 = h00 + fu * ((hu[p + 1] as number) - h00);
      const l1 = h10 + fu * ((hu[p + nx + 1] as number) - h10);
      const m0 = h01 + fu * ((hu[q + 1] as number) - h01);
      const m1 = h11 + fu * ((hu[q + nx + 1] as number) - h11);
      const low = l0 + fv * (l1 - l0);
      const value = low + fw * (m0 + fv * (m1 - m0) - low);
      slice[j * matrix + i] = (slice[j * matrix + i] as number) + weight * (value - AIR);
    }
  }
}

/** The columns of a row that can meet the head's grid. */
function rowRange(
  frame: SectionFrame,
  x0: number,
  y0: number,
  z0: number,
  head: HeadPhantom,
  matrix: number,
): readonly [number, number] {
  let from = 0;
  let to = matrix;
  const start = [x0, y0, z0] as const;
  const step = [frame.ix, frame.iy, frame.iz] as const;
  for (let axis = 0; axis < 3; axis++) {
    const low = (head.grid.originMm[axis] as number) - (start[axis] as number);
    const high = low + ((head.grid.size[axis] as number) - 1) * (head.grid.spacingMm[axis] as number);
    const d = step[axis] as number;
    if (Math.abs(d) < 1e-9) {
      if (low > 0 || high < 0) return [0, 0];
      continue;
    }
    from = Math.max(from, Math.floor(Math.min(low / d, high / d)));
    to = Math.min(to, Math.ceil(Math.max(low / d, high / d)) + 1);
  }
  return [from, Math.max(to, from)];
}
