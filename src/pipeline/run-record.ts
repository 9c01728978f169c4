/** What a run leaves about itself, so that it can be told apart, repeated and resumed. */

/** The facts of a run, as `run.json` holds them. */
export interface RunRecord {
  readonly schema: "hemacast-run/1";
  readonly experiment: string;
  readonly versions: { readonly hemacast: string; readonly node: string };
  readonly seed: number;
  /** Of configuration and input: a run is resumed only when both are unchanged. */
  readonly identity: string;
  readonly inputSha256: string;
  readonly threads: number;
  readonly folds: { readonly total: number; readonly resumed: number };
  readonly counts: {
    readonly assessed: number;
    readonly analysed: number;
    readonly events: number;
    readonly tested: number;
  };
  readonly startedAt: string;
  readonly seconds: { readonly folds: number; readonly evaluation: number };
}
