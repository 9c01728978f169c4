/** Where the pixels of a scan lie in the head: the protocol's slices, the gantry's tilt, and how the head happens to lie. */
import type { Random } from "../../core/random.ts";
import { layOutStack, type StackLayout } from "../../volume/slice-stack.ts";
import type { HeadAnatomy } from "../head/head-anatomy.ts";
import type { ScannerProfile } from "./scanner-profile.ts";

/** Head-space position of pixel (0, 0) of a section and the steps along a row (i) and down a column (j), mm: nine numbers. */
export type SectionFrame = Readonly<Record<"x" | "y" | "z" | "ix" | "iy" | "iz" | "jx" | "jy" | "jz", number>>;

/** How a head lies on the table: turns about its vertical (yaw), long (roll) and transverse (pitch) axes in degrees, and a shift in LPS mm. */
export interface HeadPose {
  readonly yawDegrees: number;
  readonly rollDegrees: number;
  readonly pitchDegrees: number;
  readonly shiftMm: readonly [number, number, number];
}

/** A scan's grid, the images that lie on it, and the sections that each of them averages. */
export interface ScanGrid {
  /** The orthogonal grid of the volume, as reading the scan's images gives it. */
  readonly layout: StackLayout;
  /** Sections averaged for blood, whose surface is exact, and for tissue, whose grid is as thick as half a slice and needs fewer. */
  readonly bloodSections: number;
  readonly tissueSections: number;
  /** The frame of a section for blood, on the volume's grid. */
  readonly frame: (slice: number, section: number) => SectionFrame;
  /** The frame of a section for tissue, on the scanner's own image, which tilt moves against the grid. */
  readonly imageFrame: (slice: number, section: number) => SectionFrame;
}

/** Top of the head in standard space, mm, and the air left above it. */
const VERTEX_MM = 80;
const AIR_ABOVE_MM = 20;
const TISSUE_SECTIONS = 2;
/** Gaps beyond which blood is averaged over three sections instead of two. */
const THICK_MM = 3.5;

/**
 * Draws how the head lies and lays the protocol's slices over it.
 *
 * @param asked how the head lies, where that is not to be drawn
 */
export function scanGrid(anatomy: HeadAnatomy, profile: ScannerProfile, random: Random, asked?: HeadPose): ScanGrid {
  const { matrix, pixelMm } = profile;
  const drawn = drawPose(random);
  const { yawDegrees, rollDegrees, pitchDegrees, shiftMm: shift } = asked ?? drawn;
  const turn = rotation(yawDegrees * RADIANS, rollDegrees * RADIANS, pitchDegrees * RADIANS);
  const tablePositions = positions(profile);
  const tilt = (profile.gantryTiltDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(tilt), Math.sin(tilt)];
  const middle = (tablePositions.at(-1) as number) / 2;
  const tableMm = Math.round(10 * (-90 + 20 * random.normal())) / 10;
  const half = (pixelMm * (matrix - 1)) / 2;
  const layout = layOutStack({
    ...{ columns: matrix, rows: matrix, pixelSpacing: [pixelMm, pixelMm] },
    ...{ rowAxis: [1, 0, 0], columnAxis: [0, cos, sin] },
    origins: tablePositions.map((t) => [-half, -half * cos - middle * sin * cos, tableMm + t - half * sin]),
  });
  const firstZ = VERTEX_MM * anatomy.scale[2] + AIR_ABOVE_MM - 2 * middle * cos;
  const moved = motion(profile, random, tablePositions.length);
  const gaps = tablePositions.map((t, k) => (tablePositions[k + 1] ?? 2 * t - (tablePositions[k - 1] ?? 0)) - t);
  const bloodSections = Math.max(...gaps) > THICK_MM ? 3 : 2;
  const [right, down] = [turn([pixelMm, 0, 0]), turn([0, pixelMm, 0])];
  const sectionFrame = (slice: number, section: number, sections: number): SectionFrame => {
    const table = tablePositions[slice] as number;
    const part = (section + 0.5) / sections - 0.5;
    const within = part * (gaps[slice] as number) * profile.sectionPerGap;
    const jerk = moved(slice) * 3 * part;
    const start = turn([
      -half + shift[0] + jerk,
      -half + shift[1] + 8 + (table - middle) * sin + jerk * 0.6,
      firstZ + shift[2] + table * cos + within,
    ]);
    return { ...named("", start), ...named("i", right), ...named("j", down) } as SectionFrame;
  };
  const frame = (slice: number, section: number): SectionFrame => {
    const image = sectionFrame(slice, section, bloodSections);
    const rows = layout.placements[slice]?.rowShift ?? 0;
    return {
      ...image,
      ...{ x: image.x + rows * image.jx, y: image.y + rows * image.jy, z: image.z + rows * image.jz },
    };
  };
  const imageFrame = (slice: number, section: number): SectionFrame => sectionFrame(slice, section, TISSUE_SECTIONS);
  return { layout, bloodSections, tissueSections: TISSUE_SECTIONS, frame, imageFrame };
}

const RADIANS = Math.PI / 180;

/** Heads are turned and shifted by a few degrees and millimetres on the pillow. */
function drawPose(random: Random): HeadPose {
  return {
    yawDegrees: (0.05 * random.normal()) / RADIANS,
    rollDegrees: (0.035 * random.normal()) / RADIANS,
    pitchDegrees: (0.045 * random.normal()) / RADIANS,
    shiftMm: [3 * random.normal(), 3 * random.normal(), 0],
  };
}

function named(prefix: string, [x, y, z]: readonly [number, number, number]): Record<string, number> {
  return { [`${prefix}x`]: x, [`${prefix}y`]: y, [`${prefix}z`]: z };
}

/** Table positions of the slices, mm from the first. */
function positions({ slices }: ScannerProfile): number[] {
  const gaps = slices.flatMap((run) => Array.from({ length: run.count }, () => run.gapMm));
  let at = 0;
  return gaps.map((gap, k) => {
    if (k > 0) at += gap;
    return at;
  });
}

/** Amplitude in mm of the head's motion at each slice: a jerk during a few of them, or none. */
function motion(profile: ScannerProfile, random: Random, slices: number): (slice: number) => number {
  if (random.uniform() >= profile.motionChance) return () => 0;
  const at = random.integer(slices);
  const mm = 1 + 2 * random.uniform();
  return (slice) => (Math.abs(slice - at) < 2 ? mm : 0);
}

/** Turn by small angles about the head's vertical (yaw), long (roll) and transverse (pitch) axes, radians. */
function rotation(
  yaw: number,
  roll: number,
  pitch: number,
): (v: readonly [number, number, number]) => [number, number, number] {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cr, sr] = [Math.cos(roll), Math.sin(roll)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  return ([x, y, z]) => {
    const a = cy * x - sy * y;
    const b = sy * x + cy * y;
    const c = cr * a + sr * z;
    const d = -sr * a + cr * z;
    return [c, cp * b - sp * d, sp * b + cp * d];
  };
}
