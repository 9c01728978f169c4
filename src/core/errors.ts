/** The one error class of Hemacast and the table of every code it can carry. What a caller does next depends on the family, not on the text. */

/** What a family of codes tells the caller: whose turn it is to act, and the exit code and HTTP status that say so. */
export interface ErrorFamily {
  readonly exitCode: number;
  readonly httpStatus: number;
}

/**
 * The six families.
 *
 * @example errorFamilies.input.exitCode // => 2
 */
export const errorFamilies = {
  input: { exitCode: 2, httpStatus: 422 },
  unsupported: { exitCode: 3, httpStatus: 422 },
  model: { exitCode: 4, httpStatus: 500 },
  numerical: { exitCode: 5, httpStatus: 422 },
  environment: { exitCode: 6, httpStatus: 503 },
  internal: { exitCode: 1, httpStatus: 500 },
} as const satisfies Record<string, ErrorFamily>;

/** The name of a family of error codes. */
export type ErrorFamilyName = keyof typeof errorFamilies;

/** Every code with its family. `docs/reference/errors.md` describes each one, and a test compares the two. */
export const errorCodes = {
  ARGUMENT_INVALID: "input",
  CONFIG_INVALID: "input",
  CLINICAL_INVALID: "input",
  MANIFEST_INVALID: "input",
  SPLIT_LEAKS: "input",
  INPUT_NOT_FOUND: "input",
  INPUT_UNREADABLE: "input",
  INPUT_TOO_LARGE: "input",
  NO_IMAGES_FOUND: "input",
  ZIP_UNSAFE: "input",
  DICOM_MALFORMED: "input",
  NIFTI_MALFORMED: "input",
  NRRD_MALFORMED: "input",
  SERIES_NOT_FOUND: "input",
  SERIES_AMBIGUOUS: "input",
  SERIES_INCOMPLETE: "input",
  SERIES_INCONSISTENT: "input",
  PATIENTS_MIXED: "input",
  HU_IMPLAUSIBLE: "input",
  GEOMETRY_INVALID: "input",
  GEOMETRY_MISMATCH: "input",
  MASK_EMPTY: "input",
  OUTPUT_EXISTS: "input",
  CASES_FAILED: "input",
  TRANSFER_SYNTAX_UNSUPPORTED: "unsupported",
  SERIES_NOT_HEAD_CT: "unsupported",
  NIFTI_UNSUPPORTED: "unsupported",
  NRRD_UNSUPPORTED: "unsupported",
  BUNDLE_INVALID: "model",
  CHECKSUM_MISMATCH: "model",
  SELF_TEST_FAILED: "model",
  METRIC_UNDEFINED: "numerical",
  RADIOMICS_UNDEFINED: "numerical",
  NOT_CONVERGED: "numerical",
  NON_FINITE: "numerical",
  OUTPUT_NOT_WRITABLE: "environment",
  DEPENDENCY_MISSING: "environment",
  INVARIANT_BROKEN: "internal",
} as const satisfies Record<string, ErrorFamilyName>;

/** A code that says what went wrong. */
export type ErrorCode = keyof typeof errorCodes;

/** Numbers and names that help to act on the error. Never an identifier of a person. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * Every fault that Hemacast reports on purpose. The message says, in lower case, what was found, what was expected and what to do.
 *
 * @example new HemacastError("MASK_EMPTY", "the mask has no voxel").exitCode // => 2
 */
export class HemacastError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HemacastError";
    this.code = code;
    this.details = options.details ?? {};
  }

  get family(): ErrorFamilyName {
    return errorCodes[this.code];
  }

  get exitCode(): number {
    return errorFamilies[this.family].exitCode;
  }

  get httpStatus(): number {
    return errorFamilies[this.family].httpStatus;
  }
}

/** A coded error as it passes between threads, where errors lose their class. */
export interface Faulted {
  readonly fault: { readonly code: ErrorCode; readonly message: string };
}

/**
 * What a thread answers when something was thrown; what is not coded is thrown again.
 *
 * @example faulted(new HemacastError("MASK_EMPTY", "the mask has no voxel")).fault.code // => "MASK_EMPTY"
 */
export function faulted(thrown: unknown): Faulted {
  if (!(thrown instanceof HemacastError)) throw thrown;
  return { fault: { code: thrown.code, message: thrown.message } };
}

/**
 * The message of anything that was thrown.
 *
 * @example messageOf(new Error("disk full")) // => "disk full"
 */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
