/** The public names of Hemacast, one by one. */

export { type ErrorCode, type ErrorFamilyName, errorCodes, HemacastError } from "./core/errors.ts";
export type { Finding } from "./core/finding.ts";
export { createRandom, type Random } from "./core/random.ts";
export type { Vec3 } from "./math/vec3.ts";
export { type Geometry, indexToLps, lpsToIndex, requireSameGrid, sliceExtentMm, voxelMl } from "./volume/geometry.ts";
export { type CtVolume, createCtVolume, createMask, type Mask, maskMl, type SliceSource } from "./volume/volume.ts";
