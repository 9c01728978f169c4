/** The one validation library (zod), and how its complaints become coded errors. */
import { z } from "zod";
import { type ErrorCode, HemacastError } from "./errors.ts";

export { z };

/**
 * Parses a value with a schema; what is wrong is said for each field.
 *
 * @param what what is being read, for the message, e.g. "clinical.json"
 * @throws HemacastError with the code given, listing every field that is wrong
 * @example parseWith(z.strictObject({ a: z.number() }), { a: 1 }, "CONFIG_INVALID", "config") // => { a: 1 }
 */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, code: ErrorCode, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`);
  throw new HemacastError(code, `${what} is not as expected: ${problems.join("; ")}`, { details: { problems } });
}
