/** The thread that runs folds of a study. */
import { workerData } from "node:worker_threads";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { type ErrorCode, HemacastError } from "../core/errors.ts";
import { type FoldResult, type FoldTask, runFold } from "./study-fold.ts";

const table = workerData as FeatureTable;

/** What comes back from a thread: an error would lose its code on the way. */
export type FoldReply =
  | { readonly result: FoldResult }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string } };

/** One fold, with the table that the thread was started with. */
export async function work(task: FoldTask): Promise<FoldReply> {
  try {
    return { result: await runFold(table, task) };
  } catch (thrown) {
    if (thrown instanceof HemacastError)
      return { fault: { code: thrown.code, message: `${task.fold.name}: ${thrown.message}` } };
    throw thrown;
  }
}
