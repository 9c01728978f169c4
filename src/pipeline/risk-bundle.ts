/** Risk models as bundles: `risk-model.json` beside a card and a self-test that is run on every load. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HemacastError } from "../core/errors.ts";
import { toJson } from "../core/json.ts";
import { z } from "../core/schema.ts";
import { type LogisticRiskModel, predictRisk } from "../expansion/risk-model.ts";
import { type Bundle, type BundleManifest, bundleJson, readBundle, writeBundle } from "./bundle.ts";

/** The `kind` of bundles that this file reads and writes. */
export const riskModelKind = "logistic-risk-model";

const number = z.number();
const range = z.strictObject({ low: number, high: number });
const riskModelSchema: z.ZodType<LogisticRiskModel> = z.strictObject({
  inputs: z
    .array(
      z.strictObject({
        name: z.string(),
        label: z.string(),
        unit: z.string(),
        kind: z.enum(["continuous", "binary"]),
        plausible: range,
        seen: range,
        mean: number,
      }),
    )
    .max(1000),
  intercept: number,
  coefficients: z.array(number),
  covariance: z.array(number),
  inputCovariance: z.array(number),
});

const selfTestSchema = z.strictObject({
  cases: z
    .array(z.strictObject({ values: z.record(z.string(), number), value: number, low: number, high: number }))
    .min(1),
});

/** A verified risk model, ready for `predictRisk`. */
export interface RiskBundle {
  readonly manifest: BundleManifest;
  readonly model: LogisticRiskModel;
}

/** Largest difference from the recorded self-test: above rounding on any machine, below anything that matters. */
const selfTestTolerance = 1e-9;

/**
 * Loads a risk model: verifies checksums and schema, then runs its self-test.
 *
 * @param directory the bundle's folder
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID, CHECKSUM_MISMATCH, SELF_TEST_FAILED
 */
export async function loadBundle(directory: string): Promise<RiskBundle> {
  const bundle = await readBundle(directory);
  if (bundle.manifest.kind !== riskModelKind) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `bundle ${bundle.manifest.name} is a ${bundle.manifest.kind}, expected a ${riskModelKind}`,
    );
  }
  const model = bundleJson(bundle, "risk-model.json", riskModelSchema);
  runSelfTest(bundle, model);
  return { manifest: bundle.manifest, model };
}

function runSelfTest(bundle: Bundle, model: LogisticRiskModel): void {
  const { cases } = bundleJson(bundle, "self-test.json", selfTestSchema);
  for (const [i, expected] of cases.entries()) {
    const found = predictRisk(model, expected.values);
    for (const key of ["value", "low", "high"] as const) {
      if (!(Math.abs(found[key] - expected[key]) <= selfTestTolerance)) {
        throw new HemacastError(
          "SELF_TEST_FAILED",
          `bundle ${bundle.manifest.name}, case ${i}: ${key} is ${found[key]}, the record says ${expected[key]}`,
        );
      }
    }
  }
}

/**
 * Writes a risk model with its card and a self-test made from the cases given.
 *
 * @throws HemacastError as `writeBundle`, and CLINICAL_INVALID when a case cannot be predicted
 */
export async function writeRiskBundle(
  directory: string,
  manifest: Omit<BundleManifest, "schema" | "checksums" | "kind" | "inputs">,
  model: LogisticRiskModel,
  card: string,
  selfTest: readonly Readonly<Record<string, number>>[],
): Promise<void> {
  const cases = selfTest.map((values) => {
    const { value, low, high } = predictRisk(model, values);
    return { values, value, low, high };
  });
  const files = new Map([
    ["risk-model.json", toJson(model)],
    ["self-test.json", toJson({ cases })],
    ["MODEL_CARD.md", card],
  ]);
  const inputs = model.inputs.map((input) => ({ ...input }));
  await writeBundle(directory, { ...manifest, kind: riskModelKind, inputs }, files);
}

/** The folder of the bundles that the package ships. */
export const shippedModelsFolder: string = fileURLToPath(new URL("../../models", import.meta.url));

/**
 * The folder of a bundle: a shipped one by its name, any other by its path.
 *
 * @throws HemacastError INPUT_NOT_FOUND naming the shipped bundles
 */
export async function findBundle(nameOrDirectory: string): Promise<string> {
  const shipped = await shippedBundles();
  if (shipped.includes(nameOrDirectory)) return join(shippedModelsFolder, nameOrDirectory);
  const names: string[] = await readdir(nameOrDirectory).catch(() => []);
  if (names.includes("bundle.json")) return nameOrDirectory;
  throw new HemacastError(
    "INPUT_NOT_FOUND",
    `${nameOrDirectory} is neither a shipped model (${shipped.join(", ") || "none"}) nor a folder with a bundle.json`,
  );
}

/** Names of the bundles that the package ships; other folders beside them (backbones have a format of their own) are not bundles. */
export async function shippedBundles(): Promise<string[]> {
  const folders = await readdir(shippedModelsFolder, { withFileTypes: true }).catch(() => []);
  const names = await Promise.all(
    folders
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) =>
        (await readdir(join(shippedModelsFolder, name))).includes("bundle.json") ? [name] : [],
      ),
  );
  return names.flat().sort();
}
