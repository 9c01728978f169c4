/** How long work tells its caller how far it is; the caller decides how that looks. */

/** A report of progress: `done` of `total` units of the named stage. */
export interface ProgressEvent {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** Called often; must be cheap. */
export type OnProgress = (event: ProgressEvent) => void;
