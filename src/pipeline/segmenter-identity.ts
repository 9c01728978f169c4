/** Who draws: what is drawn or measured is kept, and asked about, under this. */
import { readBundle } from "./bundle.ts";
import { hashOf } from "./kept-measurements.ts";
import { packageVersion } from "./package-files.ts";
import { findBundle } from "./risk-bundle.ts";

/**
 * Who a segmenter is, as `openSegmenter` takes it: an id that changes with its name, version, weights and plan, and not with what its card says of it;
 * and the name that it signs its masks with.
 *
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID
 */
export async function segmenterIdentity(names: string): Promise<{ readonly id: string; readonly name: string }> {
  if (names === "threshold") return { id: hashOf({ names, version: packageVersion() }), name: names };
  const bundles = await Promise.all(
    names.split(",").map(async (name) => (await readBundle(await findBundle(name.trim()))).manifest),
  );
  const drawing = bundles.map(({ name, version, checksums }) => {
    return { name, version, weights: checksums["weights.safetensors"], plan: checksums["plan.json"] };
  });
  return { id: hashOf({ bundles: drawing }), name: bundles.map(({ name }) => name).join("+") };
}
