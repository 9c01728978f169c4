/**
 * What `hemacast predict` says about one head CT: the document written as prediction.json and drawn as report.html. One schema, versioned;
 * others read it, so a change of meaning is a new version.
 */
import { parseWith, z } from "../core/schema.ts";
import { anatomySchema } from "./anatomy-document.ts";

/** Printed wherever a result appears. */
export const intendedUse = "Research use only, not for clinical decisions.";

const number = z.number();
const count = z.int().min(0);
const vector = z.tuple([number, number, number]);
const probability = z.number().min(0).max(1);

const findingSchema = z.strictObject({
  code: z.string(),
  severity: z.enum(["info", "warning"]),
  message: z.string(),
});

const modelSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  basis: z
    .enum(["measurements", "images"])
    .describe("Whether it was given measurements and clinical values, or the images themselves."),
  outcomes: z.enum(["real", "simulated"]).describe("Whether the outcomes it was fitted to happened to patients."),
  summary: z.string(),
});

const imageRiskSchema = z
  .strictObject({
    conformalSet: z
      .array(z.enum(["expands", "does-not"]))
      .describe(
        "What cannot be excluded at the coverage: both = no decision can be based on it, none = unlike either class.",
      ),
    coverage: probability,
    unusual: z
      .array(z.string())
      .describe("Blocks of predictors that lie outside what 99 % of the development cohort had."),
    contributions: z
      .array(z.strictObject({ block: z.string(), logOdds: number }))
      .describe("By block, relative to the mean participant of the development cohort."),
    strongest: z
      .array(z.strictObject({ predictor: z.string(), value: number, logOdds: number }))
      .describe("The named predictors, none of a network, that moved the log odds most; relative to the same mean."),
    maps: z
      .array(
        z.strictObject({
          block: z.string(),
          slice: z.int().min(0),
          box: z
            .strictObject({ left: number, top: number, right: number, bottom: number })
            .describe("What the cells divide, in pixels of the slice; pixel (i, j) covers [i, i + 1] x [j, j + 1]."),
          columns: count,
          rows: count,
          logOdds: z.array(number).describe("Row by row."),
        }),
      )
      .describe("Where a network's contribution comes from: over all cells of all its slices they add up to it."),
    nearest: z
      .array(
        z.strictObject({
          id: z.string(),
          expanded: z.boolean(),
          distance: number.min(0).describe("1 = as far as a training case usually is from the one nearest to it."),
        }),
      )
      .describe("The training cases most like this one; empty when they were patients, who are not named."),
    without: z
      .array(z.strictObject({ predictor: z.string(), risk: probability }))
      .describe("What the risk would be without a sign that is there, all else equal."),
  })
  .nullable()
  .describe("How far an image model can be believed; null for models of measurements.");

const riskSchema = z
  .strictObject({
    model: modelSchema,
    value: probability,
    low: probability,
    high: probability,
    definition: z.string().describe("What the risk is the probability of, and what low and high span."),
    inputs: z
      .record(z.string(), z.number().nullable())
      .describe("What the model was given; null where it was missing."),
    missing: z
      .array(z.string())
      .describe(
        "Inputs that were not known; low and high then also span their possible values. An image model takes its training cohort's median instead.",
      ),
    outOfRange: z.array(z.string()).describe("Inputs outside the range of the development cohort."),
    image: imageRiskSchema,
  })
  .describe("Probability of hematoma expansion.");

const markerSchema = z.strictObject({
  id: z.string(),
  state: z.enum(["present", "absent", "not-assessable"]),
  quantities: z.record(z.string(), z.number()),
  slice: z.int().min(0).nullable().describe("Index k of the slice that shows it."),
  outline: z
    .array(z.tuple([number, number]))
    .describe("Closed outline on that slice of what shows it; pixel (i, j) covers [i, i + 1] x [j, j + 1]."),
  confidence: probability.describe("Share of slightly larger and smaller masks on which the state is the same."),
  reason: z.string().nullable().describe("Why it cannot be assessed."),
});

const scoreSchema = z.strictObject({
  id: z.string(),
  outcome: z.enum(["hematoma-expansion", "death-within-30-days", "independence-at-90-days"]),
  source: z.string(),
  note: z.string(),
  total: count.nullable().describe("null while an input is missing."),
  low: count.describe("The least total over every value of the missing inputs."),
  high: count.describe("The largest total over every value of the missing inputs."),
  points: z.record(z.string(), count.nullable()).describe("Points of each item; null where its input is missing."),
  missing: z.array(z.string()),
  risk: z
    .strictObject({ low: probability, high: probability })
    .nullable()
    .describe("The published probability over the totals that are possible; null where none was published."),
});

const densitySchema = z
  .strictObject({
    meanHu: number,
    sdHu: number,
    coefficientOfVariation: number.nullable(),
    skewness: number.nullable(),
    kurtosis: number.nullable(),
  })
  .describe("Of HU over the mask.");

/** The schema of prediction.json. `docs/reference/prediction.schema.json` is its published form. */
export const predictionSchema = z
  .strictObject({
    schema: z.literal("hemacast/prediction/1"),
    intendedUse: z.literal(intendedUse),
    kind: z.enum(["predicted", "abstained"]),
    reason: z
      .enum(["no-hematoma-found", "outside-intended-use"])
      .nullable()
      .describe("Why the prediction abstained; null when it predicted."),
    simulatedInput: z.boolean().describe("True when the images are simulated and no patient was examined."),
    risks: z.array(riskSchema).describe("One for each model that was asked; empty when the prediction abstained."),
    hematoma: z
      .strictObject({
        volumeMl: number,
        volumeSdMl: number.describe("Standard deviation of the volume's measurement error."),
        abc2Ml: number,
        slices: count,
        components: count,
      })
      .describe("Of the segmented mask: each voxel counted with the extent of its own slice; ABC/2 beside it."),
    shape: z.record(z.string(), number).describe("PyRadiomics 3D shape features by name, mm; empty when abstained."),
    density: densitySchema.nullable(),
    markers: z.array(markerSchema),
    anatomy: anatomySchema,
    scores: z.array(scoreSchema),
    clinical: z
      .record(z.string(), z.union([number, z.boolean(), z.string()]))
      .describe("What was typed in about the patient."),
    geometry: z
      .strictObject({
        size: vector,
        spacingMm: vector,
        originMm: vector.describe("LPS"),
        direction: z.tuple([vector, vector, vector]).describe("Unit axes i, j, k in LPS."),
        sliceOffsetsMm: z.array(number).nullable().describe("Distance of each slice from the first, where gaps vary."),
      })
      .describe("The grid of the volume and of mask.nii.gz."),
    findings: z.array(findingSchema),
    segmenter: z.strictObject({ name: z.string(), version: z.string() }),
    input: z.strictObject({
      format: z.string(),
      images: count,
      seriesInstanceUID: z.string().nullable(),
      voxelsSha256: z.string().describe("Hash of the HU values and the grid: equal for equal input."),
    }),
    timings: z.record(z.string(), number).describe("Milliseconds by stage."),
    software: z.strictObject({ name: z.literal("hemacast"), version: z.string() }),
  })
  .describe("The result of `hemacast predict` for one head CT.");

/** The result for one head CT. */
export type Prediction = z.infer<typeof predictionSchema>;

/**
 * Reads a prediction.json, refusing what is not one.
 *
 * @throws HemacastError INPUT_UNREADABLE listing every field that is wrong
 */
export function parsePrediction(value: unknown): Prediction {
  return parseWith(predictionSchema, value, "INPUT_UNREADABLE", "prediction.json");
}

/** JSON Schema of the document, for other programs. */
export function predictionJsonSchema(): object {
  return z.toJSONSchema(predictionSchema);
}
