/**
 * The shape of the clot: a level set of an ellipsoid with lobes and a random field, kept out of the skull, the ventricles and the other
 * side of the midline. The level is chosen so that the volume is the one asked for, so growth continues the shape it started from.
 */
import type { Random } from "../../core/random.ts";
import { largestComponent } from "../../volume/components.ts";
import { createMask } from "../../volume/volume.ts";
import { type FieldGrid, fillField, headGeometry, sampleField } from "../field-grid.ts";
import type { HeadPhantom } from "../head/head-phantom.ts";
import { createPerlinNoise } from "../perlin-noise.ts";
import { ellipsoid, length3, smoothMin } from "../signed-distance.ts";
import type { HematomaLocation } from "../simulated-case.ts";
import type { MassEffect } from "./mass-effect.ts";
import type { RealShape } from "./real-shape.ts";

/** A small clot apart from the main one. */
export interface SmallClot {
  readonly centerMm: readonly [number, number, number];
  readonly radiusMm: number;
}

/** What the shape is made from; equal for baseline and follow-up, so that one continues the other. */
export interface ClotForm {
  readonly random: Random;
  readonly location: HematomaLocation;
  readonly centerMm: readonly [number, number, number];
  /** As in the plan. */
  readonly axes: readonly [number, number, number];
  readonly yawRad: number;
  /** Radius of the sphere of the baseline volume: the scale of lobes and ragged edges. */
  readonly radiusMm: number;
  readonly irregularity: number;
  /** The shape of a real hematoma to take instead of ellipsoid, lobes and random field. */
  readonly realShape: RealShape | null;
}

/** A clot in head space. */
export interface ClotShape {
  /** Signed distance in mm, about, to the clot's surface, positive inside; the small clots are not in it. */
  readonly inside: FieldGrid;
  readonly smallClots: readonly SmallClot[];
}

/** Where blood may not be: mm to the nearest barrier at a point, positive where blood may be. */
export type Room = (x: number, y: number, z: number) => number;

/** Parenchyma in which a clot of this location may spread, given where the tissue has been pushed to. */
export function roomForBlood(head: HeadPhantom, location: HematomaLocation, push: MassEffect): Room {
  const before = new Float64Array(3);
  const side = Math.sign(push.centerMm[0]) || 1;
  return (x, y, z) => {
    push.moveBack(x, y, z, before);
    const [u, v, w] = before as unknown as [number, number, number];
    let room = Math.min(head.depth(x, y, z) - 2.2, head.ventricle(u, v, w) - 0.6);
    if (location === "brainstem") room = Math.min(room, 2 - head.brainstem(u, v, w));
    else if (location === "cerebellum") {
      room = Math.min(room, -head.aboveTentorium(u, v, w) - 1.5, head.brainstem(u, v, w) - 1);
    } else {
      room = Math.min(room, side * u - 2);
      if (v > 8) room = Math.min(room, Math.max(head.aboveTentorium(u, v, w), 24 - v) - 1.5);
    }
    return room;
  };
}

/** Number of grid points across the radius of the clot: enough for a smooth surface after interpolation. */
const POINTS_PER_RADIUS = 10;

/**
 * Makes the main clot with the volume asked for.
 *
 * @param baseline the clot at baseline, which is part of the later one where that is not smaller
 */
export function shapeClot(form: ClotForm, room: Room, volumeMl: number, baseline: FieldGrid | null): FieldGrid {
  const [cx, cy, cz] = form.centerMm;
  const radiusMm = radiusOf(volumeMl);
  const reach = reachMm(form, radiusMm);
  const step = Math.min(Math.max(radiusMm / POINTS_PER_RADIUS, 0.6), 2.2);
  const raw = form.realShape ? scaledShape(form, form.realShape) : rawField(form);
  const low = [cx - reach[0], cy - reach[1], cz - reach[2]] as const;
  const high = [cx + reach[0], cy + reach[1], cz + reach[2]] as const;
  const walls: number[] = [];
  const field = fillField(low, high, [step, step, step * 1.2], (x, y, z) => {
    const free = room(x, y, z);
    walls.push(free);
    return free < -4 ? -30 : smoothMin(raw(x, y, z), free + 0.35 * form.radiusMm, 2);
  });
  return atVolume(field, Float32Array.from(walls), volumeMl, baseline);
}

function corner(field: FieldGrid): [number, number, number] {
  const end = (a: 0 | 1 | 2): number => field.originMm[a] + (field.size[a] - 1.001) * field.spacingMm[a];
  return [end(0), end(1), end(2)];
}

function radiusOf(volumeMl: number): number {
  return Math.cbrt((volumeMl * 3000) / (4 * Math.PI));
}

/** How far from the centre a clot of this size can be along each axis: half axes, lobes and ragged edges, and 7 mm for its surroundings. */
function reachMm({ axes: [a, b, c], yawRad, realShape }: ClotForm, radiusMm: number): [number, number, number] {
  const whole = Math.max(radiusMm * 2.1, radiusMm * elongation(realShape)) + 7;
  if (realShape) return [whole, whole, whole];
  const [cos, sin] = [Math.cos(yawRad), Math.sin(yawRad)];
  const along = [Math.hypot(a * cos, b * sin), Math.hypot(a * sin, b * cos), c];
  return along.map((axis) => radiusMm * (0.9 * axis + 1.1) + 7) as [number, number, number];
}

/** How far a real shape reaches from its centre, in radii of the sphere of its volume. */
function elongation(shape: RealShape | null): number {
  return shape ? shape.reachMm / radiusOf(shape.volumeMl) : 0;
}

/** A real shape at the size of the baseline clot; growth is its next level sets. */
function scaledShape({ radiusMm, centerMm: [cx, cy, cz] }: ClotForm, { inside, volumeMl }: RealShape): Room {
  const size = radiusMm / radiusOf(volumeMl);
  return (x, y, z) => size * sampleField(inside, (x - cx) / size, (y - cy) / size, (z - cz) / size, -30);
}

/** The unbounded form in mm: positive in the middle, falling outwards. */
function rawField(form: ClotForm): Room {
  const { radiusMm: r, irregularity, random, yawRad } = form;
  const [cx, cy, cz] = form.centerMm;
  const [sx, sy, sz] = form.axes;
  const [cos, sin] = [Math.cos(yawRad), Math.sin(yawRad)];
  const noise = createPerlinNoise(random.fork("boundary"));
  const lobes = drawLobes(form);
  const amplitude = r * (0.1 + 0.85 * irregularity);
  return (x, y, z) => {
    const dx = (x - cx) * cos + (y - cy) * sin;
    const dy = (y - cy) * cos - (x - cx) * sin;
    const dz = z - cz;
    let outside = ellipsoid(dx, dy, dz, r * sx, r * sy, r * sz);
    for (const lobe of lobes) {
      const [lx, ly, lz] = lobe.centerMm;
      outside = smoothMin(outside, length3(dx - lx, dy - ly, dz - lz) - lobe.radiusMm, 0.35 * r);
    }
    const u = x / r;
    const v = y / r;
    const w = z / r;
    const ragged =
      noise(u * 1.1, v * 1.1, w * 1.1) +
      0.55 * noise(u * 2.3 + 9, v * 2.3, w * 2.3) +
      0.3 * irregularity * noise(u * 4.7, v * 4.7 + 5, w * 4.7);
    return amplitude * ragged - outside;
  };
}

function drawLobes({ random, irregularity, radiusMm, axes }: ClotForm): SmallClot[] {
  const draw = random.fork("lobes");
  const count = Math.round(irregularity * 5 * draw.uniform());
  return Array.from({ length: count }, () => {
    const d = [draw.normal(), draw.normal(), 0.7 * draw.normal()] as const;
    const norm = length3(...d) || 1;
    const out = radiusMm * (0.75 + 0.35 * draw.uniform());
    return {
      centerMm: [(d[0] / norm) * out * axes[0], (d[1] / norm) * out * axes[1], (d[2] / norm) * out * axes[2]],
      radiusMm: radiusMm * (0.3 + 0.25 * draw.uniform()),
    };
  });
}

/** Shifts the field so that what is positive, and free, and in one piece, has the volume; returns the signed distance to it. */
function atVolume(field: FieldGrid, walls: Float32Array, volumeMl: number, baseline: FieldGrid | null): FieldGrid {
  const cellMl = (field.spacingMm[0] * field.spacingMm[1] * field.spacingMm[2]) / 1000;
  const wanted = Math.max(1, Math.round(volumeMl / cellMl));
  const before = baseline ? resampled(baseline, field) : null;
  // What shrinks is the same form at a higher level; kept whole, the old clot would stay in the image and not in the mask.
  const base = before && before.filter((value) => value > 0).length <= wanted ? before : null;
  const values = Float32Array.from(field.values);
  let level = 0;
  for (let pass = 0; pass < 3; pass++) {
    level = levelOf(values, walls, base, wanted);
    if (!dropFragments(field, values, level, walls, base)) break;
  }
  for (let v = 0; v < values.length; v++) {
    const grown = Math.min((values[v] as number) - level, (walls[v] as number) + 0.3);
    values[v] = base ? Math.max(grown, base[v] as number) : grown;
  }
  return { ...field, values };
}

function resampled(from: FieldGrid, to: FieldGrid): Float32Array {
  const [ox, oy, oz] = to.originMm;
  return fillField([ox, oy, oz], corner(to), to.spacingMm, (x, y, z) => sampleField(from, x, y, z, -30)).values;
}

/** The level above which `wanted` points lie, counting those of the baseline. */
function levelOf(values: Float32Array, walls: Float32Array, base: Float32Array | null, wanted: number): number {
  const free = new Float64Array(values.length);
  let [already, count] = [0, 0];
  for (let v = 0; v < values.length; v++) {
    if (base && (base[v] as number) > 0) already++;
    else if ((walls[v] as number) > -0.3) free[count++] = values[v] as number;
  }
  const n = Math.min(Math.max(wanted - already, 1), count);
  return free.subarray(0, count).sort()[count - n] as number;
}

/** Pushes pieces that are not connected to the largest one under the level; says whether there were any. */
function dropFragments(
  field: FieldGrid,
  values: Float32Array,
  level: number,
  walls: Float32Array,
  base: Float32Array | null,
): boolean {
  const inside = values.map((value, v) =>
    Number((value > level && (walls[v] as number) > -0.3) || (base !== null && (base[v] as number) > 0)),
  );
  const kept = largestComponent(createMask(headGeometry(field), Uint8Array.from(inside)), 6).inside;
  let dropped = false;
  for (let v = 0; v < values.length; v++) {
    if (inside[v] === 1 && kept[v] === 0) {
      values[v] = level - 3;
      dropped = true;
    }
  }
  return dropped;
}
