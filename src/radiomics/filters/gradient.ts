/** Gradient magnitude: how steeply intensities change. */
import type { Box, ScalarImage } from "../region.ts";
import { contextOf, valuesInBox } from "./context.ts";

/**
 * Length of the gradient by central differences in the box of a region; beyond the image its edge values continue.
 *
 * @param useSpacing per mm, else per voxel
 * @returns single precision numbers, as SimpleITK gives
 * @see PyRadiomics 3.1 imageoperations.getGradientImage (SimpleITK GradientMagnitudeImageFilter)
 */
export function gradientMagnitude(image: ScalarImage, box: Box, useSpacing: boolean): Float64Array {
  const context = contextOf(image, box, [1, 1, 1], false);
  const { size, spacing, values } = context;
  const result = new Float32Array(values.length);
  const strides = [1, size[0], size[0] * size[1]] as const;
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, v++) {
        const index = [i, j, k] as const;
        let squares = 0;
        for (const axis of [0, 1, 2] as const) {
          const before = index[axis] > 0 ? v - strides[axis] : v;
          const after = index[axis] < size[axis] - 1 ? v + strides[axis] : v;
          const difference = ((values[after] as number) - (values[before] as number)) / 2;
          squares += (useSpacing ? difference / spacing[axis] : difference) ** 2;
        }
        result[v] = Math.sqrt(squares);
      }
    }
  }
  return valuesInBox(result, context);
}
