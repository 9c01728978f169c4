/**
 * The risk models that `predict` asks. Each says who it is and gives a risk for one case; models from measurements and models from images are the same
 * to the caller. A new kind of bundle is one more line in `openRiskModel`.
 */
import { HemacastError } from "../core/errors.ts";
import { predictRisk } from "../expansion/risk-model.ts";
import { readBundle } from "./bundle.ts";
import type { CaseRisk, CaseRiskModel } from "./case-risk.ts";
import { hybridKind, loadHybridBundle } from "./hybrid-bundle.ts";
import { imageModel } from "./hybrid-risk.ts";
import { findBundle, loadBundle, type RiskBundle, riskModelKind } from "./risk-bundle.ts";

/**
 * Opens a risk model of any kind: a shipped bundle by its name, another by its folder.
 *
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID (also for a bundle that gives no risk), CHECKSUM_MISMATCH, SELF_TEST_FAILED
 */
export async function openRiskModel(nameOrFolder: string): Promise<CaseRiskModel> {
  const folder = await findBundle(nameOrFolder);
  const { manifest } = await readBundle(folder);
  if (manifest.kind === riskModelKind) return measurementModel(await loadBundle(folder));
  if (manifest.kind === hybridKind) return imageModel(await loadHybridBundle(folder));
  throw new HemacastError(
    "BUNDLE_INVALID",
    `bundle ${manifest.name} is a ${manifest.kind}, which gives no risk of expansion; give --model a risk model (hemacast models list)`,
  );
}

/** A logistic model of named values: it takes those that it knows; what else is known is not its business. */
export function measurementModel({ manifest, model }: RiskBundle): CaseRiskModel {
  const identity: CaseRisk["model"] = {
    ...{ name: manifest.name, version: manifest.version, basis: "measurements", outcomes: "real" },
    summary: manifest.title,
  };
  return {
    ready: async () => {},
    release: async () => {},
    look:
      async () =>
      async ({ values }) => {
        const taken = Object.fromEntries(
          model.inputs.flatMap(({ name }) => (name in values ? [[name, values[name] as number]] : [])),
        );
        const { value, low, high, missing, outOfRange } = predictRisk(model, taken);
        return {
          model: identity,
          ...{ value, low, high },
          definition: manifest.outcome,
          inputs: Object.fromEntries(model.inputs.map(({ name }) => [name, taken[name] ?? null])),
          missing: [...missing],
          outOfRange: [...outOfRange],
          image: null,
        };
      },
  };
}
