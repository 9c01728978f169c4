/** Where in the images an image model's risk comes from, as it stands in prediction.json. */
import type { HybridModel } from "../expansion/hybrid-model.ts";
import type { LinearHead, SliceContribution } from "../expansion/place-contributions.ts";
import type { CaseRisk } from "./case-risk.ts";
import type { CnnBlock, CnnLook } from "./cnn-block.ts";

/** The map of one slice. */
export type ContributionMap = NonNullable<CaseRisk["image"]>["maps"][number];

/** The maps of one block, slice by slice, of a scan that it has looked at. */
export function contributionMaps(
  { name, names }: Pick<CnnBlock, "name" | "names">,
  { explain }: CnnLook,
  model: HybridModel,
): ContributionMap[] {
  return explain(headOf(names, model)).map((slice) => describe(name, slice));
}

/** The model over the predictors of one block; those that it does not read have no coefficient. */
function headOf(names: readonly string[], { predictors, whole, means }: HybridModel): LinearHead {
  const places = new Map(predictors.map((name, j) => [name, j]));
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(names, (name) => {
      const at = places.get(name);
      return at === undefined ? 0 : (values[at] as number);
    });
  return { coefficients: pick(whole.coefficients), means: pick(means) };
}

/** Image pixel (x, y) is centred on voxel (left + x step, top + y step), and voxel (i, j) on (i + 1/2, j + 1/2). */
function describe(block: string, { slice, frame, pixels, columns, rows, logOdds }: SliceContribution): ContributionMap {
  const [dx, dy] = frame.step;
  const [left, top] = [frame.left + 0.5 - dx / 2, frame.top + 0.5 - dy / 2];
  return {
    ...{ block, slice, columns, rows },
    box: { left, top, right: left + pixels * dx, bottom: top + pixels * dy },
    logOdds: Array.from(logOdds, (value) => Number(value.toPrecision(6))),
  };
}
