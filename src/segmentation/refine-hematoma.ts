/**
 * The network says where blood is; where it ends is measured at the resolution of the scan, which is finer than the network's.
 */
import { type Box, boundingBox, cropMask, cropVolume, uncropMask } from "../volume/box.ts";
import type { Cranium } from "../volume/brain-mask.ts";
import { connectedComponents } from "../volume/components.ts";
import { sliceOffsetMm } from "../volume/geometry.ts";
import { erode, union } from "../volume/morphology.ts";
import { resampleMask } from "../volume/resample.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { prepareBrainTissue } from "./brain-tissue.ts";
import { grownClot } from "./clot-growth.ts";

/** Slices beyond the clot that show what brain usually looks like. */
const CONTEXT_MM = 20;
/**
 * The network is off by less where it sees blood at all. Farther out, what is as dense as blood and joined to it is cortex that the skull
 * brightens, or dura: at 20 mm the outline followed it along the bone.
 */
const REACH_MM = 4.5;
/** An outline that encloses so many times more, or less by as much, has leaked or missed: a clot as pale as brain has no edge to be measured. */
const MOST_CHANGE = 1.8;
/** So far inside of its region, in the plane, the network is believed against the outline: a part as dark as brain has no edge to be measured. */
const SURE_MM = 1;

/**
 * The hematoma with its outline measured.
 *
 * @param volume with axes towards L, P, S
 * @param found the network's regions on its grid
 */
export function refinedHematoma(volume: CtVolume, found: Mask, cranium: Cranium): Mask {
  const around = boundingBox(found);
  if (!around) return found;
  const box = slicesAround(volume, around);
  const part = cropVolume(volume, box);
  const brain = prepareBrainTissue(part, cranium);
  if (!brain) return found;
  const { geometry } = brain.cavity;
  const core = resampleMask(cropMask(found, box), geometry);
  const coreMl = maskMl(core);
  const outlined = grownClot(brain, core, REACH_MM);
  const factor = coreMl > 0 ? maskMl(outlined) / coreMl : 1;
  if (factor > MOST_CHANGE || factor < 1 / MOST_CHANGE) return found;
  const sure = union(withoutLeaks(outlined, core), erode(core, SURE_MM, "slice"));
  return uncropMask(resampleMask(sure, part.geometry), volume.geometry, box);
}

/** The outline without what leaked from a speck: beside a large clot it would not change the whole by much. */
function withoutLeaks(outlined: Mask, core: Mask): Mask {
  const { labels, components } = connectedComponents(outlined, 26);
  const ofCore = new Float64Array(components.length + 1);
  for (let v = 0; v < labels.length; v++) if (core.inside[v]) ofCore[labels[v]]++;
  const leaked = new Uint8Array(components.length + 1);
  for (const { label, voxels } of components) leaked[label] = voxels > MOST_CHANGE * ofCore[label] ? 1 : 0;
  const inside = outlined.inside.map((value, v) => (leaked[labels[v]] ? core.inside[v] : value));
  return { ...outlined, inside };
}

/** Whole slices. */
function slicesAround({ geometry }: CtVolume, { low, high }: Box): Box {
  const [nx, ny, nz] = geometry.size;
  const bottom = sliceOffsetMm(geometry, low[2]) - CONTEXT_MM;
  const top = sliceOffsetMm(geometry, high[2] - 1) + CONTEXT_MM;
  let [first, end] = [low[2], high[2]];
  while (first > 0 && sliceOffsetMm(geometry, first - 1) >= bottom) first--;
  while (end < nz && sliceOffsetMm(geometry, end) <= top) end++;
  return { low: [0, 0, first], high: [nx, ny, end] };
}
