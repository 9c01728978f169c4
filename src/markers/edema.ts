/** Edema around a hematoma: brain that is darker than its mirror image, joined to the clot. */
import type { Vec3 } from "../math/vec3.ts";
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { indexToLps, lpsToIndex } from "../volume/geometry.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type Mask, maskMl } from "../volume/volume.ts";
import type { HeadFrame } from "./head-frame.ts";

/** Perihematomal edema reaches about so far. */
const REACH_MM = 20;

/** The first millimetre beside a clot is half clot. */
const CLEAR_MM = 1;

/** Darker than this against the mirror image is edema, lighter than fluid. */
const DARKER_HU = 4;
const EDEMA_HU = [10, 29] as const;

/**
 * The edema around a hematoma, on the grid of `frame.cavity`; empty when there is none.
 *
 * @param onCavityGrid the hematoma
 * @param ventricles what must not be taken for edema
 */
export function findEdema(
  frame: HeadFrame,
  onCavityGrid: Mask,
  ventricles: Mask,
): { readonly mask: Mask; readonly ml: number } {
  const { geometry, inside: cavity } = frame.cavity;
  const { hu } = gaussianSmooth(frame.coarse, { inPlane: 1.8, throughPlane: 0 });
  const squared = squaredDistanceMm(onCavityGrid, "volume");
  const [nx, ny, nz] = geometry.size;
  const mirroredHu = (voxel: number): number | null => {
    const index: Vec3 = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    const [i, j, k] = lpsToIndex(geometry, frame.mirror(indexToLps(geometry, index))).map(Math.round);
    if (!(i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz)) return null;
    const partner = i + nx * (j + ny * k);
    return cavity[partner] ? hu[partner] : null;
  };
  const dark = cavity.map((value, voxel) => {
    const near = squared[voxel] > CLEAR_MM ** 2 && squared[voxel] <= REACH_MM ** 2;
    if (!value || !near || ventricles.inside[voxel] || !(hu[voxel] >= EDEMA_HU[0] && hu[voxel] <= EDEMA_HU[1]))
      return 0;
    const partner = mirroredHu(voxel);
    return partner !== null && partner - hu[voxel] >= DARKER_HU ? 1 : 0;
  });
  const joined = {
    geometry,
    inside: dark.map((value, voxel) =>
      value || (onCavityGrid.inside[voxel] && cavity[voxel])
        ? 1
        : squared[voxel] <= CLEAR_MM ** 2 && cavity[voxel]
          ? 1
          : 0,
    ),
  };
  const parts = connectedComponents(joined, 26);
  const withClot = new Set(parts.labels.filter((label, voxel) => label > 0 && onCavityGrid.inside[voxel] === 1));
  const around = maskOfComponents(joined, parts, ({ label }) => withClot.has(label));
  const mask: Mask = { geometry, inside: around.inside.map((value, voxel) => (value && dark[voxel] ? 1 : 0)) };
  return { mask, ml: maskMl(mask) };
}
