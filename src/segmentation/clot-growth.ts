/** From the sure core of a clot to its edge: the connected part around it that is dense against its own surroundings. */
import { boundingBox, cropMask, grownBox, uncropMask } from "../volume/box.ts";
import { connectedComponents } from "../volume/components.ts";
import { complement, dilate, intersection, open } from "../volume/morphology.ts";
import type { Mask } from "../volume/volume.ts";
import type { BrainTissue } from "./brain-tissue.ts";

/** The edge of a clot lies where its density is at this share of the way from its surroundings to its peak. */
const EDGE_SHARE = 0.3;
/** Bounds of that edge in HU above the surroundings: above the texture of brain, below the faint margin of a dense clot. */
const EDGE_HU: readonly [number, number] = [10, 18];
/** Never less above the usual density of the slice: grey matter inside an infarct is not blood. */
const LEAST_EXCESS_HU = 6;
/** No blood is denser: what is belongs to bone, calcification or contrast. */
const DENSEST_HU = 100;
/** As far around bone its partial volume is taken for part of it. */
const BONE_EDGE_MM = 1;
/** The outermost part of the cavity stays out: it is partial volume with the skull. */
const RIM_MM = 2;
/** Bridges thinner than twice this do not carry growth: they lead along cortex and dura. */
const NECK_MM = 1;

/**
 * Grows the core of a clot to its edge.
 *
 * @param core the sure part, on the grid of the brain
 * @param reachMm how far the clot may reach beyond it
 */
export function grownClot(brain: BrainTissue, core: Mask, reachMm: number): Mask {
  const around = boundingBox(core);
  if (!around) return core;
  const { geometry } = core;
  const box = grownBox(around, geometry, reachMm, true);
  const edgeHu = Math.min(EDGE_HU[1], Math.max(EDGE_HU[0], EDGE_SHARE * peakAboveSurroundings(brain, core)));
  const where = (condition: (v: number) => boolean): Mask => {
    const inside = new Uint8Array(core.inside.length);
    for (let v = 0; v < inside.length; v++) if (condition(v)) inside[v] = 1;
    return cropMask({ geometry, inside }, box);
  };
  const dense = where(
    (v) => brain.aboveSurroundingsHu[v] > edgeHu && brain.excessHu[v] > LEAST_EXCESS_HU && brain.depthMm[v] > RIM_MM,
  );
  const perSlice = geometry.size[0] * geometry.size[1];
  const bone = where((v) => brain.excessHu[v] + brain.referenceHu[Math.floor(v / perSlice)] > DENSEST_HU);
  const cropped = cropMask(core, box);
  const within = intersection(dense, dilate(cropped, reachMm, "volume"));
  const opened = open(intersection(within, complement(dilate(bone, BONE_EDGE_MM, "slice"))), NECK_MM, "slice");
  return uncropMask(touching(opened, cropped), geometry, box);
}

/** The components of a mask that share a voxel with the core. */
function touching(mask: Mask, core: Mask): Mask {
  const { labels, components } = connectedComponents(mask, 18);
  const touched = new Uint8Array(components.length + 1);
  for (let v = 0; v < labels.length; v++) if (core.inside[v]) touched[labels[v]] = 1;
  touched[0] = 0;
  const inside = new Uint8Array(labels.length);
  for (let v = 0; v < inside.length; v++) inside[v] = touched[labels[v]];
  return { geometry: mask.geometry, inside };
}

function peakAboveSurroundings({ aboveSurroundingsHu }: BrainTissue, core: Mask): number {
  const values: number[] = [];
  for (let v = 0; v < core.inside.length; v++) if (core.inside[v]) values.push(aboveSurroundingsHu[v]);
  const sorted = Float32Array.from(values).sort();
  return sorted[Math.floor(0.9 * (sorted.length - 1))];
}
