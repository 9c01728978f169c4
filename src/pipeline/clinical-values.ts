/** What is known of a participant besides the images: from a file, from key=value on the command line, checked once. */
import { readFile } from "node:fs/promises";
import { HemacastError, messageOf } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";

const yes = z.boolean().optional();

/** Every value that a reader can type in, with its unit and possible range. Unknown keys are errors. */
const clinicalSchema = z.strictObject({
  hoursFromOnset: z.number().positive().max(168).optional().describe("hours from symptom onset to the CT"),
  gcs: z.int().min(3).max(15).optional().describe("Glasgow Coma Scale at admission"),
  nihss: z.int().min(0).max(42).optional().describe("NIH Stroke Scale at admission"),
  ageYears: z.number().min(0).max(120).optional().describe("age in years"),
  glucoseMgDl: z.number().min(10).max(2000).optional().describe("blood glucose at admission, mg/dL"),
  anticoagulation: yes.describe("true | false: any oral anticoagulant at onset"),
  warfarin: yes.describe("true | false: warfarin at onset"),
  recurrentHemorrhage: yes.describe("true | false: an intracerebral hemorrhage before this one"),
  cognitiveImpairment: yes.describe("true | false: cognitive impairment before this hemorrhage"),
  spotSign: z.enum(["present", "absent", "no-cta"]).optional().describe("present | absent | no-cta: CT angiogram"),
  spotSigns: z.int().min(0).max(50).optional().describe("number of spot signs on the CT angiogram"),
  largestSpotMm: z.number().min(0).max(60).optional().describe("largest spot sign, mm"),
  densestSpotHu: z.number().min(0).max(1000).optional().describe("densest spot sign, HU"),
  location: z
    .enum(["lobar", "deep", "brainstem", "cerebellum"])
    .optional()
    .describe("lobar | deep | brainstem | cerebellum: a reader's, instead of the measured one"),
  intraventricularHemorrhage: yes.describe("true | false: a reader's, instead of the measured one"),
  blendSign: yes.describe("true | false: a reader's, instead of the measured one"),
  hypodensity: yes.describe("true | false: a reader's, instead of the measured one"),
});

/** Clinical values by name; what is absent is unknown, never zero. */
export type ClinicalValues = Readonly<z.infer<typeof clinicalSchema>>;

/** The names of clinical values, for help texts. */
export const clinicalNames: readonly { name: string; meaning: string }[] = Object.entries(clinicalSchema.shape).map(
  ([name, schema]) => ({ name, meaning: schema.description ?? "" }),
);

/**
 * Reads clinical values from a JSON file and from assignments, which win.
 *
 * @param file path of a JSON object, or undefined
 * @param assignments texts like `gcs=12`
 * @throws HemacastError INPUT_NOT_FOUND when the file is absent, CLINICAL_INVALID when a name or value is wrong
 */
export async function readClinicalValues(
  file: string | undefined,
  assignments: readonly string[],
): Promise<ClinicalValues> {
  const fromFile = file === undefined ? {} : await readObject(file);
  const given = { ...fromFile, ...Object.fromEntries(assignments.map(parseAssignment)) };
  return parseWith(clinicalSchema, given, "CLINICAL_INVALID", "the clinical values");
}

async function readObject(file: string): Promise<object> {
  const text = await readFile(file, "utf8").catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `cannot read the clinical file: ${cause?.code ?? messageOf(cause)}`, {
      cause,
    });
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new HemacastError("CLINICAL_INVALID", "the clinical file is not JSON", { cause });
  }
  throw new HemacastError(
    "CLINICAL_INVALID",
    'the clinical file must hold one JSON object, e.g. {"gcs": 12, "warfarin": false}',
  );
}

/**
 * Splits `name=value`: true and false, numbers, and words such as `absent`.
 *
 * @throws HemacastError CLINICAL_INVALID
 * @example [parseAssignment("gcs=12"), parseAssignment("spotSign=absent")] // => [["gcs", 12], ["spotSign", "absent"]]
 */
export function parseAssignment(text: string): [string, number | boolean | string] {
  const match = /^(\w+)=(.+)$/.exec(text.trim());
  if (!match) {
    throw new HemacastError("CLINICAL_INVALID", `"${text}" is not name=value; write for example --set gcs=12`);
  }
  const [name, value] = [match[1] as string, match[2] as string];
  if (value === "true" || value === "false") return [name, value === "true"];
  return [name, Number.isNaN(Number(value)) ? value : Number(value)];
}
