/**
 * What `hemacast compare` says about two head CTs of one patient: the document written as comparison.json and drawn as report.html. One schema,
 * versioned; others read it, so a change of meaning is a new version.
 */
import { parseWith, z } from "../core/schema.ts";
import { anatomySchema } from "./anatomy-document.ts";
import { intendedUse } from "./prediction.ts";

const number = z.number();
const positive = z.number().min(0);
const probability = z.number().min(0).max(1);

const findingSchema = z.strictObject({ code: z.string(), severity: z.enum(["info", "warning"]), message: z.string() });

const scanSchema = z.strictObject({
  volumeMl: positive.describe("Voxel volume of the mask, each voxel with the extent of its own slice."),
  volumeSdMl: positive.describe("Standard deviation of the volume's measurement error."),
  abc2Ml: positive.nullable(),
  components: z.int().min(0),
  hoursFromOnset: positive.nullable(),
  markers: z.record(z.string(), z.enum(["present", "absent", "not-assessable"])),
  anatomy: anatomySchema,
  segmenter: z.strictObject({ name: z.string(), version: z.string() }),
});

const definitionSchema = z.strictObject({
  id: z.string(),
  absoluteMl: positive.nullable(),
  relative: positive.nullable(),
  met: z.boolean().describe("Whether the two measured volumes fulfil the definition as they stand."),
  probability: probability.describe("That the true growth fulfils it, given the measurement error of both volumes."),
  label: z.enum(["expansion", "no-expansion", "uncertain"]).describe("uncertain between 5 and 95 %."),
});

/** The schema of comparison.json. */
export const comparisonSchema = z
  .strictObject({
    schema: z.literal("hemacast/comparison/1"),
    intendedUse: z.literal(intendedUse),
    baseline: scanSchema,
    followUp: scanSchema,
    growth: z.strictObject({
      ml: number.describe("Follow-up minus baseline, each measured on its own grid."),
      percent: number.nullable().describe("Of the baseline; null without a baseline hematoma."),
      sdMl: positive,
      minimumDetectableChangeMl: positive.describe("At 95 %: smaller differences may be measurement error."),
      hoursBetween: positive.nullable(),
      mlPerHour: number.nullable(),
      ultraEarlyMlPerHour: positive.nullable().describe("Baseline volume / hours from onset to the baseline scan."),
      definitions: z.array(definitionSchema),
      ivh: z
        .strictObject({ ml: number, isNew: z.boolean(), grewByOneMl: z.boolean() })
        .nullable()
        .describe("Blood in the ventricles at follow-up minus baseline; null where either is unknown."),
      revised: z
        .strictObject({ met: z.boolean() })
        .nullable()
        .describe("The revised definition: conventional, or new blood in the ventricles, or at least 1 mL more of it."),
    }),
    map: z
      .strictObject({ stableMl: positive, grownMl: positive, resolvedMl: positive })
      .describe("Of the growth map: both masks on the grid of the baseline."),
    registration: z.strictObject({
      similarity: number.min(-1).max(1),
      overlap: probability,
      rotationDegrees: positive,
      shiftMm: positive.describe("Of the centre of the baseline scan."),
      method: z.strictObject({ name: z.string(), version: z.string() }),
    }),
    findings: z.array(findingSchema),
    timings: z.record(z.string(), number).describe("Milliseconds by stage."),
    software: z.strictObject({ name: z.literal("hemacast"), version: z.string() }),
  })
  .describe("The result of `hemacast compare` for two head CTs of one patient.");

/** The result for two scans. */
export type Comparison = z.infer<typeof comparisonSchema>;

/**
 * Reads a comparison.json, refusing what is not one.
 *
 * @throws HemacastError INPUT_UNREADABLE listing every field that is wrong
 */
export function parseComparison(value: unknown): Comparison {
  return parseWith(comparisonSchema, value, "INPUT_UNREADABLE", "comparison.json");
}
