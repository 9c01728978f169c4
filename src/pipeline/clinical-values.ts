/** What is known of a participant besides the images: from a file, from key=value on the command line, checked once. */
import { readFile } from "node:fs/promises";
import { HemacastError, messageOf } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";

/** Every clinical value that a model or score can use, with its unit and possible range. Unknown keys are errors. */
const clinicalSchema = z.strictObject({
  gcs: z.int().min(3).max(15).optional().describe("Glasgow Coma Scale at admission"),
  hoursFromOnset: z.number().positive().max(168).optional().describe("hours from symptom onset to the CT"),
});

/** Clinical values by name; what is absent is unknown, never zero. */
export type ClinicalValues = Readonly<Partial<Record<keyof z.infer<typeof clinicalSchema>, number>>>;

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
  throw new HemacastError("CLINICAL_INVALID", 'the clinical file must hold one JSON object, e.g. {"gcs": 12}');
}

/**
 * Splits `name=value`; numbers, true and false.
 *
 * @throws HemacastError CLINICAL_INVALID
 * @example parseAssignment("gcs=12") // => ["gcs", 12]
 */
export function parseAssignment(text: string): [string, number | boolean] {
  const match = /^(\w+)=(.+)$/.exec(text.trim());
  const value = match?.[2] === "true" ? true : match?.[2] === "false" ? false : Number(match?.[2]);
  if (!match || Number.isNaN(value)) {
    throw new HemacastError("CLINICAL_INVALID", `"${text}" is not name=number; write for example --set gcs=12`);
  }
  return [match[1] as string, value];
}
