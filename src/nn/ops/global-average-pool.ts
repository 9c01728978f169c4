import { emit, int64s, reshaped, scaled } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount } from "../tensor.ts";

/** The mean of each channel over all places: [n, c, (d,) h, w] -> [n, c]. */
export function globalAveragePool(x: Value): Value {
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const ones = sizes.map(() => 1);
  const pooled = emit("GlobalAveragePool", [x], [batch, channels, ...ones]);
  return differentiable("globalAveragePool", reshaped(pooled, [batch, channels]), [x], (dy) => [
    () => {
      const share = reshaped(scaled(dy, 1 / elementCount(sizes)), [batch, channels, ...ones]);
      return emit("Expand", [share, int64s(x.graph, x.shape)], x.shape);
    },
  ]);
}
